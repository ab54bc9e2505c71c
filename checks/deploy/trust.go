package deploy

import (
	"regexp"
	"slices"
	"strings"

	"bakedin/internal/lang/keys"
)

// Who may set a job off is said by its conditions. A condition keeps strangers out when it cannot hold for them: of "a || b"
// both sides must keep them out, of "a && b" one is enough.

var (
	// who may change the repository; a contributor is anybody whose pull request was taken once
	insiders = []string{"OWNER", "MEMBER", "COLLABORATOR"}
	// names of people, of whoever causes the event
	people = regexp.MustCompile(`^github\.(?:actor|triggering_actor|event\.sender\.login|event\.(?:comment|review|issue|pull_request|discussion)\.user\.login)$`)
	// an association with the repository, of the one who wrote the subject
	association = regexp.MustCompile(`^github\.event\.(\w+)\.author_association$`)
	labelled    = regexp.MustCompile(`^github\.event\.(?:label\.name|(?:issue|pull_request|discussion)\.labels\.\*\.name)$`)
	sameSource  = regexp.MustCompile(`^github\.event\.(?:pull_request\.head\.repo|workflow_run\.head_repository)\.(?:full_name|owner\.login)$|^github\.repository(?:_owner)?$`)
	// a step that ends the job
	ends = regexp.MustCompile(`\bexit [1-9]|setFailed\(|gh run cancel`)
)

// beside is what an event also tells of, and somebody else may have written.
var beside = map[string]string{"issue_comment": "issue", "pull_request_review": "pull_request", "pull_request_review_comment": "pull_request", "discussion_comment": "discussion"}

// keepsOut tells whether the expression holds for no stranger who causes the event.
func (e *expression) keepsOut(event string) bool {
	switch {
	case e == nil:
		return false
	case e.op == "||":
		return e.kids[0].keepsOut(event) && e.kids[1].keepsOut(event)
	case e.op == "&&":
		return e.kids[0].keepsOut(event) || e.kids[1].keepsOut(event)
	case e.op == "!":
		return e.kids[0].op == "ref" && strings.HasSuffix(e.kids[0].text, "head.repo.fork")
	case e.op == "==":
		a, b := e.kids[0], e.kids[1]
		return a.op == "ref" && a.isTrusted(event, b) || b.op == "ref" && b.isTrusted(event, a)
	case e.op == "!=":
		a, b := e.kids[0], e.kids[1]
		return a.op == "ref" && (a.text == "github.event_name" && b.text == event || strings.HasSuffix(a.text, "head.repo.fork") && b.text == "true" || a.text == "github.event.workflow_run.event" && strings.HasPrefix(b.text, "pull_request"))
	case e.op == "call" && e.text == "contains" && len(e.kids) == 2:
		list, item := e.kids[0], e.kids[1]
		if labelled.MatchString(list.text) {
			return true
		}
		for list.op == "call" && list.text == "fromjson" && len(list.kids) == 1 {
			list = list.kids[0]
		}
		return item.op == "ref" && item.isOneOf(event, list)
	}
	return false
}

// isTrusted tells whether a reference has a value that no stranger gives it.
func (e *expression) isTrusted(event string, to *expression) bool {
	switch {
	case e.text == "github.event_name":
		return to.op == "text" && to.text != event
	case e.text == "github.event.workflow_run.event":
		return to.op == "text" && !strings.HasPrefix(to.text, "pull_request") && to.text != "issue_comment"
	case strings.HasSuffix(e.text, "head.repo.fork"):
		return to.text == "false"
	case sameSource.MatchString(e.text):
		return to.op == "ref" && sameSource.MatchString(to.text) || to.op == "text" && !strings.HasPrefix(e.text, "github.repository")
	case labelled.MatchString(e.text):
		return true
	}
	return e.isOneOf(event, to)
}

