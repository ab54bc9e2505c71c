package model

import (
	"fmt"

	"bakedin/checks"
	"bakedin/internal/format/pickle"
	"bakedin/internal/format/pickle/asm"
	"bakedin/internal/safe"
	"bakedin/rules"
)

// each calls look for every part that holds a pickle.
func (c *contents) each(look func(p *part, v *verdict)) {
	for _, p := range c.parts {
		if p.verdict != nil {
			look(p, p.verdict)
		}
	}
}

// reporter keeps one finding for an import in a part, and counts what is beyond the most that are shown.
type reporter struct {
	pass *checks.Pass
	seen map[string]bool
	n    int
}

func reporting(p *checks.Pass) *reporter { return &reporter{pass: p, seen: map[string]bool{}} }

// at reports a match at an opcode; nil when it was reported already.
func (r *reporter) at(p *part, at pickle.Place, anchor, message string) *checks.Finding {
	key := p.member + "\n" + anchor
	if r.seen[key] || r.n >= maxFindings {
		return nil
	}
	r.seen[key] = true
	r.n++
	f := r.pass.In(p.member, at.Off, at.Off+1, int(at.Op), message)
	f.Anchor = anchor
	offerConversion(r.pass, f)
	if r.n <= maxListings {
		f.Location.Snippet = around(p, at)
	}
	return f
}

// around lists the opcodes about a place; nil when it lies in no stream.
func around(p *part, at pickle.Place) *safe.Text {
	if p.pickle == nil {
		return nil
	}
	for _, s := range p.pickle.Streams {
		if s.Start <= at.Off && at.Off < s.End {
			if text := safe.Block(mask(asm.Around(p.r, s.Start, at.Off, p.size))); text != "" {
				return &text
			}
			return nil
		}
	}
	return nil
}

// severity sets a severity that is not the rule's own, and says why.
func severity(f *checks.Finding, s rules.Severity, why string) {
	if f != nil {
		f.Severity, f.SeverityReason = s, &why
	}
}

// where says at which place of which part something is.
func where(p *part, at pickle.Place) string {
	if p.member == "" {
		return fmt.Sprintf("at byte %d", at.Off)
	}
	return fmt.Sprintf("at byte %d of %s", at.Off, p.member)
}
