// Package agent holds the detectors of the family agent: one file a rule, under the slug of that rule.
package agent

import "bakedin/checks"

// Registry lists the detectors of the family, sorted by slug.
func Registry() checks.Registry {
	return checks.Registry{
		"mcp-server-unpinned": checks.CheckFunc(mcpServerUnpinned),
	}
}
