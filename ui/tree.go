package ui

// kind of a row of the checklist.
type kind uint8

const (
	isSection kind = iota
	isControl
	isRecommendation
	isGroup
	isFinding
)

// nodeID names a row for as long as the thing exists, whatever else a rescan changes.
type nodeID struct {
	kind       kind
	id         string // of the section, control, recommendation or finding
	rule, path string // of a group, below the recommendation id
	status     string
}

// node is one row of the flat list that the checklist draws. The indices point into the store.
type node struct {
	nodeID
	depth   int
	section int
	control int
	rec     int
	group   int
	finding int
	opened  bool
	opens   bool // has rows below it
}

// tree is the checklist as it is folded and filtered.
type tree struct {
	open   map[nodeID]bool // rows a person opened
	folded map[nodeID]bool // rows a person closed while a filter was on: a filter opens all that it finds
	query  query
}

// flatten lists the rows that are visible. It is pure and costs O(findings) only when there is a filter.
func flatten(s *store, t *tree) (nodes []node, results int) {
	filtered := len(t.query) > 0
	for si := range s.sections {
		sec := &s.sections[si]
		sn := node{nodeID: nodeID{kind: isSection, id: sec.id}, section: si, control: -1, rec: -1, group: -1, finding: -1, opens: true}
		sn.opened = t.isOpen(sn.nodeID, filtered)
		mark := len(nodes)
		nodes = append(nodes, sn)
		found := 0
		for _, ci := range sec.controls {
			n := s.flattenControl(t, filtered, sn, ci, &nodes)
			found += n
		}
		if filtered && found == 0 {
			nodes = nodes[:mark]
			continue
		}
		results += found
		if !sn.opened {
			nodes = nodes[:mark+1]
		}
	}
	return nodes, results
}

func (s *store) flattenControl(t *tree, filtered bool, parent node, ci int, nodes *[]node) int {
	c := &s.controls[ci]
	cn := parent
	cn.nodeID, cn.depth, cn.control = nodeID{kind: isControl, id: c.id}, 1, ci
	cn.opened = t.isOpen(cn.nodeID, filtered)
	mark := len(*nodes)
	*nodes = append(*nodes, cn)
	found := 0
	if !filtered && !(parent.opened && cn.opened) {
		return 0
	}
	for _, ri := range c.recs {
		found += s.flattenRecommendation(t, filtered, cn, ri, nodes)
	}
	if filtered && found == 0 {
		*nodes = (*nodes)[:mark]
	} else if !cn.opened {
		*nodes = (*nodes)[:mark+1]
	}
	return found
}

func (s *store) flattenRecommendation(t *tree, filtered bool, parent node, ri int, nodes *[]node) int {
	r := &s.recs[ri]
	rn := parent
	rn.nodeID, rn.depth, rn.rec = nodeID{kind: isRecommendation, id: r.id}, 2, ri
	rn.opens = len(r.groups) > 0
	rn.opened = rn.opens && t.isOpen(rn.nodeID, filtered)
	self := filtered && t.query.onRecommendation(r)
	mark := len(*nodes)
	*nodes = append(*nodes, rn)
	found := 0
	for gi := range r.groups {
		g := &r.groups[gi]
		if filtered {
			hits := 0
			for _, fi := range g.findings {
				if t.query.onFinding(r, &s.findings[fi]) {
					hits++
				}
			}
			if hits == 0 {
				continue
			}
			found += hits
		}
		if !rn.opened {
			continue
		}
		gn := rn
		gn.depth, gn.group, gn.finding = 3, gi, g.findings[0]
		if len(g.findings) == 1 && g.status == "open" {
			gn.nodeID = nodeID{kind: isFinding, id: s.findings[g.findings[0]].ID, path: r.id}
			gn.opens, gn.opened = false, false
			*nodes = append(*nodes, gn)
			continue
		}
		gn.nodeID = nodeID{kind: isGroup, id: r.id, rule: g.rule, path: g.path, status: string(g.status)}
		gn.opens = true
		gn.opened = t.open[gn.nodeID]
		*nodes = append(*nodes, gn)
		if !gn.opened {
			continue
		}
		for _, fi := range g.findings {
			if filtered && !t.query.onFinding(r, &s.findings[fi]) {
				continue
			}
			fn := gn
			fn.nodeID, fn.depth, fn.finding = nodeID{kind: isFinding, id: s.findings[fi].ID, path: r.id}, 4, fi
			fn.opens, fn.opened = false, false
			*nodes = append(*nodes, fn)
		}
	}
	if self {
		found++
	}
	if filtered && found == 0 {
		*nodes = (*nodes)[:mark]
	} else if !filtered {
		found = 1
	}
	return found
}

func (t *tree) isOpen(id nodeID, filtered bool) bool {
	if filtered {
		return !t.folded[id]
	}
	return t.open[id]
}

// set opens or closes a row.
func (t *tree) set(id nodeID, open bool) {
	if len(t.query) > 0 && id.kind != isGroup {
		t.folded[id] = !open
		return
	}
	t.open[id] = open
}

// indexOf finds a row again after the list was rebuilt; when it is gone, the nearest row above what was there.
func indexOf(nodes []node, id nodeID, was int) int {
	if was >= 0 && was < len(nodes) && nodes[was].nodeID == id {
		return was
	}
	for i := range nodes {
		if nodes[i].nodeID == id {
			return i
		}
	}
	return max(0, min(was, len(nodes)-1))
}
