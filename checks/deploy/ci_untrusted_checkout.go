package deploy

import (
	"context"
	"regexp"
	"strings"

	"bakedin/checks"
	"bakedin/internal/lang/keys"
	"bakedin/internal/lang/shell"
	"bakedin/rules"
)

var (
	headOfStranger = regexp.MustCompile(`github\.event\.pull_request\.head\.|github\.head_ref|github\.event\.workflow_run\.head[._]|refs/pull/|pull_request\.merge_commit_sha|github\.event\.number|github\.event\.issue\.number`)
	prCheckout     = regexp.MustCompile(`\bgh pr checkout\b|git (?:fetch|checkout)[^\n]*(?:refs/pull/|pull/\$|head_ref|head\.(?:sha|ref))`)
	readsOnly      = regexp.MustCompile(`^(?:\s*(?:echo|cat|ls|git (?:diff|log|show|status)|grep|wc|head|tail|jq|gh (?:api|pr (?:comment|view|diff|edit|review)|issue))\b[^\n]*\n?)+$`)
)

// ciUntrustedCheckout reports a workflow that runs with the rights of the repository and takes the code of a pull request in.
func ciUntrustedCheckout(_ context.Context, p *checks.Pass) error {
	w, err := Workflow.Of(p.File)
	if w == nil || err != nil || w.triggers["pull_request_target"] == nil && w.triggers["workflow_run"] == nil && w.triggers["issue_comment"] == nil {
		return err
	}
	text, err := p.File.Bytes()
	if err != nil {
		return err
	}
	for i := range w.jobs {
		j := &w.jobs[i]
		for k, s := range j.steps {
			with := s.node.Child("with")
			at := s.uses
			taken := at != nil && strings.HasPrefix(at.Value, "actions/checkout@") && with != nil && (ofStranger(text, with.Child("ref")) || ofStranger(text, with.Child("repository")))
			if !taken && s.run != nil && prCheckout.MatchString(source(text, s.run)) {
				taken, at = true, s.run
			}
			if !taken || !w.bringsIn(text, j, &j.steps[k]) || !w.canWrite(j) && !holdsSecrets(text, j.node) {
				continue
			}
			f := p.At(at.Start, min(at.End, at.Start+200), "The code of a pull request is taken into a job that has the rights of the repository.")
			f.Anchor = "checkout " + j.node.Key
			if !runsCode(j.steps[k+1:]) && (s.run == nil || !buildsAfter(s.run.Value)) {
				f.Lower(rules.Medium, "no later step is seen to run it")
			}
			f.Fixes = []checks.Fix{checks.Steps("split", "Split it in two workflows",
				"One on pull_request that builds and tests the code, without secrets, and stores its result as an artifact.",
				"One on workflow_run that reads the artifact as data and has the rights, but never checks the code out.",
				"Or require a label or an environment with reviewers before the job runs.")}
			break
		}
	}
	return nil
}

// bringsIn tells whether one of the triggers that hold the rights of the repository lets strangers as far as a step.
func (w *workflow) bringsIn(text []byte, j *job, s *step) bool {
	for _, t := range []string{"pull_request_target", "workflow_run", "issue_comment"} {
		if w.triggers[t] != nil && !w.keepsOut(text, j, s, t) {
			return true
		}
	}
	return false
}

// buildsAfter tells whether a script that takes the code of a pull request in also runs something of it.
func buildsAfter(script string) bool {
	taken := false
	for _, c := range shell.Commands(script) {
		name, args := c.Program()
		line := name
		for _, a := range args {
			line += " " + a.Value
		}
		if taken && !readsOnly.MatchString(line) && name != "git" && name != "cd" {
			return true
		}
		taken = taken || prCheckout.MatchString(line)
	}
	return false
}

// ofStranger tells whether a value names what a pull request brings. Expressions are read as written.
func ofStranger(text []byte, n *keys.Node) bool {
	return n != nil && headOfStranger.MatchString(source(text, n))
}

func runsCode(steps []step) bool {
	for _, s := range steps {
		if s.run != nil && !readsOnly.MatchString(s.run.Value) || s.uses != nil && (strings.HasPrefix(s.uses.Value, "./") || agentAction.MatchString(s.uses.Value)) {
			return true
		}
	}
	return false
}
