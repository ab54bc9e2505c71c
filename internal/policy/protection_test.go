package policy

import (
	"strings"
	"testing"
)

const goodRuleset = `{"target": "branch", "enforcement": "active",
  "conditions": {"ref_name": {"include": ["~DEFAULT_BRANCH"], "exclude": []}},
  "rules": [
    {"type": "pull_request", "parameters": {"required_approving_review_count": 1, "require_code_owner_review": true}},
    {"type": "required_status_checks", "parameters": {"required_status_checks": [{"context": "CI / scan"}, {"context": "test (3.12)"}]}}],
  "bypass_actors": [{"actor_id": 5}]}`

func TestAnExportedRulesetCountsOnlyWhenItReallyProtects(t *testing.T) {
	const named = "version = 1\n[datum.branch-protection]\nfile = \"security/ruleset.json\"\nexported = "
	for name, c := range map[string]struct{ config, file, absent string }{
		"a ruleset of the default branch":  {named + "2027-02-01\n", goodRuleset, ""},
		"a list of rulesets":               {named + "2027-02-01\n", "[" + goodRuleset + "]", ""},
		"a branch protection":              {named + "2027-02-01\n", `{"required_status_checks": {"contexts": ["scan"]}, "required_pull_request_reviews": {"required_approving_review_count": 2}}`, ""},
		"too old":                          {named + "2026-11-01\n", goodRuleset, "was exported 123 days ago"},
		"from the future":                  {named + "2027-05-01\n", goodRuleset, "in the future"},
		"not there":                        {named + "2027-02-01\n", "", "is not there"},
		"not JSON":                         {named + "2027-02-01\n", "rules: []", "not the export of a ruleset"},
		"another shape":                    {named + "2027-02-01\n", `{"hello": 1}`, "its shape is not known"},
		"switched off":                     {named + "2027-02-01\n", strings.Replace(goodRuleset, "active", "evaluate", 1), "does not require a review"},
		"of another branch":                {named + "2027-02-01\n", strings.Replace(goodRuleset, "~DEFAULT_BRANCH", "refs/heads/old", 1), "does not require a review"},
		"the default branch is left out":   {named + "2027-02-01\n", strings.Replace(goodRuleset, `"exclude": []`, `"exclude": ["~DEFAULT_BRANCH"]`, 1), "does not require a review"},
		"no review is required":            {named + "2027-02-01\n", strings.Replace(goodRuleset, `count": 1`, `count": 0`, 1), "does not require a review"},
		"a path that leads out":            {strings.Replace(named, "security/", "../", 1) + "2027-02-01\n", goodRuleset, "names no file inside the repository"},
		"nobody says when it was exported": {strings.TrimSuffix(named, "exported = "), goodRuleset, "does not say when"},
	} {
		t.Run(name, func(t *testing.T) {
			files := map[string]string{ConfigPath: c.config}
			if c.file != "" {
				files["security/ruleset.json"] = c.file
			}
			p, err := load(files)
			if err != nil {
				t.Fatal(err)
			}
			if got := p.Protection.Absent; c.absent == "" && got != "" || !strings.Contains(got, c.absent) {
				t.Errorf("absent because %q, want %q", got, c.absent)
			}
			if c.absent == "" && (!p.Protection.Requires([]string{"scan"}) || p.Protection.Requires([]string{"lint"})) {
				t.Errorf("the required checks are %q", p.Protection.Checks)
			}
			if c.absent != "" && p.Protection.Requires([]string{"scan"}) {
				t.Error("an absent export requires a check")
			}
		})
	}
}

func TestACheckIsNamedAfterItsJobInSeveralWays(t *testing.T) {
	p, err := ParseProtection([]byte(goodRuleset))
	if err != nil {
		t.Fatal(err)
	}
	if !p.Requires([]string{"scan"}) || !p.Requires([]string{"job-key", "test"}) || p.Requires([]string{"CI"}) || p.Requires(nil) {
		t.Errorf("%q", p.Checks)
	}
	if !p.CodeOwners || p.Approvals != 1 || p.Bypass != 1 {
		t.Errorf("%+v", p)
	}
}
