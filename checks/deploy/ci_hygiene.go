package deploy

import (
	"context"
	"regexp"
	"slices"
	"strings"

	"bakedin/checks"
	"bakedin/internal/lang/keys"
	"bakedin/rules"
)

// These four rules are short and look at the same workflow: who may run it, with what token, and whose code it brings in.

var selfHosted = regexp.MustCompile(`\bself-hosted\b`)

// ciSelfHostedPublic reports a runner of one's own that pull requests of strangers run on.
func ciSelfHostedPublic(_ context.Context, p *checks.Pass) error {
	w, err := Workflow.Of(p.File)
	if w == nil || err != nil || w.triggers["pull_request"] == nil && w.triggers["pull_request_target"] == nil {
		return err
	}
	text, err := p.File.Bytes()
	if err != nil {
		return err
	}
	public := p.Repo.Has("LICENSE") || p.Repo.Has("LICENSE.md") || p.Repo.Has("LICENSE.txt")
	for i := range w.jobs {
		j := &w.jobs[i]
		on := j.node.Child("runs-on")
		if !public || on == nil || !w.runsOnOwn(text, j) {
			continue
		}
		f := p.At(on.KeyStart, on.End, "Pull requests of strangers run on a machine of your own.")
		f.Anchor = "self-hosted " + j.node.Key
		column := on.KeyStart - strings.LastIndexByte(string(text[:on.KeyStart]), '\n') - 1
		steps := checks.Steps("only-own", "Run only branches of the repository on it", "Add to the job: if: github.event.pull_request.head.repo.full_name == github.repository", "Or require approval for all outside contributors in the settings, and give the runner nothing to keep.")
		f.Fixes = []checks.Fix{steps}
		if j.node.Child("if") == nil {
			f.Fixes = []checks.Fix{{ID: "only-own-branches", Title: "Run only branches of the repository on it", Applicability: checks.Unsafe, Breaks: "Pull requests from forks are no longer built here.",
				Edits: edits(p.Replace(on.KeyStart, on.KeyStart, "if: github.event.pull_request.head.repo.full_name == github.repository"+checks.LineEnd(text)+strings.Repeat(" ", column)))}, steps}
		}
	}
	return nil
}

// runsOnOwn tells whether a pull request of a stranger takes a job to a runner of one's own.
func (w *workflow) runsOnOwn(text []byte, j *job) bool {
	for _, event := range []string{"pull_request", "pull_request_target"} {
		if w.triggers[event] == nil || w.keepsOut(text, j, nil, event) {
			continue
		}
		on := j.node.Child("runs-on")
		written := string(text[on.Start:on.End])
		for _, e := range expressionsIn(written) {
			if e.expression != nil && e.choosesOwn(event) || strings.HasPrefix(strings.Join(e.flows(), " "), "matrix.") && j.matrixNamesOwn(text) {
				return true
			}
		}
		if selfHosted.MatchString(expressionText.ReplaceAllString(written, "")) {
			return true
		}
	}
	return false
}

// choosesOwn tells whether an expression can give a label of an own runner, where the event is one of a stranger.
func (e *expression) choosesOwn(event string) bool {
	switch {
	case e == nil:
		return false
	case e.op == "text":
		return selfHosted.MatchString(e.text)
	case e.op == "&&":
		return !e.kids[0].keepsOut(event) && e.kids[1].choosesOwn(event)
	}
	return (e.op == "||" || e.op == "call") && slices.ContainsFunc(e.kids, func(k *expression) bool { return k.choosesOwn(event) })
}

func (j *job) matrixNamesOwn(text []byte) bool {
	n := j.node.At("strategy", "matrix")
	return n != nil && selfHosted.Match(text[n.Start:n.End])
}

var publishes = regexp.MustCompile(`(?i)\b(?:twine upload|npm publish|hf upload|huggingface-cli upload|push_to_hub|docker push|gh release create|uv publish|poetry publish|cargo publish)\b|pypa/gh-action-pypi-publish|docker/build-push-action`)
var loadsModel = regexp.MustCompile(`\bfrom_pretrained\(|\bhf download\b|\bhuggingface-cli download\b|\bsnapshot_download\(|trust_remote_code`)

// ciPermissionsBroad reports a workflow with a token that may do everything, or one that runs agents, models or releases
// and says nothing about its token.
func ciPermissionsBroad(_ context.Context, p *checks.Pass) error {
	w, err := Workflow.Of(p.File)
	if w == nil || err != nil {
		return err
	}
	text, err := p.File.Bytes()
	if err != nil {
		return err
	}
	all := []*keys.Node{w.permissions}
	said := w.permissions != nil
	saidByAll := len(w.jobs) > 0
	for i := range w.jobs {
		n := w.jobs[i].node.Child("permissions")
		all = append(all, n)
		saidByAll = saidByAll && n != nil
	}
	for _, n := range all {
		if n == nil || n.Value != "write-all" {
			continue
		}
		f := p.At(n.KeyStart, n.End, "The token of the run may change everything in the repository.")
		f.Anchor = "write-all"
		f.Fixes = []checks.Fix{{ID: "read-only", Title: "Let it read only", Applicability: checks.Unsafe, Breaks: "Steps that write need their permission by name, such as pull-requests: write.", Edits: edits(p.SetKey(n, "read-all"))}}
	}
	if said || saidByAll {
		return nil
	}
	what := ""
	for i := range w.jobs {
		j := &w.jobs[i]
		src := source(text, j.node)
		switch {
		case j.node.Child("permissions") != nil:
		case j.agent() != nil:
			what = "runs an agent"
		case publishes.MatchString(src):
			what = "publishes"
		case loadsModel.MatchString(src):
			what = "loads models"
		}
	}
	jobs := w.root.Child("jobs")
	if what == "" || w.triggers["workflow_call"] != nil {
		return nil
	}
	f := p.At(jobs.KeyStart, jobs.KeyEnd, "The workflow "+what+" and does not say what its token may do: the default of the repository holds.")
	f.Anchor = "no permissions"
	f.Fixes = []checks.Fix{{ID: "say-permissions", Title: "Let the token read the code and nothing else", Applicability: checks.Unsafe, Breaks: "Steps that write need their permission by name in their job, such as packages: write.",
		Edits: edits(p.Replace(jobs.KeyStart, jobs.KeyStart, "permissions:"+checks.LineEnd(text)+"  contents: read"+checks.LineEnd(text)+checks.LineEnd(text)))}}
	return nil
}

