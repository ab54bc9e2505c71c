// Package data decides what the rules of family data cannot say as data: whether models and datasets are described, and kept
// so that they can be put back.
package data

import "bakedin/checks"

// Registry lists the detectors of the family, sorted.
func Registry() checks.Registry {
	return checks.Registry{
		"card-against-artefact":   checks.RepoCheckFunc(cardAgainstArtefact),
		"data-card":               checks.JudgeFunc(dataCard),
		"model-card":              judgeCard(modelCard),
		"model-card-data":         judgeCard(anyCard),
		"model-card-scope":        judgeCard(anyCard),
		"model-files-outside-lfs": checks.RepoCheckFunc(modelFilesOutsideLFS),
		"models-versioned":        checks.RepoCheckFunc(modelsVersioned),
	}
}
