package rules

// Set is a validated catalogue and its rules. It is read-only after loading.
type Set struct {
	Guideline *Guideline
	Rules     []*Rule             // sorted by ID
	Signals   map[string][]string // signal to the slugs that realise it; a signal with none is not looked for
	Digest    string              // "sha256:…" over the embedded rule files in name order
}

// Rule returns the rule of that slug, or nil.
func (s *Set) Rule(id string) *Rule {
	for _, r := range s.Rules {
		if r.ID == id {
			return r
		}
	}
	return nil
}
