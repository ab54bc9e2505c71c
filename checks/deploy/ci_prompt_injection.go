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

// strangerText is what people outside of the project write, as an expression names it.
var strangerText = regexp.MustCompile(`^github\.(?:head_ref|event\.(?:(?:issue|pull_request|comment|review|discussion|review_comment)(?:\.(?:body|title))?|pull_request\.head(?:\.(?:ref|label|repo\.default_branch))?|(?:head_commit|commits(?:\.[\w*-]+)?)(?:\.(?:message|author(?:\.(?:name|email))?))?|pages(?:\.(?:[\w*-]+))?\.page_name|workflow_run\.(?:head_branch|head_commit\.message|display_title)))$`)

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
	for _, in := range stepsOf(p, w) {
		s := &in.step
		if s.run != nil {
			pasted(p, text, &in, s.run, true)
		}
		uses := value(s.uses)
		for _, n := range items(s.node.Child("with")) {
			switch {
			case strings.HasPrefix(uses, "actions/github-script@") && n.Key == "script":
				pasted(p, text, &in, n, true)
			case agentAction.MatchString(uses) && promptInput.MatchString(n.Key):
				pasted(p, text, &in, n, false)
			}
		}
	}
	return nil
}

// stepIn is a step with the environments that hold for it, and the shell that runs it when it names none.
type stepIn struct {
	step
	env   []*keys.Node // the nearest first
	shell string
}

// stepsOf are the steps of a workflow, or of a composite action.
func stepsOf(p *checks.Pass, w *workflow) []stepIn {
	var out []stepIn
	if w == nil {
		root, _ := checks.Keys.Of(p.File)
		for _, s := range items(root.At("runs", "steps")) {
			out = append(out, stepIn{step{node: s, uses: s.Child("uses"), run: s.Child("run")}, []*keys.Node{s.Child("env")}, value(s.Child("shell"))})
		}
		return out
	}
	for _, j := range w.jobs {
		for _, s := range j.steps {
			in := stepIn{s, []*keys.Node{s.node.Child("env"), j.node.Child("env"), w.root.Child("env")}, ""}
			for _, n := range []*keys.Node{s.node.Child("shell"), j.node.At("defaults", "run", "shell"), w.root.At("defaults", "run", "shell")} {
				if in.shell == "" {
					in.shell = value(n)
				}
			}
			if in.shell == "" && strings.Contains(strings.ToLower(value(j.node.Child("runs-on"))), "windows") {
				in.shell = "pwsh"
			}
			if on := j.node.Child("runs-on"); in.shell == "" && on != nil && on.Template {
				in.shell = "?" // the runner decides
			}
			out = append(out, in)
		}
	}
	return out
}

// fromStranger is the text of strangers that an expression pastes, as it is named in the event; empty when it pastes none.
func (s *stepIn) fromStranger(text []byte, e placed) string {
	for _, ref := range e.flows() {
		if name, ok := strings.CutPrefix(ref, "env."); ok {
			if found := s.fromEnv(text, name); found != "" {
				return found
			}
		}
		if strangerText.MatchString(ref) && (!wholeOnly(ref) || e.asJSON()) {
			return ref
		}
	}
	return ""
}

// fromEnv is fromStranger for a variable: the nearest environment that sets it decides.
func (s *stepIn) fromEnv(text []byte, name string) string {
	for _, env := range s.env {
		n := env.Child(name)
		if n == nil {
			continue
		}
		for _, inner := range expressionsIn(asWritten(text, n)) {
			if found := (&stepIn{}).fromStranger(text, inner); found != "" {
				return found
			}
		}
		break
	}
	return ""
}

// wholeOnly tells whether a reference is an object of the event, whose text is had through toJSON alone.
func wholeOnly(ref string) bool {
	last := ref[strings.LastIndexByte(ref, '.')+1:]
	switch last {
	case "issue", "pull_request", "comment", "review", "discussion", "review_comment", "head", "head_commit", "commits", "author":
		return true
	}
	return strings.HasSuffix(ref, "commits."+last)
}

func pasted(p *checks.Pass, text []byte, s *stepIn, n *keys.Node, script bool) {
	written := string(text[n.Start:n.End])
	for _, e := range expressionsIn(written) {
		name := s.fromStranger(text, e)
		if name == "" {
			continue
		}
		start, end := n.Start+e.start, n.Start+e.end
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

// an expression that reads a variable of the environment, and nothing else
var inEnv = regexp.MustCompile(`^\$\{\{\s*env\.(\w+)\s*\}\}$`)

// the shells that read "$NAME"; nothing is the default of runners that are no Windows
var posix = regexp.MustCompile(`^(?:|(?:\S*/)?(?:ba|z|da|k)?sh(?:\s.*)?)$`)

// throughEnv moves an expression of a shell script into the environment of its step.
// PowerShell reads a variable by another name; for a shell that is not known a person does it.
func throughEnv(p *checks.Pass, text []byte, s *stepIn, n *keys.Node, start, end int, name string) []repo.TextEdit {
	power := strings.HasPrefix(s.shell, "pwsh") || strings.HasPrefix(s.shell, "powershell")
	if n != s.run || !power && !posix.MatchString(s.shell) {
		return nil
	}
	script := text[n.Start:n.End]
	if script[0] == '|' || script[0] == '>' {
		script = script[bytes.IndexByte(script, '\n')+1:]
	} else if script[0] == '"' || script[0] == '\'' || start == n.Start { // quotes of YAML
		return nil
	}
	from := n.End - len(script)
	if !power && (bytes.Contains(script, []byte("<<")) || reinterpreted(script, start-from, end-from)) {
		return nil
	}
	expression := string(text[start:end])
	variable := freeName(text, s, strings.ToUpper(strings.NewReplacer(".", "_", "-", "_", "[", "_", "]", "", "*", "ALL").Replace(strings.TrimPrefix(strings.TrimPrefix(name, "github."), "event."))), expression)
	there := inEnv.FindStringSubmatch(expression)
	if there != nil {
		variable = there[1]
	}
	use := ""
	switch quoting := quotingAt(script, start-from); {
	case power && (quoting == bare || quoting == doubleQuoted):
		use = "${env:" + variable + "}"
	case quoting == bare:
		use = `"$` + variable + `"`
	case quoting == doubleQuoted:
		use = "${" + variable + "}"
	default:
		return nil
	}
	column := s.run.KeyStart - strings.LastIndexByte(string(text[:s.run.KeyStart]), '\n') - 1
	indent := "\n" + strings.Repeat(" ", column)
	if checks.LineEnd(text) == "\r\n" {
		indent = "\r" + indent
	}
	edits := []repo.TextEdit{p.Replace(start, end, use)}
	env := s.node.Child("env")
	switch {
	case there != nil:
		return edits
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
func freeName(text []byte, s *stepIn, name, expression string) string {
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
