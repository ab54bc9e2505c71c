package code

import (
	"fmt"
	"slices"
	"strings"

	"bakedin/checks"
	"bakedin/internal/lang/python"
)

const (
	asURL  = "decides which address is fetched."
	asPath = "decides which file is opened."
)

// functions that keep a path below a folder
const containsPath = "basename secure_filename name safe_join is_relative_to"

var addressSinks = slices.Concat(
	fetchers("requests.%s", "requests.Session().%s", "httpx.%s", "httpx.Client().%s", "httpx.AsyncClient().%s", "aiohttp.ClientSession().%s"),
	[]sink{
		{name: "requests.request", keyword: "url", position: 1, does: asURL}, {name: "requests.Session().request", keyword: "url", position: 1, does: asURL},
		{name: "httpx.request", keyword: "url", position: 1, does: asURL}, {name: "httpx.stream", keyword: "url", position: 1, does: asURL},
		{name: "httpx.Client().request", keyword: "url", position: 1, does: asURL}, {name: "httpx.Client().stream", keyword: "url", position: 1, does: asURL},
		{name: "httpx.AsyncClient().request", keyword: "url", position: 1, does: asURL}, {name: "httpx.AsyncClient().stream", keyword: "url", position: 1, does: asURL},
		{name: "aiohttp.ClientSession().request", keyword: "url", position: 1, does: asURL}, {name: "aiohttp.request", keyword: "url", position: 1, does: asURL},
		{name: "urllib.request.urlopen", keyword: "url", does: asURL}, {name: "urllib.request.urlretrieve", keyword: "url", does: asURL},
	},
	openers("open:file io.open:file aiofiles.open:file os.remove:path os.unlink:path os.makedirs:name os.rename:src os.replace:src os.symlink:src os.chmod:path "+
		"shutil.rmtree:path shutil.copy:src shutil.copy2:src shutil.copyfile:src shutil.copytree:src shutil.move:src fastapi.responses.FileResponse:path flask.send_file:path_or_file"),
	pathMethods("read_text read_bytes write_text write_bytes unlink open"),
)

// fetchers are the functions that are named after the methods of HTTP.
func fetchers(patterns ...string) []sink {
	var out []sink
	for _, p := range patterns {
		for _, method := range []string{"get", "post", "put", "patch", "delete", "head"} {
			out = append(out, sink{name: fmt.Sprintf(p, method), keyword: "url", does: asURL})
		}
	}
	return out
}

// openers are functions that open what their first argument names, each with its keyword.
func openers(list string) []sink {
	var out []sink
	for _, f := range strings.Fields(list) {
		name, keyword, _ := strings.Cut(f, ":")
		out = append(out, sink{name: name, keyword: keyword, does: asPath, ends: containsPath})
	}
	return out
}

// pathMethods are methods of a path, however it was put together.
func pathMethods(list string) []sink {
	var out []sink
	for _, m := range strings.Fields(list) {
		out = append(out, sink{name: "*." + m, position: receiver, does: asPath, ends: containsPath, when: importsPaths})
	}
	return out
}

func importsPaths(c call) bool {
	return (c.src.ImportsFrom("pathlib") || c.src.ImportsFrom("anyio")) && nearModel(c.src)
}

// nearModel tells whether a source uses a model, or gives it tools.
func nearModel(src *checks.PythonSource) bool {
	return src.ImportsFrom("mcp") || src.ImportsFrom("fastmcp") || isAI(src)
}

var modelOutputFetched = outputSinks(addressSinks, scriptAddressSinks, func(s sink, _ call, _ python.Arg) []checks.Fix { return []checks.Fix{confine(s)} }, confine(sink{does: asURL}))

// confine is how an address or a path is kept inside what was meant.
func confine(s sink) checks.Fix {
	if s.does == asURL {
		return checks.Fix{ID: "allow-hosts", Title: "Fetch only from listed hosts", Applicability: checks.Manual, Steps: []string{
			"Parse the address, demand https, and look its host up in a list of hosts that are meant.",
			"Resolve the host and refuse loopback, private and link-local addresses, or send the request through a proxy that does.",
			"Set a timeout and a limit of size, and do not follow redirects to other hosts.",
		}}
	}
	return checks.Fix{ID: "stay-inside", Title: "Keep the path inside a folder", Applicability: checks.Manual, Steps: []string{
		"Resolve the path: target = (ROOT / name).resolve().",
		"Refuse it when not target.is_relative_to(ROOT).",
		"Give the tool a folder of its own that holds nothing else.",
	}}
}
