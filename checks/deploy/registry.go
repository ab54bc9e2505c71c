// Package deploy holds the detectors of the family deploy: containers, servers and pipelines. One file a rule, under its
// slug; process.go and workflow.go read what several of them ask.
package deploy

import "bakedin/checks"

// Registry lists the detectors of the family, sorted by slug.
func Registry() checks.Registry {
	return checks.Registry{
		"build-secret-in-image":      checks.CheckFunc(buildSecretInImage),
		"ci-action-unpinned":         checks.CheckFunc(ciActionUnpinned),
		"ci-agent-open-trigger":      checks.CheckFunc(ciAgentOpenTrigger),
		"ci-permissions-broad":       checks.CheckFunc(ciPermissionsBroad),
		"ci-prompt-injection":        checks.CheckFunc(ciPromptInjection),
		"ci-runs-untrusted-model":    checks.CheckFunc(ciRunsUntrustedModel),
		"ci-secrets-inherit":         checks.CheckFunc(ciSecretsInherit),
		"ci-self-hosted-public":      checks.CheckFunc(ciSelfHostedPublic),
		"ci-untrusted-checkout":      checks.CheckFunc(ciUntrustedCheckout),
		"container-hardened":         checks.JudgeFunc(containerHardened),
		"container-privileged":       containerPrivileged{},
		"container-runs-as-root":     checks.CheckFunc(containerRunsAsRoot),
		"image-unpinned":             checks.CheckFunc(imageUnpinned),
		"mlops-server-open":          mlopsServerOpen{},
		"model-baked-without-digest": checks.CheckFunc(modelBakedWithoutDigest),
		"model-server-open":          modelServerOpen{},
		"notebook-server-open":       notebookServerOpen{},
		"pipe-to-shell":              checks.JudgeFunc(pipeToShell),
		"vector-store-open":          checks.CheckFunc(vectorStoreOpen),
	}
}
