package pickle

import "strings"

// Loaders rename what streams below protocol 3 import, because Python 3 moved and joined modules. The rows are the union of
// what CPython releases rename; each is "old=new", a name with its module where only that name moved.
// Source: https://peps.python.org/pep-3108/, https://docs.python.org/3/library/pickle.html (fix_imports)

const movedModules = `
BaseHTTPServer=http.server CGIHTTPServer=http.server ConfigParser=configparser Cookie=http.cookies Dialog=tkinter.dialog
DocXMLRPCServer=xmlrpc.server FileDialog=tkinter.filedialog HTMLParser=html.parser Queue=queue
ScrolledText=tkinter.scrolledtext SimpleDialog=tkinter.simpledialog SimpleHTTPServer=http.server
SimpleXMLRPCServer=xmlrpc.server SocketServer=socketserver StringIO=io Tix=tkinter.tix Tkconstants=tkinter.constants
Tkdnd=tkinter.dnd Tkinter=tkinter UserDict=collections UserList=collections UserString=collections __builtin__=builtins
_abcoll=collections.abc _elementtree=xml.etree.ElementTree _winreg=winreg anydbm=dbm cPickle=pickle cStringIO=io
commands=subprocess cookielib=http.cookiejar copy_reg=copyreg dbhash=dbm.bsd dbm=dbm.ndbm dumbdbm=dbm.dumb
dummy_thread=_dummy_thread gdbm=dbm.gnu htmlentitydefs=html.entities httplib=http.client markupbase=_markupbase
repr=reprlib robotparser=urllib.robotparser test.test_support=test.support thread=_thread
tkColorChooser=tkinter.colorchooser tkCommonDialog=tkinter.commondialog tkFileDialog=tkinter.filedialog
tkFont=tkinter.font tkMessageBox=tkinter.messagebox tkSimpleDialog=tkinter.simpledialog ttk=tkinter.ttk
urllib2=urllib.request urlparse=urllib.parse whichdb=dbm xmlrpclib=xmlrpc.client
`

const movedNames = `
exceptions.StandardError=builtins.Exception
UserDict.IterableUserDict=collections.UserDict UserDict.UserDict=collections.UserDict
UserList.UserList=collections.UserList UserString.UserString=collections.UserString __builtin__.basestring=builtins.str
__builtin__.intern=sys.intern __builtin__.long=builtins.int __builtin__.reduce=functools.reduce
__builtin__.unichr=builtins.chr __builtin__.unicode=builtins.str __builtin__.xrange=builtins.range
_multiprocessing.Connection=multiprocessing.connection.Connection _socket.fromfd=socket.fromfd
itertools.ifilter=builtins.filter itertools.ifilterfalse=itertools.filterfalse itertools.imap=builtins.map
itertools.izip=builtins.zip itertools.izip_longest=itertools.zip_longest
multiprocessing.AuthenticationError=multiprocessing.context.AuthenticationError
multiprocessing.BufferTooShort=multiprocessing.context.BufferTooShort
multiprocessing.ProcessError=multiprocessing.context.ProcessError
multiprocessing.TimeoutError=multiprocessing.context.TimeoutError
multiprocessing.forking.Popen=multiprocessing.popen_fork.Popen
multiprocessing.process.Process=multiprocessing.context.Process socket._socketobject=socket.SocketType
urllib.ContentTooShortError=urllib.error.ContentTooShortError urllib.getproxies=urllib.request.getproxies
urllib.pathname2url=urllib.request.pathname2url urllib.quote=urllib.parse.quote
urllib.quote_plus=urllib.parse.quote_plus urllib.unquote=urllib.parse.unquote
urllib.unquote_plus=urllib.parse.unquote_plus urllib.url2pathname=urllib.request.url2pathname
urllib.urlcleanup=urllib.request.urlcleanup urllib.urlencode=urllib.parse.urlencode
urllib.urlopen=urllib.request.urlopen urllib.urlretrieve=urllib.request.urlretrieve
urllib2.HTTPError=urllib.error.HTTPError urllib2.URLError=urllib.error.URLError whichdb.whichdb=dbm.whichdb
`

var (
	modules = pairs(movedModules)
	names   = pairs(movedNames)
)

func pairs(text string) map[string]string {
	m := map[string]string{}
	for _, row := range strings.Fields(text) {
		old, now, _ := strings.Cut(row, "=")
		m[old] = now
	}
	return m
}

// Renamed returns what a loader of Python 3 makes of an import of Python 2. Loaders rename at protocols below 3 only; whoever
// judges tries both.
func Renamed(module, name string) (newModule, newName string, renamed bool) {
	if to, ok := names[module+"."+name]; ok {
		i := strings.LastIndexByte(to, '.')
		return to[:i], to[i+1:], true
	}
	if to, ok := modules[module]; ok {
		return to, name, true
	}
	if module == "exceptions" {
		return "builtins", name, true
	}
	return module, name, false
}
