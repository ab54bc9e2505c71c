// Package prompt holds the detectors of the family prompt: one file a rule, under the slug of that rule.
package prompt

import "bakedin/checks"

// Registry lists the detectors of the family, sorted by slug.
func Registry() checks.Registry {
	return checks.Registry{
		"hidden-text": checks.CheckFunc(hiddenText),
	}
}
