package model

import (
	"math"
	"path"
	"slices"
	"strings"

	"bakedin/internal/format/peel"
	"bakedin/internal/format/sniff"
)

// readWrapper takes one layer of compression off. Nothing but the head is inflated of what is neither called a model nor
// begins like a file that is read.
func readWrapper(r *reading) {
	if !r.toldModel() {
		head, err := peel.Head(r.format, r.r, r.size, sniff.HeadSize, peelLimits)
		size := int64(len(head))
		if size == sniff.HeadSize {
			size = math.MaxInt64
		}
		if err != nil || len(sniff.Sniff(head, nil, size, "").Formats) == 0 {
			return
		}
	}
	inner, err := peel.Open(r.format, r.r, r.size, peelLimits)
	if inner == nil {
		r.fault(err)
		return
	}
	if !r.c.spend(r.part, inner.Size) {
		return
	}
	name := r.name
	if len(r.sniff.Promised) > 0 && r.sniff.Promised[0].Class() == sniff.Wrapper { // joblib compresses without another suffix
		name = strings.TrimSuffix(name, path.Ext(name))
	}
	r.c.open(&part{member: join(r.member, string(r.format)), name: name, size: inner.Size, r: inner, depth: r.depth + 1, parent: r.part, cut: isLimit(err)})
	r.fault(err)
	if err == nil {
		r.unaccounted(inner.Used, r.size-inner.Used)
	}
}

// isLimit tells whether reading stopped at a limit of ours.
func isLimit(err error) bool { return err != nil && kindOf(err) == "limit" }

// toldModel tells whether the name of a part says that it is a model, or an archive.
func (p *part) toldModel() bool {
	return slices.ContainsFunc(p.sniff.Promised, func(f sniff.Format) bool {
		return f.Class() == sniff.Model || f.Class() == sniff.Archive
	})
}

// promisesModel tells whether the name of a part says that it is a model.
func (p *part) promisesModel() bool {
	return slices.ContainsFunc(p.sniff.Promised, func(f sniff.Format) bool { return f.Class() == sniff.Model })
}

// spend counts bytes that were unpacked against the budget of the file.
func (c *contents) spend(p *part, n int64) bool {
	if c.out += n; c.out > maxUnpacked {
		c.leave(p, "limit", "more than %d bytes come out of the archives and wrappers of this file; bytes", int64(maxUnpacked))
		return false
	}
	return true
}
