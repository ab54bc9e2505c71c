package checks

import (
	"math"
	"regexp"
	"slices"
	"strings"

	"bakedin/internal/secret"
	"bakedin/rules"
)

// Mask hides credentials in lines that are shown: those of every format that a ruleset knows, also of rules that do not run,
// and what looks like one.
type Mask struct {
	formats []maskFormat
	values  []string // hidden wherever they stand, the longest first
}

type maskFormat struct {
	keys   []string // a line without one of them holds no such credential
	format *secret.Format
}

// NewMask reads the formats of a ruleset.
func NewMask(set *rules.Set) (*Mask, error) {
	m := &Mask{}
	for _, r := range set.Rules {
		for _, s := range r.Match.Secret {
			f, err := secret.NewFormat(s.ID, s.RE2, s.Near, s.Keys, s.Entropy)
			if err != nil {
				return nil, err
			}
			m.formats = append(m.formats, maskFormat{s.Keys, f})
		}
	}
	return m, nil
}

// Hiding is a mask that also hides these values: credentials that have no format, and were found by where they stand.
func (m *Mask) Hiding(values []string) *Mask {
	out := *m
	out.values = nil
	for _, v := range values {
		if v = strings.TrimSpace(v); len(v) >= shortest && !strings.Contains(v, "\n") && !strings.HasPrefix(v, "-----BEGIN") {
			out.values = append(out.values, v)
		}
	}
	slices.SortFunc(out.values, func(a, b string) int { return len(b) - len(a) }) // one may be a part of another
	return &out
}

// SecretsOf are the credentials that findings are about.
func SecretsOf(found []Finding) []string {
	var out []string
	for i := range found {
		if found[i].Secret != "" {
			out = append(out, found[i].Secret)
		}
	}
	return out
}

// shortest is the length from which a value is hidden. A shorter one stands in too many words.
const shortest = 4

// pemBody is what follows the first line of a private key where all of it stands on one line, as in JSON.
var pemBody = regexp.MustCompile(`(-----BEGIN [A-Z ]*PRIVATE KEY-----).+`)

func (m *Mask) hide(text string) string {
	if strings.Contains(text, "PRIVATE KEY-----") {
		text = pemBody.ReplaceAllString(text, "$1…")
	}
	for _, v := range m.values {
		text = strings.ReplaceAll(text, v, "…"+tail(v))
	}
	return text
}

// tail is what is shown of a credential, to tell it from others: the last four characters, fewer of a short one.
func tail(v string) string { return v[len(v)-min(4, len(v)/4):] }

// Line returns the line with the last four characters of each credential. A nil mask knows no formats, only how one looks.
func (m *Mask) Line(line string) string {
	if m == nil {
		return MaskSecrets(line)
	}
	return MaskSecrets(m.Known(line))
}

// Known hides what is known to be a credential, and nothing that only looks like one: for text that bakedin writes itself,
// where a digest is a digest.
func (m *Mask) Known(line string) string {
	line = m.hide(line)
	for i := range m.formats {
		f := &m.formats[i]
		if !slices.ContainsFunc(f.keys, func(k string) bool { return strings.Contains(line, k) }) {
			continue
		}
		var found []string
		for span := range f.format.Find([]byte(line)) {
			found = append(found, line[span[0]:span[1]])
		}
		for _, s := range found {
			line = strings.ReplaceAll(line, s, "…"+s[max(0, len(s)-4):])
		}
	}
	return line
}

// MaskSecrets hides what looks like a credential in a line that is shown: a run of 20 characters or more with letters and
// digits and much entropy keeps its last four. Commit ids and digests are no secrets and stay when they are named as such, or
// stand as sha256sum writes them, before the name of their file.
func MaskSecrets(line string) string {
	var out strings.Builder
	for i := 0; i < len(line); {
		if !tokenByte(line[i]) {
			out.WriteByte(line[i])
			i++
			continue
		}
		j := i
		for j < len(line) && tokenByte(line[j]) {
			j++
		}
		if tok := line[i:j]; looksSecret(tok) && !namedDigest(tok, line[:i], line[j:]) {
			out.WriteString("…" + tok[len(tok)-4:])
		} else {
			out.WriteString(tok)
		}
		i = j
	}
	return out.String()
}

func tokenByte(b byte) bool {
	return b >= '0' && b <= '9' || b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b == '_' || b == '-' || b == '+'
}

func looksSecret(tok string) bool {
	if len(tok) < 20 {
		return false
	}
	var count [256]int
	letters, digits := 0, 0
	for i := 0; i < len(tok); i++ {
		count[tok[i]]++
		switch b := tok[i]; {
		case b >= '0' && b <= '9':
			digits++
		case b != '_' && b != '-' && b != '+':
			letters++
		}
	}
	if letters < 4 || digits < 3 {
		return false
	}
	entropy := 0.0
	for _, c := range count {
		if c > 0 {
			p := float64(c) / float64(len(tok))
			entropy -= p * math.Log2(p)
		}
	}
	return entropy > 3.3
}

func namedDigest(tok, before, after string) bool {
	if len(tok) != 40 && len(tok) != 64 || strings.Trim(tok, "0123456789abcdef") != "" {
		return false
	}
	if strings.Trim(before, `\`) == "" && (strings.HasPrefix(after, "  ") || strings.HasPrefix(after, " *")) && !strings.Contains(after[2:], " ") {
		return true
	}
	before = strings.ToLower(before)
	for _, name := range []string{"sha256", "sha-256", "revision", "commit", "sha1", "oid", "hash", "digest", "ref", "@"} {
		if strings.Contains(before, name) {
			return true
		}
	}
	return false
}
