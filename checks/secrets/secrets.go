// Package secrets looks for the credentials that the rules know in a value a detector has decoded, and writes what may be
// said of one: issuer, length and its last four characters, never the value.
package secrets

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"sync"

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

var table = sync.OnceValue(func() []entry {
	all, err := rules.Secrets()
	if err != nil {
		return nil // the loader has told it
	}
	out := make([]entry, 0, len(all))
	for i := range all {
		f, err := secret.NewFormat(all[i].ID, all[i].RE2, all[i].Near, all[i].Keys, all[i].Entropy)
		if err == nil {
			out = append(out, entry{&all[i], f})
		}
	}
	return out
})

// In returns the credentials in a text, each place once. A format that says what the value is wins over one without a prefix
// of its own.
func In(text []byte) []Hit {
	var hits []Hit
	for _, e := range table() {
		if !anyKey(text, e.Keys) {
			continue
		}
	next:
		for m := range e.format.Find(text) {
			for i, h := range hits {
				if m[0] < h.End && h.Start < m[1] {
					if h.Secret.Near != "" && e.Near == "" {
						hits[i] = Hit{e.Secret, m[0], m[1]}
					}
					continue next
				}
			}
			hits = append(hits, Hit{e.Secret, m[0], m[1]})
		}
	}
	return hits
}

// Fake makes a credential for a test or an example.
func Fake(id string) (string, error) {
	for _, e := range table() {
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

func anyKey(text []byte, keys []string) bool {
	for _, k := range keys {
		if bytes.Contains(text, []byte(k)) {
			return true
		}
	}
	return false
}
