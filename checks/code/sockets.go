package code

import (
	"strings"

	"bakedin/checks"
	"bakedin/internal/lang/python"
	"bakedin/rules"
)

// socketBinders take an address and port as a pair, or as one text.
var socketBinders = []struct {
	name, keyword string
	position      int
}{
	{"socket.socket().bind", "", 0}, {"http.server.HTTPServer", "server_address", 0}, {"http.server.ThreadingHTTPServer", "server_address", 0}, {"socketserver.TCPServer", "server_address", 0},
	{"socketserver.ThreadingTCPServer", "server_address", 0}, {"wsgiref.simple_server.make_server", "host", 0}, {"gevent.pywsgi.WSGIServer", "listener", 0}, {"websockets.serve", "host", 1},
	{"grpc.server().add_insecure_port", "address", 0}, {"grpc.aio.server().add_insecure_port", "address", 0}, {"asyncio.start_server", "host", 1},
}

// boundSockets reports sockets and small servers that listen on every interface.
func boundSockets(p *checks.Pass, src *checks.PythonSource) {
	for _, b := range socketBinders {
		for _, i := range src.CallsOf(b.name) {
			c := call{&src.Calls[i], src, p, b.name}
			v := src.Argument(c.Call, b.keyword, b.position)
			if b.name == "socket.socket().bind" && len(src.CallsNamed("listen")) == 0 && len(src.CallsNamed("recvfrom")) == 0 {
				continue // it only asks whether the port is free
			}
			host, known := v.Str, v.Kind == python.String || v.Kind == python.Env
			if first, _ := src.Definition(v.First, v.Last, c.Scope); v.Kind == python.List && src.IsBracket(first, '(') {
				if items := src.Args(first); len(items) == 2 {
					h := src.Eval(items[0].First, items[0].Last, c.Scope)
					if port := src.Eval(items[1].First, items[1].Last, c.Scope); port.Kind == python.Num && port.Str == "0" {
						continue // a free port is asked for, and let go again
					}
					host, known = h.Str, h.Kind == python.String || h.Kind == python.Env
				}
			}
			if strings.HasPrefix(b.name, "grpc.") {
				host = withoutPort(host)
			}
			if !known || host != "" && host != "0.0.0.0" && host != "::" || host == "" && !emptyHost(b.name) {
				continue
			}
			f := c.report("The server listens on every interface of the machine.")
			f.InAI = isAI(src)
			if runInContainer(p.Repo, p.File.Path) {
				f.Lower(rules.Low, "a container file is beside it, and what is published is said there")
			}
			f.Fixes = []checks.Fix{checks.Steps("bind-loopback", "Listen on 127.0.0.1", "Write 127.0.0.1 as the address, and put a proxy with a login in front for other machines.")}
		}
	}
}

// withoutPort is the host of "0.0.0.0:50051" and "[::]:50051".
func withoutPort(address string) string {
	if rest, ok := strings.CutPrefix(address, "["); ok {
		host, _, _ := strings.Cut(rest, "]")
		return host
	}
	host, _, _ := strings.Cut(address, ":")
	return host
}

// emptyHost tells whether an empty address means every interface there.
func emptyHost(name string) bool {
	return !strings.HasPrefix(name, "grpc.") && name != "websockets.serve"
}
