// Package prompt holds the detectors of the family prompt: one file a rule, under its slug. hidden.go reads characters that
// are not seen, directive.go decides whether a phrase is said to the reader, block.go finds who a piece of a prompt speaks for.
package prompt

import "bakedin/checks"

// Registry lists the detectors of the family, sorted by slug.
func Registry() checks.Registry {
	return checks.Registry{
		"agent-script-sends-private":       checks.JudgeFunc(agentScriptSendsPrivate),
		"encoded-instruction-block":        checks.JudgeFunc(encodedInstructionBlock),
		"hidden-bidi-control":              checks.CheckFunc(hiddenBidiControl),
		"hidden-escaped-in-literal":        checks.JudgeFunc(hiddenEscapedInLiteral),
		"hidden-markup-instruction":        checks.CheckFunc(hiddenMarkupInstruction),
		"hidden-tag-characters":            checks.CheckFunc(hiddenTagCharacters),
		"hidden-variation-selectors":       checks.CheckFunc(hiddenVariationSelectors),
		"hidden-zero-width":                checks.CheckFunc(hiddenZeroWidth),
		"homoglyph-name":                   checks.CheckFunc(homoglyphName),
		"instruction-concealment":          checks.JudgeFunc(instructionConcealment),
		"instruction-exfil-command":        checks.JudgeFunc(instructionExfilCommand),
		"instruction-override-phrase":      overridePhrase{},
		"prompt-change-unchecked":          checks.RepoCheckFunc(promptChangeUnchecked),
		"prompt-oversized":                 checks.CheckFunc(promptOversized),
		"prompt-owner-and-version":         checks.JudgeFunc(promptOwnerAndVersion),
		"prompt-personal-data":             checks.JudgeFunc(promptPersonalData),
		"prompt-secret-reliance":           checks.JudgeFunc(promptSecretReliance),
		"prompt-tests-without-injection":   checks.RepoCheckFunc(promptTestsWithoutInjection),
		"prompt-without-metadata":          checks.CheckFunc(promptWithoutMetadata),
		"prompts-without-evals":            checks.RepoCheckFunc(promptsWithoutEvals),
		"prompts-without-owner":            checks.RepoCheckFunc(promptsWithoutOwner),
		"remote-image-exfiltration":        checks.JudgeFunc(remoteImageExfiltration),
		"remote-instructions":              checks.JudgeFunc(remoteInstructions),
		"system-prompt-without-boundaries": checks.CheckFunc(systemPromptWithoutBoundaries),
		"template-dangerous-attribute":     dangerousAttribute{},
		"tool-description-poisoned":        checks.JudgeFunc(toolDescriptionPoisoned),
		"untrusted-slot-in-system-prompt":  checks.CheckFunc(untrustedSlotInSystemPrompt),
	}
}