// isOneOf is isTrusted for a list of values, in JSON or with commas.
func (e *expression) isOneOf(event string, list *expression) bool {
	if people.MatchString(e.text) {
		subject := strings.Split(e.text, ".")
		return !(len(subject) > 3 && subject[2] == beside[event]) && (list.op == "text" || strings.HasPrefix(list.text, "vars.") || strings.HasPrefix(list.text, "env.") || strings.HasPrefix(list.text, "secrets.") || list.text == "github.repository_owner")
	}
	m := association.FindStringSubmatch(e.text)
	if m == nil || list.op != "text" {
		return false
	}
	if m[1] == beside[event] {
		return false // of the one who wrote the first word, not of the one who causes the event
	}
	words := strings.FieldsFunc(list.text, func(r rune) bool { return r != '_' && (r < 'A' || r > 'Z') })
	return len(words) > 0 && !slices.ContainsFunc(words, func(w string) bool { return !slices.Contains(insiders, w) })
}

// checkedInScript are questions that steps ask, other than by an if: of the permissions of whoever causes the event.
var checkedInScript = regexp.MustCompile(`(?i)author_association|getCollaboratorPermissionLevel|collaborators/[^\s]*/permission|actions-cool/check-user-permission|check-(?:user-)?permissions?|has-permission|team-membership|allowed_(?:users|bots)\s*:\s*["']?[A-Za-z]|allow-users:|\$\{?(?:GITHUB_ACTOR|GITHUB_TRIGGERING_ACTOR)\b|github\.(?:actor|triggering_actor|event\.\w+\.user\.login)\s*\}\}["']?\s*[!=]=`)

// keepsOut tells whether no stranger who causes the event gets as far as a step of the job: by a condition of the step, of the
// job, or of a job that must go before it, by a question that one of their scripts asks, or by an environment that asks people.
func (w *workflow) keepsOut(text []byte, j *job, s *step, event string) bool {
	if s != nil && condition(text, s.node).keepsOut(event) {
		return true
	}
	for _, before := range append([]*job{j}, w.before(text, j)...) {
		if before.node.Child("environment") != nil || condition(text, before.node).keepsOut(event) || checkedInScript.MatchString(withoutConditions(text, before.node)) {
			return true
		}
		for _, s := range before.steps { // one that stops strangers
			if asks := asWritten(text, s.node.Child("if")); s.run != nil && ends.MatchString(s.run.Value) && (strings.Contains(asks, "author_association") || strings.Contains(asks, "github.actor")) {
				return true
			}
		}
	}
	return false
}

// condition is the "if" of a job or step; nil without one, or when it cannot be read.
func condition(text []byte, n *keys.Node) *expression {
	s := strings.TrimSpace(asWritten(text, n.Child("if")))
	if inner, ok := strings.CutPrefix(s, "${{"); ok && strings.HasSuffix(inner, "}}") {
		s = strings.TrimSuffix(inner, "}}")
	}
	return parseExpression(s)
}

// before are the jobs that must have run, and those that must have run before them. A job that always runs waits for none.
func (w *workflow) before(text []byte, j *job) []*job {
	var out []*job
	for next := []*job{j}; len(next) > 0; next = next[1:] {
		if strings.Contains(asWritten(text, next[0].node.Child("if")), "always()") {
			continue
		}
		for k := range w.jobs {
			if other := &w.jobs[k]; slices.Contains(needs(next[0]), other.node.Key) && !slices.Contains(out, other) {
				out, next = append(out, other), append(next, other)
			}
		}
	}
	return out
}

// withoutConditions is the source of a job without the conditions of it and its steps.
func withoutConditions(text []byte, n *keys.Node) string {
	out := []byte(source(text, n))
	shift := n.Start
	if n.KeyEnd > n.KeyStart {
		shift = n.KeyStart
	}
	blank := func(c *keys.Node) {
		for i := c.Start - shift; c != nil && i >= 0 && i < min(c.End-shift, len(out)); i++ {
			out[i] = ' '
		}
	}
	for _, at := range append([]*keys.Node{n}, items(n.Child("steps"))...) {
		if c := at.Child("if"); c != nil {
			blank(c)
		}
	}
	return string(out)
}

func needs(j *job) []string {
	n := j.node.Child("needs")
	if n == nil {
		return nil
	}
	if len(n.Items) == 0 {
		return []string{n.Value}
	}
	var out []string
	for _, i := range n.Items {
		out = append(out, i.Value)
	}
	return out
}
