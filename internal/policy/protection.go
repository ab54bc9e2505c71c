package policy

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"
)

// Protection is what an exported ruleset of the default branch says: the one fact about enforcement that no file of a
// tree shows by itself.
type Protection struct {
	Checks     []string // names of the checks that must pass before a merge, sorted
	Approvals  int      // reviews that a change needs
	CodeOwners bool     // the owners that CODEOWNERS names must be among the reviewers
	Bypass     int      // people, teams or programs that may go around it
	Absent     string   // why the export does not count; empty: it does

	others []string // branches of the rulesets that are not about the default one
}

// an export older than this says nothing about today
const exportDays = 90

// readProtection reads the export that .bakedin.toml names. Whatever is wrong with it makes it absent, never an error:
// the recommendations that rest on it then ask a person.
func readProtection(read func(string) ([]byte, error), e *Export, now time.Time) *Protection {
	absent := func(format string, args ...any) *Protection { return &Protection{Absent: fmt.Sprintf(format, args...)} }
	switch age := int(now.Sub(e.Exported).Hours() / 24); {
	case e.File == "" || !fs.ValidPath(path.Clean(e.File)):
		return absent("datum.branch-protection names no file inside the repository")
	case e.Exported.IsZero():
		return absent("datum.branch-protection does not say when %s was exported", e.File)
	case age < -1:
		return absent("%s was exported in the future", e.File)
	case age > exportDays:
		return absent("%s was exported %d days ago; export it again, it counts for %d", e.File, age, exportDays)
	}
	src, err := read(path.Clean(e.File))
	if errors.Is(err, fs.ErrNotExist) {
		return absent("%s is not there", e.File)
	} else if err != nil {
		return absent("%s cannot be read: %v", e.File, err)
	}
	p, err := ParseProtection(src)
	if err != nil {
		return absent("%s: %v", e.File, err)
	}
	if p.Approvals < 1 {
		p.Absent = e.File + " does not require a review of changes to the default branch"
		if len(p.others) > 0 {
			p.Absent += fmt.Sprintf(": it covers %q", p.others[:min(3, len(p.others))])
		}
	}
	return p
}

// ParseProtection reads a ruleset (or a list of them) or a branch protection as GitHub exports them.
// Source: https://docs.github.com/en/rest/repos/rules and …/rest/branches/branch-protection
func ParseProtection(src []byte) (*Protection, error) {
	var sets []ruleset
	if err := json.Unmarshal(src, &sets); err != nil {
		var one ruleset
		if err := json.Unmarshal(src, &one); err != nil {
			return nil, fmt.Errorf("not the export of a ruleset: %w", err)
		}
		sets = []ruleset{one}
	}
	p := &Protection{}
	known := false
	for i := range sets {
		switch s := &sets[i]; {
		case s.Rules != nil:
			known = true
			switch {
			case s.Enforcement != "active":
			case s.coversDefault():
				s.addTo(p)
			default:
				p.others = append(p.others, s.Conditions.RefName.Include...)
			}
		case s.Reviews != nil || s.Required != nil:
			known = true
			s.branchProtection.addTo(p)
		}
	}
	if !known {
		return nil, errors.New("neither a ruleset nor a branch protection: its shape is not known")
	}
	slices.Sort(p.Checks)
	p.Checks = slices.Compact(p.Checks)
	return p, nil
}

type ruleset struct {
	Target      string `json:"target"`
	Enforcement string `json:"enforcement"`
	Conditions  struct {
		RefName struct {
			Include []string `json:"include"`
			Exclude []string `json:"exclude"`
		} `json:"ref_name"`
	} `json:"conditions"`
	Rules []struct {
		Type       string `json:"type"`
		Parameters struct {
			Approvals  int         `json:"required_approving_review_count"`
			CodeOwners bool        `json:"require_code_owner_review"`
			Checks     []checkName `json:"required_status_checks"`
		} `json:"parameters"`
	} `json:"rules"`
	BypassActors []json.RawMessage `json:"bypass_actors"`

	branchProtection
}

type checkName struct {
	Context string `json:"context"`
}

// coversDefault tells whether the ruleset is about the default branch, whose usual names count as well as its own word.
func (s *ruleset) coversDefault() bool {
	names := []string{"~DEFAULT_BRANCH", "~ALL", "refs/heads/main", "refs/heads/master"}
	has := func(list []string) bool {
		return slices.ContainsFunc(list, func(r string) bool { return slices.Contains(names, r) })
	}
	return (s.Target == "" || s.Target == "branch") && has(s.Conditions.RefName.Include) && !has(s.Conditions.RefName.Exclude)
}

func (s *ruleset) addTo(p *Protection) {
	for _, r := range s.Rules {
		switch r.Type {
		case "pull_request":
			p.Approvals = max(p.Approvals, r.Parameters.Approvals)
			p.CodeOwners = p.CodeOwners || r.Parameters.CodeOwners
		case "required_status_checks":
			for _, c := range r.Parameters.Checks {
				p.Checks = append(p.Checks, c.Context)
			}
		}
	}
	p.Bypass += len(s.BypassActors)
}

type branchProtection struct {
	Required *struct {
		Contexts []string    `json:"contexts"`
		Checks   []checkName `json:"checks"`
	} `json:"required_status_checks"`
	Reviews *struct {
		Approvals  int  `json:"required_approving_review_count"`
		CodeOwners bool `json:"require_code_owner_reviews"`
	} `json:"required_pull_request_reviews"`
	Admins *struct {
		Enabled bool `json:"enabled"`
	} `json:"enforce_admins"`
}

func (b *branchProtection) addTo(p *Protection) {
	if b.Required != nil {
		p.Checks = append(p.Checks, b.Required.Contexts...)
		for _, c := range b.Required.Checks {
			p.Checks = append(p.Checks, c.Context)
		}
	}
	if b.Reviews != nil {
		p.Approvals = max(p.Approvals, b.Reviews.Approvals)
		p.CodeOwners = p.CodeOwners || b.Reviews.CodeOwners
	}
	if b.Admins != nil && !b.Admins.Enabled {
		p.Bypass++
	}
}

// Requires tells whether one of these names of a job must pass before a merge. A check is named after its job, after the
// workflow and the job ("CI / test"), or after the job and its matrix ("test (3.12)").
func (p *Protection) Requires(jobs []string) bool {
	return p != nil && p.Absent == "" && slices.ContainsFunc(p.Checks, func(check string) bool {
		if i := strings.LastIndex(check, " / "); i >= 0 {
			check = check[i+3:]
		}
		base, _, _ := strings.Cut(check, " (")
		return slices.Contains(jobs, check) || slices.Contains(jobs, base)
	})
}
