package code

import (
	"bytes"
	"context"
	"regexp"
	"strings"

	"bakedin/checks"
	"bakedin/internal/lang/python"
	"bakedin/internal/repo"
	"bakedin/rules"
)

// trustRemoteCode reports what runs Python that comes with the model: a keyword of a call, an entry of a dict of keywords, a
// setting, an option of a command. No other library uses the name.
type trustRemoteCode struct{}

const remoteCode = "trust_remote_code"

// Run implements checks.Check over Python.
func (trustRemoteCode) Run(_ context.Context, p *checks.Pass) error {
	src, err := checks.Python.Of(p.File)
	if src == nil || src.File == nil || !bytes.Contains(src.Src, []byte("remote")) {
		return err
	}
	for i := range src.Calls {
		c := call{&src.Calls[i], src, p, src.Callee(&src.Calls[i])}
		switch v := src.Keyword(c.Call, remoteCode); {
		case v.First == 0: // a dict that is spread into the call is reported where it is written
		case v.Kind == python.Parameter && v.Str == "True":
			f := c.report("trust_remote_code is True unless the caller says otherwise: Python from the model's repository is run.")
			f.Lower(rules.Medium, "it is a default, which a caller can change")
		case v.Kind == python.True:
			f := c.report("trust_remote_code=True runs Python from the model's repository.")
			c.remotePinned(f)
			if asksAbout.MatchString(src.Method(c.Call)) {
				f.Lower(rules.Low, "the function asks about it, by its name; what it answers decides what is loaded")
			}
			f.Fixes = distrust(c.replace(v.First, v.Last, "False"))
		}
		if src.Method(c.Call) == "add_argument" || src.Method(c.Call) == "option" {
			c.remoteOption()
		}
	}
	remoteEntries(p, src)
	remoteSettings(p, src)
	return err
}

// asksAbout names functions that decide or tell, and load nothing.
var asksAbout = regexp.MustCompile(`(?i)consent|^_?(?:is|has|check|validate|assert|needs|requires|should|allow|can)_|_info$|^assert`)

func (c call) remotePinned(f *checks.Finding) {
	if r := c.src.Keyword(c.Call, "revision"); r.Kind == python.String && commitID.MatchString(r.Str) {
		f.Lower(rules.Medium, "the revision is pinned, so that the code is the one you looked at")
	}
}

// remoteOption reports a command-line option that is on unless it is switched off.
func (c call) remoteOption() {
	named := false
	for i := range c.Args {
		v := c.src.Positional(c.Call, i)
		named = named || v.Kind == python.String && remoteFlag(v.Str)
	}
	v := c.src.Keyword(c.Call, "default")
	if !named || v.Kind != python.True && c.src.Keyword(c.Call, "action").Str != "store_false" {
		return
	}
	f := c.report("The option trust_remote_code is on unless it is switched off: Python from the model's repository is run.")
	f.Anchor = "option " + remoteCode
	f.Lower(rules.Medium, "it is a default, which a caller can change")
	if v.Kind == python.True {
		f.Fixes = distrust(c.replace(v.First, v.Last, "False"))
	}
}

func remoteFlag(s string) bool {
	return strings.HasPrefix(s, "--") && strings.ReplaceAll(s[2:], "-", "_") == remoteCode
}

// remoteEntries reports {"trust_remote_code": True} wherever it goes, and the option in a list of arguments.
func remoteEntries(p *checks.Pass, src *checks.PythonSource) {
	for i := int32(1); int(i) < len(src.Toks)-1; i++ {
		if src.Toks[i].Kind != python.Str {
			continue
		}
		switch word := src.Literal(i); {
		case word == remoteCode && src.IsBracket(i+1, ':'):
			last := entryEnd(src, i)
			if last == 0 || src.Eval(i+2, last, src.ScopeAt(i)).Kind != python.True || askedFor(src, i) {
				continue
			}
			start, end := src.Token(i, last)
			f := p.At(start, end, "trust_remote_code is True in these arguments: Python from the model's repository is run.")
			f.Anchor = "entry " + remoteCode
			f.Fixes = distrust(call{src: src, pass: p}.replace(i+2, last, "False"))
		case remoteFlag(word) && src.Around(i, '[') > 0 && !src.IsBracket(i+1, ':'):
			if next := src.Literal(i + 2); strings.EqualFold(next, "false") {
				continue
			}
			start, end := src.Token(i, i+1)
			f := p.At(start, end, word+" is handed to a program: it runs Python from the model's repository.")
			f.Anchor = "argument " + remoteCode
			f.Fixes = []checks.Fix{dropOption()}
		}
	}
}

// entryEnd is the end of the entry of a dict that begins at token i, or 0.
func entryEnd(src *checks.PythonSource, i int32) int32 {
	open := src.Around(i, '{')
	if open == 0 {
		return 0
	}
	for _, a := range src.Args(open) {
		if a.First == i {
			return a.Last
		}
	}
	return 0
}

