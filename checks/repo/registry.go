// Package repo decides what the rules of family repo cannot say as data: what is true of the repository as a whole, or of
// files that no AI library reads.
package repo

import "bakedin/checks"

// Registry lists the detectors of the family, sorted.
func Registry() checks.Registry {
	return checks.Registry{
		"env-file-tracked":       checks.CheckFunc(envFileTracked),
		"secret-ai-provider-key": checks.JudgeFunc(secretKey),
		"secret-platform-key":    checks.JudgeFunc(secretKey),
		"template-document":      checks.CheckFunc(templateDocument),
	}
}
