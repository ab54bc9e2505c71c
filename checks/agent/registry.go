// Package agent holds the detectors of the family agent: one file a rule, under the slug of that rule.
package agent

import "bakedin/checks"

// Registry lists the detectors of the family, sorted by slug.
func Registry() checks.Registry {
	return checks.Registry{
		"agent-approval-off-in-script":     approvalOffInScript{},
		"agent-auto-approve":               checks.CheckFunc(agentAutoApprove),
		"agent-autorun-task":               autorunTask{},
		"agent-descriptor-open":            checks.CheckFunc(agentDescriptorOpen),
		"agent-endpoint-redirected":        checks.CheckFunc(agentEndpointRedirected),
		"agent-hook-runs-remote":           checks.CheckFunc(agentHookRunsRemote),
		"agent-local-file-tracked":         checks.CheckFunc(agentLocalFileTracked),
		"agent-no-deny-rules":              checks.CheckFunc(agentNoDenyRules),
		"agent-untrusted-private-outbound": checks.CheckFunc(agentUntrustedPrivateOutbound),
		"agent-wildcard-permission":        checks.CheckFunc(agentWildcardPermission),
		"duplicate-config-key":             checks.CheckFunc(duplicateConfigKey),
		"mcp-absolute-user-path":           checks.CheckFunc(mcpAbsoluteUserPath),
		"mcp-container-privileged":         checks.CheckFunc(mcpContainerPrivileged),
		"mcp-filesystem-root":              checks.CheckFunc(mcpFilesystemRoot),
		"mcp-literal-secret":               checks.CheckFunc(mcpLiteralSecret),
		"mcp-plain-http":                   checks.CheckFunc(mcpPlainHTTP),
		"mcp-remote-without-auth":          checks.CheckFunc(mcpRemoteWithoutAuth),
		"mcp-server-unpinned":              checks.CheckFunc(mcpServerUnpinned),
		"mcp-shell-command":                checks.CheckFunc(mcpShellCommand),
		"secret-in-permission-entry":       checks.CheckFunc(secretInPermissionEntry),
		"tool-name-shadowing":              checks.CheckFunc(toolNameShadowing),
	}
}
