package xmltok

import (
	"errors"
	"strings"
	"testing"
)

var limits = Limits{Tokens: 1000, Depth: 50, Bytes: 1 << 20}

var seeds = []struct {
	name, text           string
	elements, directives int
	broken               bool
}{
	{name: "elements", text: `<?xml version="1.0"?><net name="x"><layer type="Const"/></net>`, elements: 2},
	{name: "a document type", text: `<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>`, elements: 1, directives: 1},
	{name: "an encoding that is not read", text: `<?xml version="1.0" encoding="utf-7"?><x/>`, broken: true},
	{name: "an element that does not end", text: `<x><y>`, elements: 2, broken: true},
	{name: "too deep", text: strings.Repeat("<x>", 60), elements: 50, broken: true},
	{name: "nothing", text: ``, broken: true},
}

func TestParse(t *testing.T) {
	for _, s := range seeds {
		n := 0
		f, err := Parse(strings.NewReader(s.text), int64(len(s.text)), limits, func(Element) { n++ })
		if (err != nil) != s.broken || n != s.elements || len(f.Directives) != s.directives {
			t.Errorf("%s: %d elements, %+v, %v", s.name, n, f, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range seeds {
		f.Add(s.text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		_, err := Parse(strings.NewReader(text), int64(len(text)), limits, func(Element) {})
		var syntax *SyntaxError
		var limit *LimitError
		if err != nil && !errors.As(err, &syntax) && !errors.As(err, &limit) {
			t.Fatalf("an error of another kind: %v", err)
		}
	})
}
