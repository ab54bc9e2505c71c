// Package builtin is every rule and every detector that comes with bakedin.
package builtin

import (
	"fmt"
	"maps"

	"bakedin/checks"
	"bakedin/checks/agent"
	"bakedin/checks/code"
	"bakedin/checks/data"
	"bakedin/checks/dependency"
	"bakedin/checks/deploy"
	"bakedin/checks/model"
	"bakedin/checks/prompt"
	"bakedin/checks/repo"
	"bakedin/rules"
)

// Ruleset loads the embedded rules and joins them with their detectors.
func Ruleset() (*checks.Ruleset, error) {
	set, err := rules.Load()
	if err != nil {
		return nil, fmt.Errorf("the embedded rules are broken: %w", err)
	}
	all := checks.Registry{}
	for _, family := range []checks.Registry{
		agent.Registry(), code.Registry(), data.Registry(), dependency.Registry(),
		deploy.Registry(), model.Registry(), prompt.Registry(), repo.Registry(),
	} {
		maps.Copy(all, family)
	}
	return &checks.Ruleset{Set: set, Checks: all}, nil
}
