// Package code decides what the rules of family code cannot say as data: what a call in ML code does with what it is given,
// and what can be put in its place. Facts come from internal/lang/python; nothing is run.
package code

import "bakedin/checks"

// Registry lists the detectors of the family, sorted.
func Registry() checks.Registry {
	return checks.Registry{
		"cors-star-with-credentials": checks.CheckFunc(corsStar),
		"debug-server":               checks.CheckFunc(debugServer),
		"gradio-open":                checks.CheckFunc(gradioOpen),
		"model-revision-pinned":      checks.CheckFunc(revisionPinned),
		"model-revision-unpinned":    checks.CheckFunc(revisionUnpinned),
		"pickle-load":                checks.CheckFunc(pickleLoad),
		"torch-load-unrestricted":    checks.CheckFunc(torchLoad),
		"trust-remote-code":          checks.CheckFunc(trustRemoteCode),
		"yaml-unsafe-load":           checks.CheckFunc(yamlUnsafeLoad),
	}
}
