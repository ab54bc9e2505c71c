package cli

import (
	"slices"
	"strings"

	"bakedin/rules"
)

// choice is what --only, --select, --ignore and the configuration make of the rules.
type choice struct {
	disabled []string // sorted slugs that do not run
	enabled  []string // slugs that run whatever the profile says
}

func chooseRules(set *rules.Set, only, selected, ignored []string) (choice, error) {
	var c choice
	keep, err := matching(set, "--only", only)
	if err != nil {
		return c, err
	}
	if c.enabled, err = matching(set, "--select", selected); err != nil {
		return c, err
	}
	off, err := matching(set, "--ignore", ignored)
	if err != nil {
		return c, err
	}
	c.enabled = append(c.enabled, keep...)
	for _, r := range set.Rules {
		if slices.Contains(off, r.ID) || len(only) > 0 && !slices.Contains(c.enabled, r.ID) {
			c.disabled = append(c.disabled, r.ID)
		}
	}
	return c, nil
}

// matching lists the rules that the words of a flag name: a slug, a family, a prefix that ends in *, a control or a
// recommendation. A word that names none is a mistake.
func matching(set *rules.Set, flag string, words []string) ([]string, error) {
	var out []string
	for _, w := range words {
		found := false
		for _, r := range set.Rules {
			if named(set, r, w) {
				found = true
				out = append(out, r.ID)
			}
		}
		if found {
			continue
		}
		hint := "bakedin rules list, bakedin controls list"
		if near := nearest(w, names(set)); near != "" {
			hint = "did you mean " + near + "? " + hint
		}
		return nil, usage(hint, "%s %q names no rule", flag, w)
	}
	return out, nil
}

func named(set *rules.Set, r *rules.Rule, word string) bool {
	if prefix, ok := strings.CutSuffix(word, "*"); ok {
		return prefix != "" && strings.HasPrefix(r.ID, prefix)
	}
	if r.ID == word || r.Family == word {
		return true
	}
	return slices.ContainsFunc(r.Supports, func(id string) bool {
		control, _, _ := strings.Cut(id, ".")
		return strings.EqualFold(id, word) || strings.EqualFold(control, word)
	})
}