// remoteSettings reports settings that are on: a field of a class, an attribute, an item of a dict of keywords.
func remoteSettings(p *checks.Pass, src *checks.PythonSource) {
	report := func(a python.Assign, first, last int32) *checks.Finding {
		if src.Eval(first, last, a.Scope).Kind != python.True {
			return nil
		}
		start, end := src.Token(a.Target, a.Last)
		f := p.At(start, end, string(src.Text(a.Target, a.TargetEnd))+" is True: Python from the model's repository is run.")
		f.Anchor = "setting " + remoteCode
		f.Fixes = distrust(call{src: src, pass: p}.replace(first, last, "False"))
		return f
	}
	for a := range src.Fields() {
		if src.Word(a.Target) != remoteCode {
			continue
		}
		first, last := defaultOf(src, a.First, a.Last)
		if f := report(a, first, last); f != nil {
			f.Lower(rules.Medium, "it is a default, which a caller can change")
		}
	}
	for _, a := range src.Assigns { // a plain variable counts where it is used
		target := string(src.Text(a.Target, a.TargetEnd))
		if !strings.Contains(target, remoteCode) || askedFor(src, a.Target) {
			continue
		}
		if strings.HasSuffix(target, `["`+remoteCode+`"]`) || strings.HasSuffix(target, `['`+remoteCode+`']`) || strings.HasSuffix(target, "."+remoteCode) {
			report(a, a.First, a.Last)
		}
	}
}

// askedFor tells whether a condition around a token asks whether the user wants it.
func askedFor(src *checks.PythonSource, i int32) bool {
	for first, last := range src.Conditions(i) {
		if src.IsKeyword(first, "if") || src.IsKeyword(first, "elif") {
			if text := src.Text(first, last); bytes.Contains(text, []byte("trust")) && !bytes.Contains(text, []byte("not ")) {
				return true
			}
		}
	}
	return false
}

// defaultOf is the default in field(default=True) and Field(True, …), or the expression itself.
func defaultOf(src *checks.PythonSource, first, last int32) (int32, int32) {
	for i := range src.Calls {
		c := &src.Calls[i]
		if c.First != first || c.Close+1 != last || !strings.EqualFold(src.Method(c), "field") {
			continue
		}
		v := src.Keyword(c, "default")
		if v.First == 0 {
			v = src.Positional(c, 0)
		}
		if v.First != 0 {
			return v.First, v.Last
		}
	}
	return first, last
}

var (
	remoteOff    = regexp.MustCompile(`(?i)^["']?\s*[:=,]?\s*["']?(?:false|no|off|0)\b`)
	remoteOn     = regexp.MustCompile(`(?i)^["']?\s*[:=]\s*["']?(?:true|yes|on|1)\b`)
	pinnedCommit = regexp.MustCompile(`(?i)revision["']?[\s:=,]+["']?[0-9a-f]{40}\b`)
)

// Judge implements checks.Judge over scripts, container files and configuration: the option, or the key with its value.
func (trustRemoteCode) Judge(p *checks.Pass, m checks.TextMatch) {
	at, end := m.Groups[0], m.Groups[1]
	line := bytes.LastIndexByte(m.Text[:at], '\n') + 1
	rest := m.Text[end:]
	if i := bytes.IndexByte(rest, '\n'); i >= 0 {
		rest = rest[:i]
	}
	head := bytes.TrimSpace(m.Text[line:at])
	if bytes.HasPrefix(head, []byte("#")) || bytes.HasPrefix(head, []byte("//")) || remoteOff.Match(rest) ||
		(strings.HasSuffix(p.File.Path, ".json") || strings.HasSuffix(p.File.Path, ".toml")) && codeInString(head) {
		return
	}
	fix := dropOption()
	if on := remoteOn.FindIndex(rest); on != nil {
		end += on[1]
		if v := bytes.TrimLeft(m.Text[m.Groups[1]:end], "\"' \t:="); strings.EqualFold(string(v), "true") {
			word := "false"
			if v[0] == 'T' {
				word = "False"
			}
			fix = distrust([]repo.TextEdit{p.Replace(end-len(v), end, word)})[0]
		}
	} else if !strings.HasPrefix(m.Group(0), "--") {
		return
	}
	f := p.At(at, end, strings.TrimSpace(m.Group(0))+" is on: Python from the model's repository is run.")
	f.Anchor = "text " + remoteCode
	if pinnedCommit.Match(m.Text) {
		f.Lower(rules.Medium, "a revision is pinned beside it, so that the code is the one you looked at")
	}
	f.Fixes = []checks.Fix{fix}
}

func dropOption() checks.Fix {
	return checks.Steps("drop-remote-code-option", "Take the option out",
		"Take the option out and start the program once: a model whose architecture is part of the library does not need it.",
		"If it is needed, read the code, and give --revision the 40 digits of the commit you read.")
}

func distrust(edits []repo.TextEdit) []checks.Fix {
	if len(edits) == 0 {
		return []checks.Fix{dropOption()}
	}
	return []checks.Fix{{ID: "drop-remote-code", Title: "Set trust_remote_code to false", Applicability: checks.Unsafe, Edits: edits,
		Breaks: "A model whose architecture is not part of the library no longer loads."}}
}
