package checks

import (
	"bytes"
	"regexp"
	"strings"

	"bakedin/internal/lang/keys"
	"bakedin/internal/repo"
	"bakedin/rules"
)

// ciMatch judges the place of a CI file where an expression of a rule matched: E0 in a comment, E1 where the word only occurs
// or never runs, E2 where a step runs it, E3 where nothing starts that step but a change or a clock, and its failure fails the
// build. Jobs are the names by which a list of required checks knows the step.
func ciMatch(f *File, text []byte, start, end int) (s rules.Strength, jobs []string) {
	switch {
	case idleAt(f, start) == remark:
		return rules.E0, nil
	case isShell(f):
		return entryStrength(string(text), start, end), nil
	case !f.Is(repo.CI): // a Makefile target or a pre-commit configuration enforces nothing by itself
		return rules.E1, nil
	case keys.Format(f.Path) != "yaml":
		return jenkinsStrength(text, start, end), nil
	}
	root, err := Keys.Of(f)
	if root == nil || err != nil {
		return rules.E1, nil
	}
	if root.Kind == keys.Stream { // a head of GitLab, and the jobs
		for _, doc := range root.Items {
			if doc.Start <= start && start < doc.End {
				root = doc
			}
		}
	}
	step := stepAt(text, root, start)
	if step == nil {
		return rules.E1, nil
	}
	s = min(step.wiring(), step.runs(start, end))
	if s >= rules.E2 {
		jobs = jobsAt(text, start)
	}
	return s, jobs
}

// ciStep is the way from the root of a CI file to the scalar that says what a step runs, the root first.
type ciStep struct {
	text []byte
	path []*keys.Node
}

// keys whose scalar is a script, and those whose scalar names something that runs
var (
	scriptKeys = map[string]bool{"run": true, "script": true, "before_script": true, "after_script": true, "bash": true, "pwsh": true, "powershell": true, "command": true}
	usesKeys   = map[string]bool{"uses": true, "task": true, "pipe": true}
)

// stepAt finds the step around a byte; nil when what stands there runs nothing.
func stepAt(text []byte, root *keys.Node, at int) *ciStep {
	path := pathTo([]*keys.Node{root}, at)
	if path == nil {
		return nil
	}
	s := &ciStep{text, path}
	key, around := s.key(), path[len(path)-2]
	image := key == "name" && root.Child("jobs") == nil && around.Child("run") == nil && around.Child("uses") == nil // as in Cloud Build
	if scriptKeys[key] || usesKeys[key] || image {
		return s
	}
	return nil
}

// pathTo follows the nodes that hold a byte down to a scalar. An alias is not followed twice: the first place counts.
func pathTo(path []*keys.Node, at int) []*keys.Node {
	n := path[len(path)-1]
	if n.Kind == keys.Scalar && len(path) > 1 {
		return path
	}
	for _, c := range n.Items {
		if c.Start <= at && at < c.End {
			return pathTo(append(path[:len(path):len(path)], c), at)
		}
	}
	return nil
}

func (s *ciStep) leaf() *keys.Node { return s.path[len(s.path)-1] }

// key is the key of the scalar, or of the list that it is an entry of.
func (s *ciStep) key() string {
	for i := len(s.path) - 1; i > 0; i-- {
		if s.path[i-1].Kind != keys.Array {
			return s.path[i].Key
		}
	}
	return ""
}

// wiring is E3 when the step runs by itself and may fail the build, E2 when somebody must start it or its failure is let
// pass, E1 when it never runs.
func (s *ciStep) wiring() rules.Strength {
	root, w := s.path[0], rules.E3
	for _, n := range s.path[1:] {
		if n.Kind == keys.Object {
			w = min(w, s.enforced(n))
		}
	}
	switch {
	case s.path[1].Key == "jobs" && len(events(root)) > 0:
		return min(w, triggered(root), s.waits(s.path[min(2, len(s.path)-1)], map[string]bool{}))
	case root.At("runs", "steps") != nil: // an action runs where a workflow uses it
		return min(w, rules.E2)
	case s.path[1].Key == "pipelines" && len(s.path) > 2 && s.path[2].Key == "custom": // Bitbucket starts these by hand
		return min(w, rules.E2)
	case strings.HasPrefix(s.path[1].Key, "."):
		return min(w, s.extended(s.path[1].Key))
	}
	return w
}

var (
	never    = regexp.MustCompile(`^(?:false|0|''|""|null)$|\bfalse\s*&&|&&\s*false\b`)
	onEvent  = regexp.MustCompile(`^github\.event_name\s*==\s*['"](\w+)['"]$`)
	onFail   = regexp.MustCompile(`^(?:failure|cancelled)\(\)$`)
	trueWord = regexp.MustCompile(`(?i)^true$`)
	letPass  = regexp.MustCompile(`^(?:continue-on-error|continueOnError|allow_failure|allowFailure|soft_fail|soft-fail)$`)
	soft     = regexp.MustCompile(`^(?:fail[-_](?:build|on[-_](?:error|findings?|severity|issues?))|exit[-_]code)$`)
)

