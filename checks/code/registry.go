// Package code decides what the rules of family code cannot say as data: what a call in ML code does with what it is given,
// and what can be put in its place. Facts come from internal/lang/python; nothing is run.
package code

import "bakedin/checks"

// Registry lists the detectors of the family, sorted.
func Registry() checks.Registry {
	return checks.Registry{
		"agent-loop-unbounded":              checks.CheckFunc(loopUnbounded),
		"archive-extract-unfiltered":        checks.CheckFunc(archiveUnfiltered),
		"browser-runs-client":               checks.CheckFunc(browserClient),
		"code-execution-tool":               checks.CheckFunc(codeExecutionTool),
		"code-from-model-package":           checks.CheckFunc(codeFromModel),
		"config-instantiated-from-outside":  checks.CheckFunc(configInstantiatedFromOutside),
		"cors-star-with-credentials":        checks.CheckFunc(corsStar),
		"dangerous-flag-allowed":            dangerousFlag{},
		"debug-server":                      debugging{},
		"disguised-identifier":              checks.CheckFunc(disguisedIdentifier),
		"distributed-object-pickle":         checks.CheckFunc(distributedPickle),
		"gradio-open":                       demoOpen{},
		"inference-route-without-auth":      checks.CheckFunc(routeWithoutAuth),
		"keras-safe-mode-off":               checks.CheckFunc(kerasSafeMode),
		"llm-call-unbounded":                checks.CheckFunc(callUnbounded),
		"model-name-moving":                 movingModel{},
		"model-output-as-html":              asMarkup{},
		"model-output-executed":             executed{},
		"model-output-fetched":              checks.CheckFunc(modelOutputFetched),
		"model-output-in-sql":               checks.CheckFunc(modelOutputInSQL),
		"model-revision-pinned":             checks.CheckFunc(revisionPinned),
		"model-revision-unpinned":           revisionUnpinned{},
		"notebook-output-leaks":             checks.CheckFunc(notebookLeaks),
		"notebook-shell-download":           checks.CheckFunc(notebookDownload),
		"notebook-trusted-html":             checks.CheckFunc(notebookHTML),
		"numpy-allow-pickle":                checks.CheckFunc(numpyPickle),
		"pickle-load":                       checks.CheckFunc(pickleLoad),
		"plain-http-download":               checks.CheckFunc(plainDownload),
		"prompt-content-logged":             contentLogged{},
		"prompt-template-format-jinja2":     checks.CheckFunc(jinjaPrompt),
		"prompt-template-from-untrusted":    checks.CheckFunc(promptTemplateUntrusted),
		"python-source-encoding":            checks.CheckFunc(sourceEncoding),
		"secret-in-call":                    checks.CheckFunc(secretInCall),
		"service-binds-everywhere":          checks.CheckFunc(bindsEverywhere),
		"system-prompt-built-from-variable": checks.CheckFunc(systemPrompt),
		"template-engine-unsandboxed":       checks.CheckFunc(templateUnsandboxed),
		"tls-verification-off":              tlsVerification{},
		"tool-unrestricted":                 checks.CheckFunc(toolUnrestricted),
		"torch-hub-unpinned":                checks.CheckFunc(torchHub),
		"torch-load-unrestricted":           torchLoad{},
		"trust-remote-code":                 trustRemoteCode{},
		"weights-download-unchecked":        weightsUnchecked{},
		"yaml-unsafe-load":                  checks.CheckFunc(yamlUnsafeLoad),
	}
}
