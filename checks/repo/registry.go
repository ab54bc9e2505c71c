// Package repo decides what the rules of family repo cannot say as data: what is true of the repository as a whole, or of
// files that no AI library reads.
package repo

import "bakedin/checks"

// Registry lists the detectors of the family, sorted.
func Registry() checks.Registry {
	return checks.Registry{
		"browser-exposed-key":           checks.JudgeFunc(browserExposedKey),
		"code-owners-of-ai-assets":      checks.RepoCheckFunc(codeOwners),
		"document-review-overdue":       checks.JudgeFunc(documentReviewOverdue),
		"env-file-tracked":              checks.CheckFunc(envFileTracked),
		"secret-ai-provider-key":        secretKey{},
		"secret-generic-assignment":     checks.JudgeFunc(secretGenericAssignment),
		"secret-in-notebook-output":     checks.CheckFunc(secretInNotebookOutput),
		"secret-json-web-token":         checks.JudgeFunc(secretJSONWebToken),
		"secret-platform-key":           secretKey{},
		"secret-private-key":            checks.JudgeFunc(secretPrivateKey),
		"secret-url-credentials":        checks.JudgeFunc(secretURLCredentials),
		"template-document":             checks.CheckFunc(templateDocument),
		"threat-model":                  checks.JudgeFunc(threatModel),
		"threat-model-names-ai-threats": checks.JudgeFunc(threatModelNamesAI),
		"workflow-least-privilege":      checks.CheckFunc(workflowLeastPrivilege),
	}
}
