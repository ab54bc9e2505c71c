package zipx

import (
	"bytes"
	"cmp"
	"slices"
)

// span is a range of the file that something claims.
type span struct {
	off, end int64
	e        *Entry // nil for a directory and its end records
}

// account adds up what every view claims, reports what two of one view claim both, and looks into what none claims for
// local headers that the directory does not show.
func (a *Archive) account() error {
	var all []span
	for v, view := range a.Views {
		spans := []span{{view.Dir, view.Dir + view.DirLen, nil}, a.endSpan(view)}
		for _, e := range a.Entries {
			if e.View == v && e.Local != nil {
				spans = append(spans, span{e.Local.Off, e.End, e})
			}
		}
		sortSpans(spans)
		a.overlaps(spans)
		all = append(all, spans...)
	}
	sortSpans(all)
	gaps := a.gaps(all)
	err := a.hidden(gaps, &all)
	sortSpans(all)
	a.Gaps = a.gaps(all)
	for _, g := range a.Gaps {
		switch {
		case g.Off == 0 && len(all) > 0:
			a.note(Prefix, 0, nil, nil, "%d bytes before the archive", g.Len)
		case g.Off+g.Len == a.size && len(all) > 0:
			a.note(Tail, g.Off, nil, nil, "%d bytes behind the archive", g.Len)
		}
	}
	return err
}

func sortSpans(s []span) {
	slices.SortStableFunc(s, func(x, y span) int { return cmp.Or(cmp.Compare(x.off, y.off), cmp.Compare(x.end, y.end)) })
}

// endSpan is the end record of a view with its comment, and the zip64 records before it.
func (a *Archive) endSpan(v View) span {
	var b [endLen]byte
	end := v.End + endLen
	if a.read(b[:], v.End) {
		end += int64(b[20]) | int64(b[21])<<8
	}
	start := v.End
	if at, _, _, _, ok := a.end64(v.End); ok {
		start = min(at, start)
	}
	return span{start, end, nil}
}

// EndOf is the offset behind the end record of a view and its comment.
func (a *Archive) EndOf(v View) int64 { return min(a.endSpan(v).end, a.size) }

func (a *Archive) overlaps(spans []span) {
	for i := 1; i < len(spans); i++ {
		p, s := spans[i-1], spans[i]
		if s.off >= p.end || s.off == s.end {
			if s.end < p.end {
				spans[i] = p // keep the longest in view
			}
			continue
		}
		switch {
		case p.e != nil && s.e != nil:
			a.note(Overlap, s.off, s.e, p.e, "shares bytes %d to %d with %q", s.off, min(p.end, s.end), p.e.Name)
		case s.e != nil || p.e != nil:
			e := s.e
			if e == nil {
				e = p.e
			}
			a.note(Overlap, s.off, e, nil, "shares bytes %d to %d with the directory", s.off, min(p.end, s.end))
		}
		if s.end < p.end {
			spans[i] = p
		}
	}
}

// gaps are the bytes that no span covers.
func (a *Archive) gaps(spans []span) []Extent {
	var out []Extent
	at := int64(0)
	for _, s := range spans {
		if s.off > at {
			out = append(out, Extent{at, s.off - at})
		}
		at = max(at, s.end)
	}
	if at < a.size {
		out = append(out, Extent{at, a.size - at})
	}
	return out
}

// gapHead is how much of the start of a gap is searched for a local header.
const gapHead = 4 << 10

// hidden follows local headers through the gaps. Without any directory these are the archive.
func (a *Archive) hidden(gaps []Extent, spans *[]span) error {
	for _, g := range gaps {
		head := make([]byte, min(g.Len, gapHead))
		if !a.read(head, g.Off) {
			continue
		}
		i := bytes.Index(head, []byte("PK\x03\x04"))
		if i < 0 {
			continue
		}
		for at := g.Off + int64(i); at < g.Off+g.Len; {
			if len(a.Entries) >= a.lim.Entries {
				return &LimitError{"entries", at}
			}
			h, data := a.local(at)
			if h == nil {
				break
			}
			e := &Entry{Name: h.Name, View: -1, Local: h, Data: data, a: a}
			if h.Flags&8 != 0 && h.Packed == 0 {
				a.measure(e, g.Off+g.Len)
			} else {
				a.extent(e)
			}
			a.Entries = append(a.Entries, e)
			*spans = append(*spans, span{at, e.End, e})
			a.note(Hidden, at, e, nil, "has a local header and is in no directory")
			if e.End <= at {
				break
			}
			at = e.End
		}
	}
	return nil
}
