// Package secrets looks for the credentials that the rules know in a value a detector has decoded, and writes what may be
// said of one: issuer, length and its last four characters, never the value.
package secrets

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"sync"

	"bakedin/internal/needle"
	"bakedin/internal/secret"
	"bakedin/rules"
)

// Hit is a credential in a text.
type Hit struct {
	Secret     *rules.Secret
	Start, End int
}

type entry struct {
	*rules.Secret
	format *secret.Format
}

// index is the table of formats with the one pass over a text that finds where each is worth a try.
type index struct {
	entries []entry
	needles *needle.Set
}

var table = sync.OnceValue(func() *index {
	all, err := rules.Secrets()
	if err != nil {
		return &index{needles: needle.New(nil)} // the loader has told it
	}
	t := &index{}
	var exprs []string
	for i := range all {
		f, err := secret.NewFormat(all[i].ID, all[i].RE2, all[i].Near, all[i].Keys, all[i].Entropy)
		if err == nil {
			t.entries = append(t.entries, entry{&all[i], f})
			exprs = append(exprs, needle.AnyOf(f.Keys))
		}
	}
	t.needles = needle.New(exprs)
	return t
})

// places are the parts of a text on which each of the formats is tried.
func (t *index) places(text []byte) map[int][]needle.Window {
	out := map[int][]needle.Window{}
	t.needles.Candidates(text, func(expr, at int) {
		switch {
		case at == needle.Everywhere:
			out[expr] = []needle.Window{{Start: 0, End: len(text)}}
		case t.entries[expr].format.KeyEnds(text[:at]):
			out[expr] = needle.Add(out[expr], needle.Around(text, at-1, at, secret.Reach))
		}
	})
	return out
}

// In returns the credentials in a text, each place once. A format that says what the value is wins over one without a prefix
// of its own.
func In(text []byte) []Hit {
	t := table()
	places := t.places(text)
	var hits []Hit
	for i, e := range t.entries {
		for _, w := range places[i] {
			for m := range e.format.Find(text[w.Start:w.End]) {
				hits = add(hits, Hit{e.Secret, w.Start + m[0], w.Start + m[1]})
			}
		}
	}
	return hits
}

func add(hits []Hit, h Hit) []Hit {
	for i, known := range hits {
		if h.Start < known.End && known.Start < h.End {
			if known.Secret.Near != "" && h.Secret.Near == "" {
				hits[i] = h
			}
			return hits
		}
	}
	return append(hits, h)
}

// Fake makes a credential for a test or an example.
func Fake(id string) (string, error) {
	for _, e := range table().entries {
		if e.ID == id {
			return e.format.Fake()
		}
	}
	return "", fmt.Errorf("no secret format %q", id)
}

// Describe says what may be said of a value.
func Describe(s *rules.Secret, value string) string {
	return fmt.Sprintf("a credential of %s (%s, %d characters, ends in …%s)", s.Issuer, s.ID, len(value), value[max(0, len(value)-4):])
}

// Anchor names a value without holding it.
func Anchor(value string) string {
	sum := sha256.Sum256([]byte(value))
	return "secret " + hex.EncodeToString(sum[:8])
}
