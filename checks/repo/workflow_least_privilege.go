package repo

import (
	"context"
	"strings"

	"bakedin/checks"
	"bakedin/internal/lang/keys"
	"bakedin/rules"
)

// workflowLeastPrivilege reports a workflow whose token may only read, but for what single jobs ask for by name: E3 when no
// job writes to the repository, E2 when some do.
func workflowLeastPrivilege(_ context.Context, p *checks.Pass) error {
	root, err := checks.Keys.Of(p.File)
	if root == nil || err != nil {
		return err
	}
	jobs := root.Child("jobs")
	if jobs == nil {
		return nil
	}
	top := root.Child("permissions")
	at, strength := top, rules.E3
	if top != nil && granted(top) != rules.E3 { // it holds for every job
		return nil
	}
	for _, j := range jobs.Items {
		own := j.Child("permissions")
		if own == nil {
			if top == nil {
				return nil // what the job may do is set elsewhere
			}
			continue
		}
		if at == nil {
			at = own
		}
		strength = min(strength, granted(own))
	}
	if at == nil || strength == rules.E0 {
		return nil
	}
	p.At(at.KeyStart, at.End, "").Strength = strength
	return nil
}

// rights that change nothing of the repository: an identity for others, proof of a build, results of scans
var harmless = map[string]bool{"id-token": true, "attestations": true, "security-events": true, "checks": true, "statuses": true}

// granted is E3 for rights to read, E2 where single ones to write are named, E0 for the right to write everything.
func granted(permissions *keys.Node) rules.Strength {
	if permissions.Kind == keys.Scalar {
		if permissions.Value == "read-all" {
			return rules.E3
		}
		return rules.E0
	}
	s := rules.E3
	for _, right := range permissions.Items {
		if strings.HasPrefix(right.Value, "write") && !harmless[right.Key] {
			s = rules.E2
		}
	}
	return s
}
