package code

import (
	"bakedin/checks"
	"bakedin/internal/lang/python"
)

const (
	asURL  = "decides which address is fetched."
	asPath = "decides which file is opened."
)

// functions that keep a path below a folder
const containsPath = "basename secure_filename name safe_join is_relative_to"

var addressSinks = []sink{
	{name: "requests.get", keyword: "url", does: asURL}, {name: "requests.post", keyword: "url", does: asURL}, {name: "requests.request", keyword: "url", position: 1, does: asURL},
	{name: "requests.put", keyword: "url", does: asURL}, {name: "requests.delete", keyword: "url", does: asURL}, {name: "requests.head", keyword: "url", does: asURL},
	{name: "requests.Session().get", keyword: "url", does: asURL}, {name: "requests.Session().post", keyword: "url", does: asURL},
	{name: "httpx.get", keyword: "url", does: asURL}, {name: "httpx.post", keyword: "url", does: asURL}, {name: "httpx.Client().get", keyword: "url", does: asURL},
	{name: "httpx.AsyncClient().get", keyword: "url", does: asURL}, {name: "httpx.AsyncClient().post", keyword: "url", does: asURL},
	{name: "urllib.request.urlopen", keyword: "url", does: asURL}, {name: "urllib.request.urlretrieve", keyword: "url", does: asURL}, {name: "aiohttp.ClientSession().get", keyword: "url", does: asURL},
	{name: "aiohttp.ClientSession().post", keyword: "url", does: asURL},
	{name: "open", keyword: "file", does: asPath, ends: containsPath}, {name: "io.open", keyword: "file", does: asPath, ends: containsPath}, {name: "aiofiles.open", keyword: "file", does: asPath, ends: containsPath},
	{name: "os.remove", keyword: "path", does: asPath, ends: containsPath}, {name: "os.unlink", keyword: "path", does: asPath, ends: containsPath}, {name: "os.makedirs", keyword: "name", does: asPath, ends: containsPath},
	{name: "shutil.rmtree", keyword: "path", does: asPath, ends: containsPath}, {name: "shutil.copy", keyword: "src", does: asPath, ends: containsPath}, {name: "shutil.move", keyword: "src", does: asPath, ends: containsPath},
	{name: "shutil.copy2", keyword: "src", does: asPath, ends: containsPath}, {name: "shutil.copyfile", keyword: "src", does: asPath, ends: containsPath}, {name: "shutil.copytree", keyword: "src", does: asPath, ends: containsPath},
	{name: "os.rename", keyword: "src", does: asPath, ends: containsPath}, {name: "os.replace", keyword: "src", does: asPath, ends: containsPath}, {name: "os.symlink", keyword: "src", does: asPath, ends: containsPath}, {name: "os.chmod", keyword: "path", does: asPath, ends: containsPath},
	{name: "pathlib.Path().read_text", position: receiver, does: asPath, ends: containsPath}, {name: "pathlib.Path().read_bytes", position: receiver, does: asPath, ends: containsPath},
	{name: "pathlib.Path().write_text", position: receiver, does: asPath, ends: containsPath}, {name: "pathlib.Path().write_bytes", position: receiver, does: asPath, ends: containsPath},
	{name: "pathlib.Path().unlink", position: receiver, does: asPath, ends: containsPath}, {name: "pathlib.Path().open", position: receiver, does: asPath, ends: containsPath},
	{name: "flask.send_file", position: 0, does: asPath, ends: containsPath}, {name: "fastapi.responses.FileResponse", keyword: "path", does: asPath, ends: containsPath},
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
