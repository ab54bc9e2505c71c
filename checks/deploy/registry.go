// Package deploy holds the detectors of the family deploy: one file a rule, under the slug of that rule.
package deploy

import "bakedin/checks"

// Registry lists the detectors of the family, sorted by slug.
func Registry() checks.Registry {
	return checks.Registry{
		"container-runs-as-root": checks.CheckFunc(containerRunsAsRoot),
	}
}
