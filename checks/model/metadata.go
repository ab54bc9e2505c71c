package model

import (
	"fmt"
	"regexp"
	"strings"
)

// codeShapes are texts that are code and not talk about code: a call with an argument, or a tag that runs.
var codeShapes = []struct {
	what string
	re   *regexp.Regexp
}{
	{"calls a shell", regexp.MustCompile(`\b(?:os\s*\.\s*(?:system|popen|exec[lv]p?e?|spawn\w*)|subprocess\s*\.\s*\w+|commands\s*\.\s*getoutput|pty\s*\.\s*spawn)\s*\(\s*[\w'"\[(]`)},
	{"evaluates code", regexp.MustCompile(`\b(?:eval|exec|compile|__import__)\s*\(\s*['"\w]+[^)]*\)|\b(?:importlib\s*\.\s*import_module|marshal\s*\.\s*loads|pickle\s*\.\s*loads?|runpy\s*\.\s*run_\w+)\s*\(`)},
	{"walks to the builtins", regexp.MustCompile(`__(?:subclasses|globals|builtins|mro|bases|getattribute)__`)},
	{"is a script of a web page", regexp.MustCompile(`(?i)<\s*script\b|\bjavascript\s*:|<\s*(?:img|svg|iframe|body)\b[^>]*\bon\w+\s*=`)},
	{"fetches a script and runs it", regexp.MustCompile(`(?i)\b(?:curl|wget)\b[^\n|;]*\|\s*(?:ba|z|da)?sh\b|powershell[^\n]*-e(?:nc|ncodedcommand)?\s`)},
	{"chains commands of a shell", regexp.MustCompile(`(?i)\brm\s+-r?f?r?\s+[/~$*]|(?:&&|;)\s*(?:wget|curl)\s+(?:-\S+\s+)*https?://|\b(?:wget|curl)\s+(?:-\S+\s+)*https?://\S+\s*(?:&&|;)\s*(?:ba|z|da)?sh\b`)},
	{"begins a program", regexp.MustCompile(`^#!\s*/`)},
}

// codeIn tells what a piece of metadata does when some program runs or shows it; empty for text, also for text about code.
func codeIn(value string) string {
	for _, s := range codeShapes {
		if s.re.MatchString(value) {
			return s.what
		}
	}
	return ""
}

// metadata looks at a text that a format carries along. Off is where it stands. Code is told under the rule; a payload in
// the text is opened like any other file.
func (r *reading) metadata(rule, key, value string, off int64) {
	if what := codeIn(value); what != "" {
		r.found(rule, off, int64(len(value)), "metadata "+key, "the metadata entry %q %s", key, what)
	}
	trimmed := strings.TrimSpace(value)
	for _, hint := range []string{"hex", "base64", ""} {
		if len(trimmed) < 16 || hint != "" && !packed.MatchString(trimmed) {
			continue
		}
		if b := decode(hint, trimmed); len(b) >= 16 && loadable(b) {
			r.found(rule, off, int64(len(value)), "metadata "+key, "the metadata entry %q is a file of its own", key)
			r.open(fmt.Sprintf("metadata@%d", off), strings.NewReader(string(b)), int64(len(b)))
			return
		}
	}
}

var packed = regexp.MustCompile(`^[A-Za-z0-9+/_=\s-]+$`)

// loadable tells whether bytes are of a format that is read, or a program.
func loadable(b []byte) bool {
	c := &contents{}
	c.open(&part{r: strings.NewReader(string(b)), size: int64(len(b))})
	for _, p := range c.parts {
		if p.pickle != nil && hasFacts(p.pickle) || p.zip != nil && len(p.zip.Entries) > 0 || p.sniff.Format().Class() == "program" {
			return true
		}
	}
	return false
}