var pinnedAction = regexp.MustCompile(`@[0-9a-f]{40}$|@sha256:`)

// ciActionUnpinned reports third-party actions by a moving name, once a workflow, where secrets are at stake.
func ciActionUnpinned(_ context.Context, p *checks.Pass) error {
	w, err := Workflow.Of(p.File)
	if w == nil || err != nil {
		return err
	}
	text, err := p.File.Bytes()
	if err != nil {
		return err
	}
	var found *checks.Finding
	branch := false
	for i := range w.jobs {
		j := &w.jobs[i]
		if !holdsSecrets(text, j.node) && !publishes.MatchString(source(text, j.node)) && j.agent() == nil {
			continue
		}
		all := []*keys.Node{j.uses}
		for _, s := range j.steps {
			all = append(all, s.uses)
		}
		for _, n := range all {
			if n == nil || pinnedAction.MatchString(n.Value) || strings.HasPrefix(n.Value, "./") || strings.HasPrefix(n.Value, "docker://") || strings.HasPrefix(n.Value, "actions/") || strings.HasPrefix(n.Value, "github/") || !strings.Contains(n.Value, "@") {
				continue
			}
			branch = branch || strings.HasSuffix(n.Value, "@main") || strings.HasSuffix(n.Value, "@master")
			if found == nil {
				found = p.At(n.Start, n.End, n.Value+" is whatever its owner moves the name to, and runs beside the secrets of the job.")
				found.Anchor = "actions by name"
				continue
			}
			found.Related = append(found.Related, checks.Related{Role: "same", Message: "another one", Start: checks.Position{Byte: n.Start}, End: checks.Position{Byte: n.End}})
		}
	}
	if found == nil {
		return nil
	}
	if branch {
		found.Lower(rules.Medium, "one of them follows a branch")
	}
	found.Fixes = []checks.Fix{{ID: "pin-actions", Title: "Pin the commits", Applicability: checks.Manual, Steps: []string{"Write the 40 digits of the commit behind @, and the tag as a comment: uses: owner/name@<commit> # v1.2.3", "Let Dependabot or Renovate raise them."},
		Commands: []string{"git ls-remote https://github.com/<owner>/<name> refs/tags/<tag>"}}}
	return nil
}

// ciSecretsInherit reports all secrets handed to a workflow of somebody else.
func ciSecretsInherit(_ context.Context, p *checks.Pass) error {
	w, err := Workflow.Of(p.File)
	if w == nil || err != nil {
		return err
	}
	for i := range w.jobs {
		j := &w.jobs[i]
		n := j.node.Child("secrets")
		if n == nil || n.Value != "inherit" || j.uses == nil {
			continue
		}
		own := strings.HasPrefix(j.uses.Value, "./")
		if own && w.triggers["pull_request_target"] == nil || pinnedAction.MatchString(j.uses.Value) {
			continue
		}
		f := p.At(n.KeyStart, n.End, "Every secret is handed to "+j.uses.Value+".")
		f.Anchor = "inherit " + j.node.Key
		f.Fixes = []checks.Fix{checks.Steps("name-secrets", "Hand over by name", "Write secrets: and under it each one that the workflow needs: NAME: ${{ secrets.NAME }}", "Pin the workflow to a commit.")}
	}
	return nil
}

// ciRunsUntrustedModel reports a job that loads somebody's model while it holds secrets or a token that writes.
func ciRunsUntrustedModel(_ context.Context, p *checks.Pass) error {
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
		if !holdsSecrets(text, j.node) && (w.permissions == nil && j.node.Child("permissions") == nil || !w.canWrite(j)) {
			continue
		}
		for _, s := range j.steps {
			if s.run == nil || !loadsModel.MatchString(s.run.Value) {
				continue
			}
			remote := strings.Contains(s.run.Value, "trust_remote_code=True") || strings.Contains(s.run.Value, "--trust-remote-code")
			if !remote && (fullCommit.MatchString(s.run.Value) || strings.Contains(s.run.Value, "revision=")) {
				continue
			}
			f := p.At(s.run.Start, min(s.run.End, s.run.Start+200), "A model in whatever version is newest is loaded in a job that holds secrets or a token that writes.")
			f.Anchor = "model in " + j.node.Key
			if !remote {
				f.Lower(rules.Medium, "the code of the model is not asked for")
			}
			f.Fixes = []checks.Fix{checks.Steps("pin-and-split", "Pin the model, and keep secrets away from it", "Name the commit: --revision or revision= with 40 digits.", "Load it in a job with permissions: contents: read and no secrets, and hand the result on as an artifact.")}
		}
	}
	return nil
}
