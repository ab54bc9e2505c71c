package prompt

import (
	"bakedin/checks"
	"bakedin/internal/repo"
)

// editOut is the edit that removes the bytes [start, end).
func editOut(p *checks.Pass, start, end int) []repo.TextEdit {
	return []repo.TextEdit{{Path: p.File.Path, Start: start, End: end, Base: p.File.SHA256()}}
}
