package deploy

import (
	"context"
	"regexp"
	"strings"

	"bakedin/checks"
	"bakedin/rules"
)

var (
	freeShell = regexp.MustCompile(`(?i)--dangerously-(?:skip-permissions|bypass-approvals-and-sandbox)|\bBash(?:\(\*\))?(?:[,\s"']|$)|--yolo\b|danger-full-access|bypassPermissions|--allow-all-tools`)
	labelGate = regexp.MustCompile(`github\.event\.label\.name\s*==`) // who may set a label may do more
	anybody   = regexp.MustCompile(`(?m)allowed_(?:non_write_users|bots|users)\s*:\s*["']?\*`)
)

// ciAgentOpenTrigger reports an agent that strangers can set off: by an issue, a comment or a pull request, with a token or
// secrets at hand and nobody asking who they are.
func ciAgentOpenTrigger(_ context.Context, p *checks.Pass) error {
	w, err := Workflow.Of(p.File)
	if w == nil || err != nil {
		return err
	}
	text, err := p.File.Bytes()
	if err != nil {
		return err
	}
	for i := range w.jobs {
		j := &w.jobs[i]
		s := j.agent()
		if s == nil {
			continue
		}
		whole := source(text, j.node)
		for _, before := range w.before(text, j) {
			whole += "\n" + source(text, before.node)
		}
		open := anybody.MatchString(whole) && !labelGate.MatchString(whole)
		trigger := ""
		for _, t := range w.opens() {
			if trigger == "" && (open || !w.keepsOut(text, j, s, t)) {
				trigger = t
			}
		}
		if trigger == "" || !open && !w.canWrite(j) && !holdsSecrets(text, j.node) && (w.root.Child("env") == nil || !holdsSecrets(text, w.root.Child("env"))) {
			continue
		}
		n := s.run
		if s.uses != nil {
			n = s.uses
		}
		start, end := n.Start, min(n.End, n.Start+200)
		f := p.At(start, end, "Whoever can "+causes[trigger]+" gives this agent text to act on, with the token and secrets of the job.")
		f.Anchor = "agent " + j.node.Key + " " + trigger
		switch {
		case open:
			f.Lower(rules.Critical, "and the agent is told to answer everybody")
		case s.uses != nil && strings.HasPrefix(s.uses.Value, "anthropics/claude-code-action@"):
			f.Lower(rules.Medium, "the action itself asks for write access of whoever sets it off, but the text it reads is anybody's")
		case freeShell.MatchString(source(text, s.node)):
			f.Lower(rules.Critical, "and nothing narrows what it may do")
		}
		f.Fixes = []checks.Fix{checks.Steps("ask-who", "Let only people of the project set it off",
			"Add to the job: if: contains(fromJSON('[\"OWNER\",\"MEMBER\",\"COLLABORATOR\"]'), github.event.comment.author_association) (or the issue's, or the pull request's).",
			"Or give the job an environment with required reviewers.",
			"Give the job permissions: contents: read, and the agent only the tools it needs.")}
	}
	return nil
}
