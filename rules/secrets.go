package rules

import (
	"fmt"

	"github.com/BurntSushi/toml"
)

// secretRules are the rules whose formats other rules look for too, in values they have decoded.
var secretRules = []string{"repo/secret-ai-provider-key.toml", "repo/secret-platform-key.toml"}

// Secrets are the formats of credentials that the embedded rules know.
func Secrets() ([]Secret, error) {
	var all []Secret
	for _, name := range secretRules {
		src, err := embedded.ReadFile(name)
		if err != nil {
			return nil, err
		}
		var r Rule
		if _, err := toml.Decode(string(src), &r); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		all = append(all, r.Match.Secret...)
	}
	return all, nil
}
