package checks

import (
	"slices"

	"bakedin/internal/repo"
	"bakedin/internal/safe"
	"bakedin/rules"
)

// Pass is one rule at one file.
type Pass struct {
	Rule *rules.Rule
	File *File
	Repo *Repo

	found []*Finding
}

// At reports a match at the bytes [start, end) of a text file. The engine fills in lines, columns, snippet, fingerprint
// and whatever the rule says. The finding that is returned may be refined until the detector returns: Strength, Severity
// with SeverityReason, Anchor, Fixes, Related, Assets.
func (p *Pass) At(start, end int, message string) *Finding {
	return p.add(&Location{Kind: "text", Start: Position{Byte: start}, End: Position{Byte: end}}, message)
}

// Found returns what the rule has reported in this file so far.
func (p *Pass) Found() []*Finding { return p.found }

// In reports a match inside an archive or a model: member is its path in the container ("archive/data.pkl", levels joined
// by "!"; empty for the file itself), [start, end) are bytes of that member, index is an opcode or record number or -1.
func (p *Pass) In(member string, start, end int64, index int, message string) *Finding {
	loc := &Location{Kind: "binary", Start: Position{Byte: int(start)}, End: Position{Byte: int(end)}}
	if member != "" {
		loc.Kind, loc.Member = "member", &member
	}
	if index >= 0 {
		loc.Index = &index
	}
	return p.add(loc, message)
}

// Whole reports a match that is the file itself.
func (p *Pass) Whole(message string) *Finding {
	return p.add(&Location{Kind: "binary"}, message)
}

// Drop takes a finding of this pass back.
func (p *Pass) Drop(f *Finding) {
	p.found = slices.DeleteFunc(p.found, func(g *Finding) bool { return g == f })
}

func (p *Pass) add(loc *Location, message string) *Finding {
	loc.Path = p.File.Path
	f := &Finding{Location: loc, Scope: "file", Message: safe.Line(message)}
	p.found = append(p.found, f)
	return f
}

// RepoPass is one rule at the whole repository, after the last file.
type RepoPass struct {
	Rule     *rules.Rule
	Repo     *Repo
	Tree     *repo.Tree
	Contexts []Context
	Findings []Finding // gaps and evidence of the files

	found []*Finding
}

// Report reports a match of repository scope. Path is the file that is wrong or missing, or empty. Anchor names what is
// missing, for the fingerprint.
func (p *RepoPass) Report(path, anchor, message string) *Finding {
	f := &Finding{Scope: "repo", Message: safe.Line(message), Anchor: anchor}
	if path != "" {
		f.Location = &Location{Kind: "repo", Path: path}
	}
	p.found = append(p.found, f)
	return f
}
