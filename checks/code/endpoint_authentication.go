package code

import (
	"bytes"

	"bakedin/checks"
	"bakedin/internal/lang/python"
	"bakedin/rules"
)

// endpointAuthentication reports what asks a caller who it is. A dependency of FastAPI counts only when it can refuse: a
// function that raises nothing and calls nothing, and a scheme that lets callers without a key through, let everybody in.
func endpointAuthentication(p *checks.Pass, m checks.TextMatch) {
	start, end := m.Groups[0], m.Groups[1]
	text := m.Text[start:end]
	start += len(text) - len(bytes.TrimLeft(text, " \t\r\n"))
	strength := checks.EvidenceAt(p.File, start)
	if strength == rules.E0 || m.Group(1) != "" && letsAllIn(p.File, m.Group(1)) {
		return
	}
	if own := p.Rule.Match.Text[m.Index].Strength; own != "" {
		strength = min(strength, own)
	}
	p.At(start, end, "").Strength = strength
}

// letsAllIn tells whether a name of the file stands for a check that refuses nobody.
func letsAllIn(f *checks.File, name string) bool {
	src, _ := checks.Python.Of(f)
	if src == nil {
		return false
	}
	for i := range src.Defs {
		if d := &src.Defs[i]; !d.Class && src.Word(d.Name) == name {
			return !acts(src.File, d)
		}
	}
	for i := range src.Calls { // name = HTTPBearer(auto_error=False)
		c := &src.Calls[i]
		if c.First > 1 && src.IsBracket(c.First-1, '=') && src.Word(c.First-2) == name && src.Keyword(c, "auto_error").Kind == python.False {
			return true
		}
	}
	return false
}

// acts tells whether the body of a function raises or calls something.
func acts(f *python.File, d *python.Def) bool {
	end := f.BlockEnd(d.Line)
	for i := d.Colon + 1; i < end && int(i) < len(f.Toks); i++ {
		if f.IsKeyword(i, "raise") || f.IsBracket(i, '(') {
			return true
		}
	}
	return false
}
