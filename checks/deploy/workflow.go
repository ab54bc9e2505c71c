package deploy

import (
	"regexp"
	"strings"

	"bakedin/checks"
	"bakedin/internal/lang/keys"
	"bakedin/internal/lang/shell"
)

// workflow is a GitHub Actions workflow, as far as the rules ask.
// Source: https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax
type workflow struct {
	root        *keys.Node
	triggers    map[string]*keys.Node
	permissions *keys.Node
	jobs        []job
}

type job struct {
	node  *keys.Node
	uses  *keys.Node // of a reusable workflow
	steps []step
}

type step struct {
	node *keys.Node
	uses *keys.Node
	run  *keys.Node
}

// triggers that anybody can set off, with a token and secrets of the repository at hand
var openTriggers = []string{"issues", "issue_comment", "pull_request_target", "discussion", "discussion_comment", "pull_request_review", "pull_request_review_comment"}

// Workflow is the fact of a workflow; nil for other files.
var Workflow = checks.NewFact(func(f *checks.File) (*workflow, error) {
	if !strings.HasPrefix(f.Path, ".github/workflows/") && !strings.Contains(f.Path, "/.github/workflows/") {
		return nil, nil
	}
	root, err := checks.Keys.Of(f)
	if root == nil || root.Child("jobs") == nil {
		return nil, err
	}
	w := &workflow{root: root, triggers: map[string]*keys.Node{}, permissions: root.Child("permissions")}
	on := root.Child("on")
	if on == nil {
		on = root.Child("true")
	}
	switch {
	case on == nil:
	case on.Kind == keys.Scalar:
		w.triggers[on.Value] = on
	case on.Kind == keys.Array:
		for _, t := range on.Items {
			w.triggers[t.Value] = t
		}
	default:
		for _, t := range on.Items {
			w.triggers[t.Key] = t
		}
	}
	for _, n := range root.Child("jobs").Items {
		j := job{node: n, uses: n.Child("uses")}
		for _, s := range items(n.Child("steps")) {
			j.steps = append(j.steps, step{node: s, uses: s.Child("uses"), run: s.Child("run")})
		}
		w.jobs = append(w.jobs, j)
	}
	return w, nil
})

// insideTypes are kinds of an event that only people with rights in the repository cause.
var insideTypes = regexp.MustCompile(`^(?:un)?(?:labeled|assigned|pinned|locked)$|^(?:de)?milestoned$`)

// opens are the triggers that strangers can set off.
func (w *workflow) opens() []string {
	var out []string
	for _, t := range openTriggers {
		n := w.triggers[t]
		if n == nil {
			continue
		}
		types := n.Child("types")
		inside := types != nil && len(types.Items) > 0
		for _, i := range items(types) {
			inside = inside && insideTypes.MatchString(i.Value)
		}
		if !inside {
			out = append(out, t)
		}
	}
	return out
}

// causes is what people do to set a trigger off.
var causes = map[string]string{
	"issues": "open an issue", "issue_comment": "comment on an issue", "pull_request_target": "open a pull request", "discussion": "start a discussion",
	"discussion_comment": "comment on a discussion", "pull_request_review": "review a pull request", "pull_request_review_comment": "comment on a pull request",
}

var (
	agentAction = regexp.MustCompile(`(?i)^(?:anthropics/claude-code(?:-base)?-action|anthropics/claude-code-security-review|openai/codex-action|google-github-actions/run-gemini-cli|google-gemini/gemini-cli-action|sst/opencode/github|anomalyco/opencode/github|opencode-ai/[\w-]+|block/goose\S*|aider-ai/\S+|mirrajabi/aider-github-action|cursor/\S*agent\S*|all-hands-ai/openhands\S*|warpdotdev/\S+|qwenlm/qwen-code-action|actions/ai-inference|augmentcode/\S+|charmbracelet/crush\S*)@`)
	// a command that gives an agent work without a person beside it: its program, by its own name or that of its package
	agentCommand = regexp.MustCompile(`^(?:claude\b.*\s(?:-p|--print|--dangerously\S*)(?:\s|$)|@anthropic-ai/claude-code\b|(?:codex|@openai/codex)\s(?:.*\s)?(?:exec|e|-a|--full-auto|--yolo)(?:\s|$)|(?:gemini|@google/gemini-cli|qwen|@qwen-code/qwen-code)\s(?:.*\s)?(?:-p|--prompt|--yolo|-y)(?:[\s=]|$)|(?:copilot|@github/copilot)\s(?:.*\s)?(?:-p|--prompt|--allow\S*)(?:[\s=]|$)|(?:opencode|opencode-ai)\s+run\b|aider(?:-chat)?\s(?:.*\s)?(?:--(?:message|msg|yes|model|file|auto|no-|architect|test-cmd|lint|load)|-m\b)|goose\s+run\b|cursor-agent\s|(?:amp|@sourcegraph/amp)\s+-x|openhands\s)`)
	writes       = regexp.MustCompile(`^(?:write|write-all)$`)
)

// agent returns the step of a job that starts an agent, or nil.
func (j *job) agent() *step {
	for i := range j.steps {
		s := &j.steps[i]
		if s.uses != nil && agentAction.MatchString(s.uses.Value) || s.run != nil && startsAgent(s.run.Value) {
			return s
		}
	}
	return nil
}

func startsAgent(script string) bool {
	for _, c := range shell.Commands(script) {
		p := process{}
		p.name, p.args = shell.Launched(c.Args)
		p.finish()
		if agentCommand.MatchString(p.line + " ") {
			return true
		}
	}
	return false
}

// canWrite tells whether the token of a job may change something. Without a word about it the default of the
// repository holds, which the file does not tell.
func (w *workflow) canWrite(j *job) bool {
	p := j.node.Child("permissions")
	if p == nil {
		p = w.permissions
	}
	if p == nil {
		return true
	}
	if p.Kind == keys.Scalar {
		return p.Value == "write-all"
	}
	for _, n := range p.Items {
		if writes.MatchString(n.Value) {
			return true
		}
	}
	return false
}

var secretUse = regexp.MustCompile(`\$\{\{[^}]*\bsecrets\.([A-Za-z_]\w*)`)

// holdsSecrets tells whether a part of the file reads secrets other than the token of the run.
func holdsSecrets(text []byte, n *keys.Node) bool {
	for _, m := range secretUse.FindAllSubmatch(text[n.Start:n.End], -1) {
		if string(m[1]) != "GITHUB_TOKEN" {
			return true
		}
	}
	return false
}

func source(text []byte, n *keys.Node) string {
	start := n.Start
	if n.KeyEnd > n.KeyStart {
		start = n.KeyStart
	}
	return string(text[start:n.End])
}

// asWritten is the text of a scalar with its expressions, which Value leaves out.
func asWritten(text []byte, n *keys.Node) string {
	if n == nil || n.Kind != keys.Scalar || !n.Template || n.End <= n.Start {
		return value(n)
	}
	raw := string(text[n.Start:n.End])
	switch raw[0] {
	case '|', '>':
		_, raw, _ = strings.Cut(raw, "\n")
	case '"':
		raw = strings.ReplaceAll(strings.Trim(raw, `"`), `\"`, `"`)
	case '\'':
		raw = strings.ReplaceAll(strings.Trim(raw, "'"), "''", "'")
	}
	return raw
}
