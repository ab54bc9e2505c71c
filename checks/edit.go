package checks

import (
	"bytes"

	"bakedin/internal/lang/keys"
	"bakedin/internal/repo"
	"bakedin/rules"
)

// Replace is the edit that puts s in place of the bytes [start, end) of the file.
func (p *Pass) Replace(start, end int, s string) repo.TextEdit {
	return repo.TextEdit{Path: p.File.Path, Start: start, End: end, Replacement: s, Base: p.File.SHA256()}
}

// SetKey is the edit that gives a key of a structured file a new value, written as the format writes it.
func (p *Pass) SetKey(n *keys.Node, rendered string) repo.TextEdit {
	return p.Replace(n.Start, n.End, rendered)
}

// DeleteKey is the edit that takes an entry out of its object or list, with its comma or its line. Comments, order and
// indentation of the others stay.
func (p *Pass) DeleteKey(text []byte, parent, n *keys.Node) repo.TextEdit {
	brackets := parent.Start < len(text) && (text[parent.Start] == '[' || text[parent.Start] == '{')
	if keys.Format(p.File.Path) == "json" || brackets {
		start, end, with := cut(text, parent, n)
		return p.Replace(start, end, with)
	}
	start, end := wholeLines(text, min(n.KeyStart, n.Start), n.End)
	return p.Replace(start, end, "")
}

// wholeLines widens a range to the lines it stands in, with the last line end.
func wholeLines(text []byte, start, end int) (int, int) {
	start = bytes.LastIndexByte(text[:start], '\n') + 1
	if i := bytes.IndexByte(text[end:], '\n'); i >= 0 {
		return start, end + i + 1
	}
	return start, len(text)
}

// ClearOutput empties the output of a cell of a notebook, as "Clear Output" does.
func (p *Pass) ClearOutput(cell *keys.Node) []repo.TextEdit {
	var edits []repo.TextEdit
	if out := cell.Child("outputs"); out != nil {
		edits = append(edits, p.Replace(out.Start, out.End, "[]"))
	}
	if n := cell.Child("execution_count"); n != nil {
		edits = append(edits, p.Replace(n.Start, n.End, "null"))
	}
	return edits
}

// DeleteLines is the edit that takes the lines of a range out.
func (p *Pass) DeleteLines(text []byte, start, end int) repo.TextEdit {
	start, end = wholeLines(text, start, end)
	return p.Replace(start, end, "")
}

// LineEnd is how the file ends its lines.
func LineEnd(text []byte) string {
	if i := bytes.IndexByte(text, '\n'); i > 0 && text[i-1] == '\r' {
		return "\r\n"
	}
	return "\n"
}

// Lower gives a finding another severity than its rule's, and says why.
func (f *Finding) Lower(s rules.Severity, reason string) {
	f.Severity, f.SeverityReason = s, &reason
}

// Steps is a remedy that a person carries out.
func Steps(id, title string, steps ...string) Fix {
	return Fix{ID: id, Title: title, Applicability: Manual, Steps: steps}
}
