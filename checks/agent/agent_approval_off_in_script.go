package agent

import (
	"bytes"
	"context"
	"path"
	"regexp"
	"strings"

	"bakedin/checks"
	"bakedin/internal/lang/python"
	"bakedin/rules"
)

// approvalOffInScript is the detector of agent-approval-off-in-script: commands are read (Run), settings of development kits
// and of the environment are found by the expressions of the rule (Judge).
type approvalOffInScript struct{}

// Run implements checks.Check.
func (approvalOffInScript) Run(_ context.Context, p *checks.Pass) error {
	found, err := agentsStarted(p.File)
	told := map[int]bool{}
	for _, off := range found {
		if told[off.at.Start] {
			continue
		}
		told[off.at.Start] = true
		message := off.agent.title + " is started with " + off.how
		if off.severity == "" {
			message += ": nobody is asked before it acts"
		}
		f := p.At(off.at.Start, off.at.End, message+".")
		f.Anchor = "start " + off.agent.title + " " + off.how
		if off.severity != "" {
			f.Lower(off.severity, off.because)
		}
		f.Fixes = []checks.Fix{letItAsk()}
	}
	handedOn(p)
	return err
}

// Judge implements checks.Judge.
func (approvalOffInScript) Judge(p *checks.Pass, m checks.TextMatch) {
	start, end := m.Groups[2], m.Groups[3]
	if !inSource(p.File, start) {
		return
	}
	name, value := settingOf(m.Group(1))
	setting := name + "=" + value
	if strings.Contains(m.Group(1), "sandboxMode") {
		setting = "approvalPolicy=never and sandboxMode=danger-full-access"
	}
	f := p.At(start, end, "The agent is set up with "+setting+": nobody is asked before it acts.")
	f.Anchor = "set " + setting
	switch t := p.Rule.Match.Text[m.Index]; {
	case t.Severity != "":
		f.Lower(t.Severity, t.Because)
	case conditional.MatchString(m.Group(1)):
		f.Lower(rules.Medium, onCondition)
	}
	f.Fixes = []checks.Fix{letItAsk()}
}

// a value that is chosen
var conditional = regexp.MustCompile(`\?|\belse\b`)

const onCondition = "it is so only under a condition"

// settingOf is the first and the last word of a setting.
func settingOf(text string) (name, value string) {
	words := strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune("\"' \t=:?", r) })
	return words[0], words[len(words)-1]
}

// inSource tells whether a place of a source is code or a key, and not a comment or a text.
func inSource(f *checks.File, at int) bool {
	text, err := f.Bytes()
	if err != nil {
		return false
	}
	switch ext := path.Ext(f.Path); ext {
	case ".py", ".js", ".mjs", ".cjs", ".ts", ".mts", ".tsx", ".go":
		list, _ := pieces(f, text)
		for _, p := range list {
			if p.start <= at && at < p.end {
				return p.kind == 'n' || p.end-p.start <= len(`"allowDangerouslySkipPermissions"`)
			}
		}
		return len(list) == 0
	}
	return true
}

// handedOn reports a mode that reaches an agent through a name.
func handedOn(p *checks.Pass) {
	text, _ := p.File.Bytes()
	if !bytes.Contains(text, []byte("permission_mode")) {
		return // not worth a scan
	}
	src, _ := checks.Python.Of(p.File)
	if src == nil || src.File == nil || !src.ImportsFrom("claude_agent_sdk") && !src.ImportsFrom("claude_code_sdk") {
		return
	}
	for i := range src.Calls {
		for _, a := range src.Calls[i].Args {
			if a.Name == 0 || src.Word(a.Name) != "permission_mode" || a.Last-a.First != 1 || src.Toks[a.First].Kind != python.Name {
				continue
			}
			first, last := src.Definition(a.First, a.Last, src.Calls[i].Scope)
			for t := first; t < last; t++ {
				if src.Toks[t].Kind == python.Str && src.Literal(t) == "bypassPermissions" {
					start, end := src.Token(t, t+1)
					f := p.At(start, end, "The agent is set up with permission_mode=bypassPermissions: nobody is asked before it acts.")
					f.Anchor = "set permission_mode"
					if last-first > 1 {
						f.Lower(rules.Medium, onCondition)
					}
					f.Fixes = []checks.Fix{letItAsk()}
				}
			}
		}
	}
}

func letItAsk() checks.Fix {
	return checks.Steps("drop-option", "Let the agent ask, or put it where it can do no harm",
		"Take the option out of the command.",
		"Allow the single commands that it needs by name, in the agent's settings.",
		"Where nobody can answer (CI), run it in a container without network and without credentials it does not need.")
}
