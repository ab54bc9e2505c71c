package builtin

import (
	"bytes"
	"encoding/binary"
	"testing"
	"unicode/utf16"
	"unicode/utf8"

	"bakedin/checks"
	"bakedin/checks/checkstest"
	"bakedin/rules"
)

// asUTF8 and asUTF16 write a text with a byte order mark, as editors and shells of Windows do.
func asUTF8(text []byte) []byte { return append([]byte("\xEF\xBB\xBF"), text...) }

func asUTF16(text []byte) []byte {
	out := []byte("\xFF\xFE")
	for _, unit := range utf16.Encode([]rune(string(text))) {
		out = binary.LittleEndian.AppendUint16(out, unit)
	}
	return out
}

// Every bad example is found at the same line and column when its file begins with a byte order mark; the offset is that of
// the file, and an edit leaves the mark and the encoding as they are.
func TestEveryExampleWithAByteOrderMark(t *testing.T) {
	rs, err := Ruleset()
	if err != nil {
		t.Fatal(err)
	}
	other := map[string]string{
		"python-source-encoding": "it speaks of the bytes themselves",
		"card-against-artefact":  "it compares with the config of a model, which no loader reads in UTF-16",
	}
	for _, r := range rs.Set.Rules {
		if _, out := other[r.ID]; out || r.Says != rules.Gap || r.Family == "model" {
			continue
		}
		t.Run(r.ID, func(t *testing.T) {
			for i, x := range r.Examples {
				if x.Bad == nil {
					continue
				}
				files, err := checkstest.Files(x.Bad)
				if err != nil {
					t.Fatal(err)
				}
				for name, encode := range map[string]func([]byte) []byte{"UTF-8": asUTF8, "UTF-16": asUTF16} {
					sameIn(t, rs, r, i, name, files, encode)
				}
			}
		})
	}
}

func sameIn(t *testing.T, rs *checks.Ruleset, r *rules.Rule, example int, name string, files map[string][]byte, encode func([]byte) []byte) {
	t.Helper()
	marked := map[string][]byte{}
	for p, b := range files {
		if marked[p] = b; utf8.Valid(b) && bytes.IndexByte(b, 0) < 0 {
			marked[p] = encode(b)
		}
	}
	want, got := findings(t, rs, r, files), findings(t, rs, r, marked)
	if len(want) != len(got) {
		t.Errorf("example %d in %s: %d findings, without a mark %d", example, name, len(got), len(want))
		return
	}
	for k := range want {
		a, b := want[k].Location, got[k].Location
		if a == nil || b == nil || a.Kind != "text" {
			continue
		}
		if a.Path != b.Path || a.Start.Line != b.Start.Line || a.Start.Column != b.Start.Column {
			t.Errorf("example %d in %s: found at %s:%d:%d, without a mark at %s:%d:%d", example, name, b.Path, b.Start.Line, b.Start.Column, a.Path, a.Start.Line, a.Start.Column)
		}
		plain, text := files[a.Path][a.Start.Byte:a.End.Byte], marked[b.Path][b.Start.Byte:b.End.Byte]
		if !bytes.Equal(bytes.TrimPrefix(encode(plain), encode(nil)), text) {
			t.Errorf("example %d in %s: bytes %d to %d are %q, not %q", example, name, b.Start.Byte, b.End.Byte, text, plain)
		}
		for _, fix := range got[k].Fixes {
			for _, e := range fix.Edits {
				if e.Path == b.Path && (e.Start < len(encode(nil)) || e.Base == "" || name == "UTF-16") {
					t.Errorf("example %d in %s: the edit at %d touches the mark, or writes another encoding", example, name, e.Start)
				}
			}
		}
	}
}

func findings(t *testing.T, rs *checks.Ruleset, r *rules.Rule, files map[string][]byte) []checks.Finding {
	t.Helper()
	res, err := checkstest.Run(t.Context(), checkstest.Only(rs, r.ID), files)
	if err != nil {
		t.Fatal(err)
	}
	return res.Of(r.ID)
}
