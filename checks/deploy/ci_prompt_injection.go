package deploy

import (
	"bytes"
	"context"
	"regexp"
	"strings"

	"bakedin/checks"
	"bakedin/internal/lang/keys"
	"bakedin/internal/repo"
	"bakedin/rules"
)

// strangerText is what people outside of the project write, as an expression reads it.
var strangerText = regexp.MustCompile(`\$\{\{\s*(?:toJSON\(\s*)?(github\.(?:head_ref|event\.(?:(?:issue|pull_request|comment|review|discussion|review_comment)\.(?:body|title)|pull_request\.head\.(?:ref|label|repo\.default_branch)|(?:head_commit|commits\[\d+\]|commits\.[\w*-]+)\.(?:message|author\.(?:name|email))|pages\.\*\.page_name|workflow_run\.(?:head_branch|head_commit\.message|display_title))))\s*\)?[^}]*\}\}`)

// keys of "with" that an action hands to an agent or a script
var promptInput = regexp.MustCompile(`(?i)prompt|instructions?|message|query|task|question`)

// ciPromptInjection reports text of strangers that is pasted into a script or into the prompt of an agent. In env it is data.
func ciPromptInjection(_ context.Context, p *checks.Pass) error {
	w, err := Workflow.Of(p.File)
	if err != nil {
		return err
	}
	text, err := p.File.Bytes()
	if err != nil {
		return err
	}
	var steps []step
	if w != nil {
		for _, j := range w.jobs {
			steps = append(steps, j.steps...)
		}
	} else { // a composite action
		root, err := checks.Keys.Of(p.File)
		if root == nil || err != nil {
			return err
		}
		for _, s := range items(root.At("runs", "steps")) {
			steps = append(steps, step{node: s, uses: s.Child("uses"), run: s.Child("run")})
		}
	}
	for i := range steps {
		s := &steps[i]
		if s.run != nil {
			pasted(p, text, s, s.run, true)
		}
		uses := value(s.uses)
		for _, in := range items(s.node.Child("with")) {
			switch {
			case strings.HasPrefix(uses, "actions/github-script@") && in.Key == "script":
				pasted(p, text, s, in, true)
			case agentAction.MatchString(uses) && promptInput.MatchString(in.Key):
				pasted(p, text, s, in, false)
			}
		}
	}
	return nil
}

func pasted(p *checks.Pass, text []byte, s *step, n *keys.Node, script bool) {
	for _, m := range strangerText.FindAllSubmatchIndex(text[n.Start:n.End], 20) {
		start, end := n.Start+m[0], n.Start+m[1]
		name := string(text[n.Start+m[2] : n.Start+m[3]])
		message := name + " is pasted into the script: whoever writes it runs commands in the job."
		if !script {
			message = name + " is pasted into the prompt of the agent: whoever writes it gives it orders."
		}
		f := p.At(start, end, message)
		f.Anchor = "pasted " + name
		manual := checks.Steps("pass-as-data", "Pass it as data", "Give it to the step through env: and read \"$NAME\" in the script.", "For an agent: let it read the text with a tool that has no rights, and allow only actions that do no harm; marks around the text do not help.")
		f.Fixes = []checks.Fix{manual}
		if !script {
			source := string(text[s.node.Start:s.node.End])
			if !freeShell.MatchString(source) && !strings.Contains(source, "Write") && !strings.Contains(source, "Edit") {
				f.Lower(rules.Medium, "no tool that writes is named")
			}
			continue
		}
		if edits := throughEnv(p, text, s, n, start, end, name); edits != nil {
			fix := checks.Fix{ID: "through-env", Title: "Pass it through the environment", Applicability: checks.Safe, Edits: edits}
			if strings.Contains(string(text[start:end]), "toJSON") {
				fix.Applicability, fix.Breaks = checks.Unsafe, "The shell took the quotes of the JSON away; now they are part of the value."
			}
			f.Fixes = []checks.Fix{fix, manual}
		}
	}
}

// throughEnv moves an expression of a shell script into the environment of its step.
func throughEnv(p *checks.Pass, text []byte, s *step, n *keys.Node, start, end int, name string) []repo.TextEdit {
	if n != s.run || s.node.Child("shell") != nil && !strings.Contains(value(s.node.Child("shell")), "sh") || strings.Contains(value(s.node.Child("shell")), "pwsh") {
		return nil
	}
	script := text[n.Start:n.End]
	if script[0] == '|' || script[0] == '>' {
		script = script[bytes.IndexByte(script, '\n')+1:]
	} else if script[0] == '"' || script[0] == '\'' || start == n.Start { // quotes of YAML
		return nil
	}
	from := n.End - len(script)
	if bytes.Contains(script, []byte("<<")) || reinterpreted(script, start-from, end-from) {
		return nil
	}
	variable := freeName(text, s, strings.ToUpper(strings.NewReplacer(".", "_", "-", "_", "[", "_", "]", "", "*", "ALL").Replace(strings.TrimPrefix(strings.TrimPrefix(name, "github."), "event."))), string(text[start:end]))
	use := ""
	switch quotingAt(script, start-from) {
	case bare:
		use = `"$` + variable + `"`
	case doubleQuoted:
		use = "${" + variable + "}"
	default:
		return nil
	}
	expression := string(text[start:end])
	column := s.run.KeyStart - strings.LastIndexByte(string(text[:s.run.KeyStart]), '\n') - 1
	indent := "\n" + strings.Repeat(" ", column)
	if checks.LineEnd(text) == "\r\n" {
		indent = "\r" + indent
	}
	edits := []repo.TextEdit{p.Replace(start, end, use)}
	env := s.node.Child("env")
	switch {
	case env == nil:
		return append(edits, p.Replace(s.run.KeyStart, s.run.KeyStart, "env:"+indent+"  "+variable+": "+expression+indent))
	case env.Child(variable) != nil: // it holds this expression
		return edits
	case env.Kind == keys.Object && len(env.Items) > 0 && text[env.Start] != '{':
		at := env.Items[0].KeyStart
		column := at - strings.LastIndexByte(string(text[:at]), '\n') - 1
		return append(edits, p.Replace(at, at, variable+": "+expression+checks.LineEnd(text)+strings.Repeat(" ", column)))
	}
	return nil
}

// freeName is a name for a variable of a step that the file does not use yet, or that holds this very expression.
func freeName(text []byte, s *step, name, expression string) string {
	for _, suffix := range []string{"", "_TEXT", "_GIVEN", "_2"} {
		free := name + suffix
		if v := s.node.At("env", free); v != nil && v.Value == expression {
			return free
		}
		if !regexp.MustCompile(`\b` + free + `\b`).Match(text) {
			return free
		}
	}
	return name + "_3"
}