// enforced judges the conditions that an object of a CI file holds: a workflow job, a step, the inputs of an action.
func (s *ciStep) enforced(n *keys.Node) rules.Strength {
	w := rules.E3
	for _, c := range n.Items {
		switch value := strings.TrimSpace(c.Value); {
		case letPass.MatchString(c.Key) && trueWord.MatchString(value), c.Key == "with" && reportsOnly(c):
			w = min(w, rules.E2)
		case c.Key == "if" || c.Key == "condition":
			w = min(w, s.holdsWhen(c))
		case c.Key == "enabled" && strings.EqualFold(value, "false"):
			w = min(w, rules.E1)
		case c.Key == "when" && c.Kind == keys.Scalar:
			w = min(w, when(value))
		case c.Key == "rules" && c.Kind == keys.Array && len(c.Items) > 0:
			best := rules.E1
			for _, r := range c.Items {
				best = max(best, when(scalar(r.Child("when"))))
			}
			w = min(w, best)
		}
	}
	return w
}

// reportsOnly tells whether the inputs of an action keep it from failing.
func reportsOnly(with *keys.Node) bool {
	for _, c := range with.Items {
		if value := strings.TrimSpace(c.Value); letPass.MatchString(c.Key) && trueWord.MatchString(value) ||
			soft.MatchString(c.Key) && (value == "0" || strings.EqualFold(value, "false")) {
			return true
		}
	}
	return false
}

// holdsWhen judges a condition as it is written: what a reader of YAML makes of ${{ }} says nothing.
func (s *ciStep) holdsWhen(n *keys.Node) rules.Strength {
	value := string(s.text[n.Start:n.End])
	value = strings.TrimSpace(strings.TrimSuffix(strings.TrimPrefix(value, "${{"), "}}"))
	switch m := onEvent.FindStringSubmatch(value); {
	case never.MatchString(value):
		return rules.E1
	case m != nil && m[1] == "workflow_dispatch", onFail.MatchString(value):
		return rules.E2
	case m != nil && !events(s.path[0])[m[1]]:
		return rules.E1
	}
	return rules.E3
}

func when(value string) rules.Strength {
	switch value {
	case "never":
		return rules.E1
	case "manual", "delayed", "on_failure":
		return rules.E2
	}
	return rules.E3
}

func scalar(n *keys.Node) string {
	if n == nil {
		return ""
	}
	return n.Value
}

// events are what a workflow is started by.
func events(root *keys.Node) map[string]bool {
	on := root.Child("on")
	if on == nil {
		on = root.Child("true") // what "on" is to a reader of YAML 1.1
	}
	out := map[string]bool{}
	switch {
	case on == nil:
	case on.Kind == keys.Scalar:
		out[on.Value] = true
	case on.Kind == keys.Array:
		for _, e := range on.Items {
			out[e.Value] = true
		}
	default:
		for _, e := range on.Items {
			out[e.Key] = !leavesAllOut(e)
		}
	}
	return out
}

// events that wait for a person, or for another workflow or program
var onRequest = map[string]bool{"workflow_dispatch": true, "workflow_call": true, "repository_dispatch": true}

func triggered(root *keys.Node) rules.Strength {
	for e, starts := range events(root) {
		if starts && !onRequest[e] {
			return rules.E3
		}
	}
	return rules.E2
}

func leavesAllOut(event *keys.Node) bool {
	for _, filter := range []string{"paths-ignore", "branches-ignore"} {
		for _, p := range itemsOf(event.Child(filter)) {
			if p.Value == "**" {
				return true
			}
		}
	}
	return false
}

func itemsOf(n *keys.Node) []*keys.Node {
	if n == nil {
		return nil
	}
	return n.Items
}

// waits is E1 when a job waits for one that never runs.
func (s *ciStep) waits(job *keys.Node, seen map[string]bool) rules.Strength {
	needs := job.Child("needs")
	if needs == nil || seen[job.Key] || strings.Contains(scalar(job.Child("if")), "always()") {
		return rules.E3
	}
	seen[job.Key] = true
	names := []string{needs.Value}
	for _, n := range needs.Items {
		names = append(names, n.Value)
	}
	for _, name := range names {
		other := s.path[0].At("jobs", name)
		if other != nil && min(s.enforced(other), s.waits(other, seen)) == rules.E1 {
			return rules.E1
		}
	}
	return rules.E3
}

// extended judges a hidden job of GitLab: it runs where a job that is not hidden extends it, or takes parts of it over.
func (s *ciStep) extended(name string) rules.Strength {
	for _, job := range s.path[0].Items {
		extends := job.Child("extends")
		if extends == nil || strings.HasPrefix(job.Key, ".") {
			continue
		}
		for _, n := range append([]*keys.Node{extends}, extends.Items...) {
			if n.Value == name {
				return s.enforced(job)
			}
		}
	}
	if bytes.Contains(s.text, []byte("!reference ["+name+",")) {
		return rules.E3
	}
	if m := regexp.MustCompile(`(?m)^` + regexp.QuoteMeta(name) + `:\s*&([\w-]+)`).FindSubmatch(s.text); m != nil && bytes.Contains(s.text, append([]byte("*"), m[1]...)) {
		return rules.E3
	}
	return rules.E1
}
