package model

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"bakedin/internal/format/peel"
	"bakedin/internal/format/pickle"
	"bakedin/internal/format/sniff"
)

// inner is a payload inside a constant of a pickle.
type inner struct {
	at     pickle.Place
	how    string // its hint
	worst  class  // of its imports
	called bool
	what   string // the import that counts
	loaded bool   // handed to a function that loads it: then its findings count in full, as part of this file
}

// Depth and bytes of payloads in constants.
const (
	maxNesting = 3
	maxPayload = 16 << 20
)

// hidden opens the constants of a stream that begin like something loadable. Only those that hold a pickle with an import,
// an archive or code count: bytes that look like one by chance are many.
func (c *contents) hidden(p *part, s *pickle.Stream) []inner {
	var out []inner
	if nesting(p) >= maxNesting {
		if len(s.Constants) > 0 {
			c.leave(p, "limit", "payloads in constants more than %d deep; depth", maxNesting)
		}
		return nil
	}
	for _, k := range s.Constants {
		_, n := k.Value.Range()
		if n > maxPayload && k.Hint != "pickle-0" {
			c.leave(p, "limit", "byte %d: a constant of %d bytes that looks like %s; bytes", k.At.Off, n, k.Hint)
			continue
		}
		payload := decode(k.Hint, p.pickle.Text(k.Value, maxPayload))
		if payload == nil {
			continue
		}
		child := &part{member: join(p.member, fmt.Sprintf("constant@%d", k.At.Off)), size: int64(len(payload)),
			r: bytes.NewReader(payload), depth: p.depth + 1, parent: p, torch: true}
		sub := &contents{}
		sub.open(child)
		found := inner{at: k.At, how: k.Hint}
		for _, q := range sub.parts {
			if q.pickle == nil || sub.broke(q) && !namesImport(q.pickle) {
				continue
			}
			q.verdict = sub.judgePickle(q)
			for _, d := range q.verdict.deeds {
				if found.what == "" || d.class > found.worst || d.class == found.worst && d.called && !found.called {
					found.worst, found.what, found.called = d.class, d.full(), d.called || d.made
				}
			}
			for _, x := range q.verdict.inner {
				if x.worst > found.worst {
					found.worst, found.what, found.called = x.worst, x.what, x.called
				}
			}
		}
		found.loaded = loads(s, k.Value)
		switch {
		case found.worst > harmless:
			out = append(out, found)
		case child.sniff.Format().Class() == sniff.Program, k.Hint == "code" && isCode(payload):
			found.worst, found.what = unknown, "a program"
			out = append(out, found)
		case found.loaded || child.pickle != nil:
			chance := !found.loaded && child.pickle != nil && !namesImport(child.pickle)
			for _, l := range sub.left {
				if chance && l.kind == "parse" {
					continue // the bytes of numbers, which begin like a pickle and are none
				}
				c.left = append(c.left, left{part: child, kind: l.kind, detail: l.detail})
			}
		}
	}
	return out
}

// isCode tells whether bytes are a code object of CPython as marshal writes it: four to six small numbers, by release, then
// the instructions as bytes. Source: Python/marshal.c of 3.0 to 3.14
func isCode(b []byte) bool {
	for _, counts := range []int{4, 5, 6} {
		at := 1 + 4*counts
		if len(b) < at+5 || b[at]&0x7f != 's' {
			continue
		}
		small := true
		for k := range counts - 1 { // the last are flags
			small = small && binary.LittleEndian.Uint32(b[1+4*k:]) < 1<<16
		}
		if n := binary.LittleEndian.Uint32(b[at+1:]); small && n > 0 && int64(n) <= int64(len(b)) {
			return true
		}
	}
	return false
}

// broke tells whether a part could not be read to its end as what it seemed to be.
func (c *contents) broke(p *part) bool {
	return slices.ContainsFunc(c.left, func(l left) bool { return l.part == p && l.kind == "parse" })
}

func nesting(p *part) int {
	return strings.Count(p.member, "constant@")
}

// decode undoes the spelling of a payload; nil when it is not what its first bytes said.
func decode(hint, text string) []byte {
	switch hint {
	case "hex":
		b, err := hex.DecodeString(strings.TrimSpace(text))
		if err != nil {
			return nil
		}
		return b
	case "base64":
		b, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(text), ""))
		if err != nil {
			b, err = base64.RawURLEncoding.DecodeString(strings.TrimRight(strings.Join(strings.Fields(text), ""), "="))
		}
		if err != nil {
			return nil
		}
		return b
	case "latin1":
		out := make([]byte, 0, len(text))
		for _, r := range text {
			if r > 0xff {
				return nil
			}
			out = append(out, byte(r))
		}
		return out
	case "zlib", "gzip", "bz2", "xz":
		c, err := peel.Open(sniff.Format(hint), strings.NewReader(text), int64(len(text)), peelLimits)
		if c == nil || err != nil || c.Size > maxPayload {
			return nil
		}
		out := make([]byte, c.Size)
		n, _ := c.ReadAt(out, 0)
		return out[:n]
	}
	return []byte(text)
}

// loads tells whether some call is handed the constant.
func loads(s *pickle.Stream, v pickle.Value) bool {
	off, _ := v.Range()
	for _, u := range s.Uses {
		if u.Via != pickle.Calls {
			continue
		}
		for _, a := range u.Args.Items() {
			if o, n := a.Range(); n > 0 && o == off && a.Kind() == v.Kind() {
				return true
			}
		}
	}
	return false
}
