package ui

import (
	"cmp"
	"slices"
	"strings"

	"bakedin/checks"
	"bakedin/internal/repo"
	"bakedin/rules"
)

// assetRow is an asset with what was found about it.
type assetRow struct {
	*repo.Asset
	gaps    int
	worst   rules.Severity
	good    int // evidence that covers it
	unread  string
	missing bool // a git-lfs pointer without its object
}

// inventory joins the assets with findings, evidence and what could not be read: what is wrong first, then by kind.
func inventory(s *store) []assetRow {
	gaps, worst := map[string]int{}, map[string]rules.Severity{}
	for i := range s.findings {
		f := &s.findings[i]
		if f.Location == nil || f.Status != checks.Open {
			continue
		}
		p := f.Location.Path
		gaps[p]++
		if severityRank[f.Severity] > severityRank[worst[p]] {
			worst[p] = f.Severity
		}
	}
	good := map[string]int{}
	for i := range s.evidence {
		for _, id := range s.evidence[i].Assets {
			good[id]++
		}
	}
	unread := map[string]string{}
	for i := range s.report.Skipped {
		if k := &s.report.Skipped[i]; unread[k.Path] == "" {
			unread[k.Path] = k.Kind + ": " + k.Detail
		}
	}
	out := make([]assetRow, 0, len(s.report.Assets))
	for i := range s.report.Assets {
		a := &s.report.Assets[i]
		out = append(out, assetRow{a, gaps[a.Path], worst[a.Path], good[a.ID], unread[a.Path], a.LFS != nil && !a.LFS.Present})
	}
	kinds := []repo.Kind{repo.Model, repo.Agent, repo.Prompt, repo.Dataset, repo.Manifest, repo.Deploy, repo.CI, repo.Notebook, repo.Code, repo.Doc}
	slices.SortStableFunc(out, func(a, b assetRow) int {
		return cmp.Or(cmp.Compare(severityRank[b.worst], severityRank[a.worst]), cmp.Compare(min(len(b.unread), 1), min(len(a.unread), 1)),
			cmp.Compare(slices.Index(kinds, a.Kind), slices.Index(kinds, b.Kind)), cmp.Compare(a.ID, b.ID))
	})
	return out
}

func (m *Model) assets() []*repo.Asset {
	out := make([]*repo.Asset, len(m.store.assets))
	for i := range m.store.assets {
		out[i] = m.store.assets[i].Asset
	}
	return out
}

func (m *Model) asset(id string) *repo.Asset {
	for i := range m.store.assets {
		if m.store.assets[i].ID == id {
			return m.store.assets[i].Asset
		}
	}
	return nil
}

// assetSummary is the right end of the title.
func (m *Model) assetSummary() string {
	gaps, unread := 0, 0
	var size int64
	for i := range m.store.assets {
		a := &m.store.assets[i]
		size += a.Size
		if a.gaps > 0 {
			gaps++
		}
		if a.unread != "" || a.missing {
			unread++
		}
	}
	out := plural(len(m.store.assets), "asset")
	if m.lay.w >= 80 {
		out += " " + m.t.dot + " " + bytesWord(size)
	}
	out += " " + m.t.dot + " " + number(gaps) + " with gaps"
	if unread > 0 {
		out += " " + m.t.dot + " " + number(unread) + " not read"
	}
	return out
}

// bytesWord is a size in the units people use.
func bytesWord(n int64) string {
	units := []string{"B", "KB", "MB", "GB", "TB"}
	v, u := float64(n), 0
	for v >= 1000 && u < len(units)-1 {
		v, u = v/1000, u+1
	}
	if u == 0 {
		return number(int(n)) + " B"
	}
	whole := int(v)
	if whole >= 100 {
		return number(whole) + " " + units[u]
	}
	return number(whole) + "." + number(int(v*10)%10) + " " + units[u]
}

// state of an asset: glyph, word, colour.
func (a *assetRow) state(t *theme) mark {
	switch {
	case a.gaps > 0:
		return mark{t.gap, plural(a.gaps, "gap"), t.severity(a.worst)}
	case a.missing:
		return mark{t.unknown, "object missing", t.warn}
	case a.unread != "":
		return mark{t.unknown, "not read", t.warn}
	case a.good > 0:
		return mark{t.proven, "evidence", t.good}
	}
	return mark{t.dot, "nothing found", t.dim}
}

