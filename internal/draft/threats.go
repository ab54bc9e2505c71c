package draft

import (
	"fmt"

	"github.com/BurntSushi/toml"

	"bakedin/rules"
)

// Threat is one way in which an AI system is attacked: a row of threats.toml. The ids are those of MITRE ATLAS.
type Threat struct {
	ID       string   `toml:"id"`       // of an ATLAS technique
	Name     string   `toml:"name"`     // in plain words
	Class    string   `toml:"class"`    // injection, poisoning, theft, …
	When     []string `toml:"when"`     // signals or kinds of asset of which one must be here
	Harm     string   `toml:"harm"`     // what it would do
	Detect   string   `toml:"detect"`   // how one would notice
	Contain  string   `toml:"contain"`  // the first hour
	Measures string   `toml:"measures"` // what counters it
	Evidence []string `toml:"evidence"` // rules that would have seen a measure
	Gaps     []string `toml:"gaps"`     // rules that speak of it
}

func loadThreats(set *rules.Set) ([]Threat, error) {
	var table struct {
		Threat []Threat `toml:"threat"`
	}
	src, err := files.ReadFile("threats.toml")
	if err != nil {
		return nil, err
	}
	meta, err := toml.Decode(string(src), &table)
	if err != nil {
		return nil, fmt.Errorf("threats.toml: %w", err)
	}
	if u := meta.Undecoded(); len(u) > 0 {
		return nil, fmt.Errorf("threats.toml: unknown key %s", u[0])
	}
	for _, t := range table.Threat {
		for says, slugs := range map[rules.Says][]string{rules.Evidence: t.Evidence, rules.Gap: t.Gaps} {
			for _, slug := range slugs {
				if r := set.Rule(slug); r == nil || r.Says != says {
					return nil, fmt.Errorf("threats.toml: %s: %s is no rule of %s", t.ID, slug, says)
				}
			}
		}
	}
	return table.Threat, nil
}
