// Package dependency decides what the rules of family dependency cannot say as data: whether what is installed is fixed.
package dependency

import "bakedin/checks"

// Registry lists the detectors of the family, sorted.
func Registry() checks.Registry {
	return checks.Registry{
		"dependency-unpinned":     checks.CheckFunc(unpinned),
		"dependency-updates":      checks.CheckFunc(dependencyUpdates),
		"dependency-without-hash": checks.CheckFunc(withoutHash),
		"lock-file":               checks.CheckFunc(lockFile),
	}
}
