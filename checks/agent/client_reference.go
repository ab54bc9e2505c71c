package agent

import (
	"bytes"
	"path"
	"regexp"
	"strings"

	"bakedin/checks"
	"bakedin/internal/lang/keys"
	"bakedin/internal/repo"
)

var notInID = regexp.MustCompile(`[^a-z0-9]+`)

// clientReference is how the client that reads a file writes a variable of the environment, and the edits that this takes
// elsewhere in the file. Nothing is known of clients that are not named here: a reference they do not fill in is no fix.
// Sources: the documentation of Claude Code, Gemini CLI, Qwen Code, Cursor, Roo Code, Windsurf, opencode and VS Code.
func clientReference(p *checks.Pass, variable string) (reference string, edits []repo.TextEdit, ok bool) {
	file := "/" + strings.ToLower(p.File.Path)
	base := path.Base(file)
	in := func(folders ...string) bool {
		for _, f := range folders {
			if strings.Contains(file, "/"+f+"/") {
				return true
			}
		}
		return false
	}
	switch {
	case in(".vscode") && base == "mcp.json":
		return askedFor(p, variable)
	case base == ".mcp.json", in(".gemini", ".qwen", ".claude"):
		return "${" + variable + "}", nil, true
	case in(".cursor", ".roo", ".windsurf"):
		return "${env:" + variable + "}", nil, true
	case strings.HasPrefix(base, "opencode.json"), in(".opencode"):
		return "{env:" + variable + "}", nil, true
	}
	return "", nil, false
}

// askedFor lets VS Code ask for a value once and keep it: it does not read the environment here.
func askedFor(p *checks.Pass, variable string) (reference string, edits []repo.TextEdit, ok bool) {
	root, err := checks.Keys.Of(p.File)
	text, _ := p.File.Bytes()
	if err != nil || root == nil || root.Kind != keys.Object || len(root.Items) == 0 || root.Child("servers") == nil {
		return "", nil, false
	}
	id := strings.Trim(notInID.ReplaceAllString(strings.ToLower(variable), "-"), "-")
	entry := `{"type": "promptString", "id": "` + id + `", "description": "` + variable + `", "password": true}`
	reference = "${input:" + id + "}"
	first := root.Items[0]
	switch inputs := root.Child("inputs"); {
	case inputs == nil:
		entry = `"inputs": [` + entry + `],`
	case inputs.Kind != keys.Array || len(inputs.Items) == 0:
		return "", nil, false
	default:
		for _, known := range inputs.Items {
			if v := known.Child("id"); v != nil && v.Value == id {
				return reference, nil, true
			}
		}
		entry, first = entry+",", inputs.Items[0]
	}
	at := first.Start
	if first.KeyEnd > first.KeyStart {
		at = first.KeyStart
	}
	return reference, []repo.TextEdit{p.Replace(at, at, entry+between(text, at))}, true
}

// between is what parts an entry from one that is put before it: a line of its own where it has one, else a blank.
func between(text []byte, at int) string {
	indent := text[bytes.LastIndexByte(text[:at], '\n')+1 : at]
	if len(bytes.TrimSpace(indent)) > 0 {
		return " "
	}
	return checks.LineEnd(text) + string(indent)
}
