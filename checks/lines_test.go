package checks

import "testing"

func TestLineIndex(t *testing.T) {
	text := "first\r\nsecönd\rthird\nlast"
	x := newLineIndex([]byte(text))
	for _, c := range []struct {
		name      string
		off       int
		line, col int
	}{
		{"the first byte", 0, 1, 1},
		{"after CRLF", 7, 2, 1},
		{"after a rune of two bytes a column is one", 12, 2, 5},
		{"a lone CR ends a line", 15, 3, 1},
		{"the last line", 21, 4, 1},
		{"beyond the end is the end", 99, 4, 5},
		{"before the start is the start", -1, 1, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			if p := x.position(c.off); p.Line != c.line || p.Column != c.col {
				t.Errorf("got %d:%d, want %d:%d", p.Line, p.Column, c.line, c.col)
			}
		})
	}
	for n, want := range map[int]string{1: "first", 2: "secönd", 3: "third", 4: "last", 5: "", 0: ""} {
		if got := string(x.line(n)); got != want {
			t.Errorf("line %d is %q, want %q", n, got, want)
		}
	}
}
