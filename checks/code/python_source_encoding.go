package code

import (
	"bytes"
	"context"
	"fmt"
	"slices"

	"bakedin/checks"
	"bakedin/internal/lang/python"
	"bakedin/internal/repo"
)

// sourceEncoding reports sources whose text is not what CPython runs: a coding cookie whose codec makes code of what looks
// like a comment, and a lone carriage return that ends a comment where an editor shows none.
// Source: PEP 263; the Python Language Reference, 2.1.2 "Physical lines".
func sourceEncoding(_ context.Context, p *checks.Pass) error {
	code := p.File.Asset(repo.Code)
	if code == nil || code.Format != "python" {
		return nil
	}
	text, err := p.File.Bytes()
	if err != nil {
		return err
	}
	if name, at := python.HidingCodec(text); name != "" {
		f := p.At(at, at+len(name), fmt.Sprintf("The source says it is encoded as %s: Python runs code that stands nowhere in the text.", name))
		f.Anchor, f.InAI = "encoding "+name, true
		f.Fixes = []checks.Fix{checks.Steps("save-as-utf-8", "Save the source as UTF-8", "Decode the file without running it, for example with iconv, and read what it holds.", "Keep what is meant as UTF-8, without the cookie.")}
		return nil
	}
	if bytes.IndexByte(text, '\r') < 0 {
		return nil
	}
	src, _ := checks.Python.Of(p.File)
	if src == nil || src.File == nil || !src.Plain() {
		return nil // the engine has told why
	}
	for at := range loneReturns(text) {
		line := text[bytes.LastIndexByte(text[:at], '\n')+1 : at]
		if bytes.IndexByte(line, '#') < 0 || !startsStatement(src, int32(at+1)) {
			continue
		}
		f := p.At(at, at+1, "A carriage return ends the comment here: what follows is run, and most editors show it as part of the comment.")
		f.Anchor, f.InAI = "carriage return", true
		f.Fixes = []checks.Fix{{ID: "show-the-line", Title: "Put what follows on a line of its own", Applicability: checks.Safe,
			Edits: []repo.TextEdit{p.Replace(at, at+1, "\n")}, Breaks: "Nothing: Python runs the line either way. Now it can be seen."}}
	}
	return nil
}

// loneReturns yields the carriage returns that no line feed follows, unless the file ends all its lines so.
func loneReturns(text []byte) func(yield func(int) bool) {
	return func(yield func(int) bool) {
		if bytes.IndexByte(text, '\n') < 0 {
			return
		}
		for i, c := range text {
			if c == '\r' && i+1 < len(text) && text[i+1] != '\n' && !yield(i) {
				return
			}
		}
	}
}

// startsStatement tells whether a token starts in the rest of the line from that byte on, so that it is code and neither
// comment nor the inside of a string.
func startsStatement(src *checks.PythonSource, at int32) bool {
	k, _ := slices.BinarySearchFunc(src.Toks, at, func(t python.Tok, at int32) int { return int(t.Start - at) })
	for ; k < len(src.Toks); k++ {
		t := &src.Toks[k]
		between := src.Src[at:t.Start]
		return t.Kind != python.Newline && t.Kind != python.EOF && len(bytes.TrimLeft(between, " \t\f")) == 0
	}
	return false
}