func (m *Model) drawAssets(w, h int) []string {
	t, list := m.t, m.store.assets
	l := &m.lists[tabAssets]
	if len(list) == 0 {
		return []string{"", newRow(t, w).put(t.dim, "  no asset was found by these detectors").str()}
	}
	withSize, withDigest := w >= 70, w >= 110
	state, format := 18, 15
	switch {
	case w < 60:
		state, format = 10, 0
	case w < 70:
		state, format = 16, 0
	}
	room := w - 3 - 10 - state - format - 2
	if withSize {
		room -= 10
	}
	if withDigest {
		room -= 11
	}
	head := newRow(t, w).to(3).col(t.dim, "kind", 10).col(t.dim, "path", room).put("", "  ").col(t.dim, "state", state).col(t.dim, "format", format)
	if withSize {
		head.put(t.dim, padLeft("size", 9))
	}
	if withDigest {
		head.put(t.dim, "  sha256")
	}
	lines := []string{head.str()}
	from, to := l.window(len(list), h-1)
	for i := from; i < to; i++ {
		a := &list[i]
		r := newRow(t, w)
		if i == l.cursor {
			r.under = t.selected
			r.put(t.accent, " "+t.cursor)
		}
		k := a.state(t)
		if short := map[string]string{"nothing found": "none", "object missing": "missing"}[k.word]; w < 60 && short != "" {
			k.word = short
		}
		r.to(3).col("", text(string(a.Kind)), 10).col("", cutMiddle(file(a.ID), room, t.more), room).put("", "  ").
			put(k.ink, k.glyph+" ").col(k.ink, k.word, state-width(k.glyph)-1).col(t.dim, text(a.Format), format)
		if withSize {
			r.put("", padLeft(bytesWord(a.Size), 9))
		}
		if withDigest && a.SHA256 != nil {
			r.put(t.dim, "  "+cut(text(*a.SHA256), 8, ""))
		}
		lines = append(lines, r.end())
	}
	return lines
}

// docAsset is everything that is known of an asset.
func (m *Model) docAsset(d *doc, asset *repo.Asset) {
	t := m.t
	var a *assetRow
	for i := range m.store.assets {
		if m.store.assets[i].ID == asset.ID {
			a = &m.store.assets[i]
		}
	}
	k := a.state(t)
	d.add(d.row().put("", " ").put(k.ink, k.glyph+" "+k.word).put(t.dim, "  "+t.dot+"  "+text(string(a.Kind))+"  "+t.dot+"  "+text(a.Format)))
	for _, l := range wrap(file(a.ID), d.w-4) {
		d.add(d.row().to(3).put(t.accent, l))
	}
	d.gap()
	d.kv("Size", "", bytesWord(a.Size)+" ("+number(int(a.Size))+" bytes)")
	if a.SHA256 != nil {
		d.kv("SHA-256", t.dim, text(*a.SHA256))
	}
	if a.LFS != nil {
		where := "its object is not here: git lfs pull"
		if a.LFS.Present {
			where = "its object is here and was read"
		}
		d.kv("git-lfs", "", "a pointer to "+bytesWord(a.LFS.Size)+"; "+where)
	}
	if a.Origin != nil {
		d.kv("Origin", "", text(*a.Origin))
	}
	if a.Licence != nil {
		d.kv("Licence", "", text(*a.Licence))
	}
	if a.InTests {
		d.kv("Place", t.dim, "tests, examples or vendored code: findings count one step lower, nothing is evidence")
	}
	if a.unread != "" {
		d.kv("Not read", t.warn, text(a.unread))
	}
	names := make([]string, 0, len(a.Meta))
	for name := range a.Meta {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		d.kv(text(name), "", text(a.Meta[name]))
	}
	about := func(head string, list []finding, match func(*finding) bool) {
		n := 0
		for i := range list {
			f := &list[i]
			if !match(f) {
				continue
			}
			if n++; n == 1 {
				d.head(head)
			}
			if n > 40 {
				break
			}
			d.to(pageFinding, f.ID, func(row *row) {
				g := findingMark(t, f)
				row.put(g.ink, g.glyph+" ")
				if f.Says == rules.Evidence {
					row.put(t.good, text(string(f.Strength))+"  ")
				} else {
					row.col(t.severity(f.Severity), shortSeverity(f.Severity), 5)
				}
				row.put("", f.title)
				if rest := strings.TrimPrefix(f.place, f.path); rest != "" {
					row.put(t.dim, "  "+rest)
				}
			})
		}
	}
	here := func(f *finding) bool { return f.Location != nil && f.Location.Path == a.Path }
	about("Speaks against it", m.store.findings, here)
	about("Speaks for it", m.store.evidence, func(f *finding) bool { return here(f) || slices.Contains(f.Assets, a.ID) })
}
