// Package secret finds credentials by the formats of those who issue them: a pattern, what must stand near it, how random
// it must be, and which values are left for others to fill in. It knows no rule and never keeps or prints a value.
package secret

import (
	"bytes"
	"fmt"
	"iter"
	"math"
	"regexp"
	"strings"
	"sync"
	"unicode"
)

// Format is how the credentials of one issuer look. The pattern's first group is the credential where there is one.
type Format struct {
	ID      string
	Keys    []string // of which each match, or its line, contains one
	near    func() *regexp.Regexp
	re      func() *regexp.Regexp
	entropy float64
	dashed  bool // the credential may itself contain a dash
}

// entropies below this are words, not keys (bits a character)
const minEntropy = 3.0

// how far before a value the word may stand that says what it is
const nearby = 40

// Reach is how far, in bytes, from one of its Keys a credential is looked for on its line.
const Reach = 1 << 10

// NewFormat checks the expressions; they are compiled when they are first needed. Near is an expression that must match
// in the same line, in the key of the value or shortly before it. Entropy 0 means 3 bits a character.
func NewFormat(id, re, near string, keys []string, entropy float64) (*Format, error) {
	for _, e := range []string{re, near} {
		if _, err := regexp.Compile(e); err != nil {
			return nil, fmt.Errorf("secret %s: %w", id, err)
		}
	}
	f := &Format{ID: id, Keys: keys, entropy: entropy, dashed: strings.Contains(re, "_-]") || strings.Contains(re, "9-]")}
	if f.entropy == 0 {
		f.entropy = minEntropy
	}
	f.re = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(re) })
	if near != "" {
		f.near = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(near) })
	}
	return f, nil
}

// Find yields the ranges of credentials in a text. Placeholders are left out.
func (f *Format) Find(text []byte) iter.Seq[[2]int] {
	return func(yield func([2]int) bool) {
		if f.near != nil && !f.near().Match(text) {
			return
		}
		for _, m := range f.re().FindAllSubmatchIndex(text, 200) {
			start, end := m[0], m[1]
			if len(m) > 2 && m[2] >= 0 {
				start, end = m[2], m[3]
			}
			if !f.bounded(text, start, end) || ofNoSecret.Match(text[max(0, start-32):start]) || f.near != nil && (!f.named(text, start) || ofDigest.Match(text[max(0, start-32):start])) {
				continue
			}
			random := f.random(string(text[start:end]))
			if Placeholder(random) || redacted(text, start, end) || Entropy(random) < f.entropy || !mixed(random) {
				continue
			}
			if !yield([2]int{start, end}) {
				return
			}
		}
	}
}

// ofNoSecret ends before a value that only looks like a credential: a digest in base64, the name of the key in an address that was
// signed with it, and the commit of an action.
var ofNoSecret = regexp.MustCompile(`(?i)(?:\b(?:sha\d+|md5)[-=:]|X-Amz-Credential=|AWSAccessKeyId=|GoogleAccessId=|[\w.-]/[\w.-]+@)$`)

// ofDigest ends before a value that its name calls a digest: of a format without a prefix of its own, it is one.
var ofDigest = regexp.MustCompile(`(?i)(?:sha-?\d*|md5|digest|checksum|commit|revision|etag|hash|blake\w*)["']?\s*[:=]\s*["']?$`)

// KeyEnds tells whether the text ends with one of the Keys, by which the places are found that are worth a try.
func (f *Format) KeyEnds(text []byte) bool {
	for _, k := range f.Keys {
		if len(k) <= len(text) && string(text[len(text)-len(k):]) == k {
			return true
		}
	}
	return false
}

// bounded tells whether the match is a word of its own. The letter of an escape such as \n is no part of it.
func (f *Format) bounded(text []byte, start, end int) bool {
	if start > 0 && wordByte(text[start-1]) && !(start > 1 && text[start-2] == '\\' && bytes.IndexByte([]byte("nrt"), text[start-1]) >= 0) {
		return false
	}
	if start > 0 && text[start-1] == '-' && f.near != nil {
		return false
	}
	return end == len(text) || !wordByte(text[end]) && (text[end] != '-' || !f.dashed)
}

// named tells whether the word that says what the value is stands in its line, shortly before it or in the name it is
// assigned to.
func (f *Format) named(text []byte, start int) bool {
	line := bytes.LastIndexByte(text[:start], '\n') + 1
	return f.near().Match(text[max(line, start-nearby-24):start])
}

// random is the part behind the prefix of the issuer.
func (f *Format) random(value string) string {
	longest := 0
	for _, k := range f.Keys {
		if strings.HasPrefix(value, k) {
			longest = max(longest, len(k))
		}
	}
	return value[longest:]
}

func wordByte(b byte) bool {
	return b == '_' || b >= '0' && b <= '9' || b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= 0x80
}

// Entropy is Shannon's, in bits a character.
func Entropy(s string) float64 {
	var count [256]int
	for i := 0; i < len(s); i++ {
		count[s[i]]++
	}
	h := 0.0
	for _, c := range count {
		if c > 0 {
			p := float64(c) / float64(len(s))
			h -= p * math.Log2(p)
		}
	}
	return h
}

// mixed tells whether a long value has a digit and a letter, as random ones do, or letters of both cases in no order.
func mixed(s string) bool {
	if len(s) < 20 {
		return true
	}
	lower, upper := strings.ContainsFunc(s, unicode.IsLower), strings.ContainsFunc(s, unicode.IsUpper)
	return strings.ContainsAny(s, "0123456789") && (lower || upper) || lower && upper && Entropy(s) >= lettersOnly
}

// lettersOnly is the entropy from which letters of both cases without a digit are no words in camel case: 34 letters at
// random have 4.5 bits, words about 4.
const lettersOnly = 4.2
