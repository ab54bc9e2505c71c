package policy

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// BaselinePath is where the known findings are kept, relative to the root.
const BaselinePath = ".bakedin/baseline.json"

// Baseline is the findings that were known when a team began: groups of the same content in the same file, with their
// number. It holds no positions, times or versions, so it changes only when findings change and merges line by line.
type Baseline struct{ Groups []BaselineGroup }

// BaselineGroup is findings that only their order tells apart. ID is that of the first.
type BaselineGroup struct {
	Path string `json:"path"`
	Rule string `json:"rule"`
	ID   string `json:"id"`
	N    int    `json:"n"`
}

// baseline lines that hold no group
const (
	baselineHead = `{"v":1,"findings":[`
	baselineTail = `]}`
)

// ParseBaseline reads a baseline line by line, as a union merge leaves it: lines that stand twice and a comma too many or
// too few are accepted. Anything else is an error with its line.
func ParseBaseline(path string, src []byte) (*Baseline, error) {
	b := &Baseline{}
	var errs Errors
	head := false
	for i, line := range strings.Split(string(src), "\n") {
		line = strings.TrimSuffix(strings.TrimSpace(line), ",")
		switch line {
		case "", baselineTail:
			continue
		case baselineHead:
			head = true
			continue
		case baselineHead + baselineTail: // written by hand
			head = true
			continue
		}
		var g BaselineGroup
		d := json.NewDecoder(strings.NewReader(line))
		d.DisallowUnknownFields()
		err := d.Decode(&g)
		switch {
		case !head:
			errs = append(errs, fmt.Sprintf("%s:%d: the first line is %s", path, i+1, baselineHead))
			return nil, errs
		case err != nil:
			errs = append(errs, fmt.Sprintf("%s:%d: not a line of a baseline: %v", path, i+1, err))
		case g.Rule == "" || !strings.HasPrefix(g.ID, "bk1:") || g.N < 1:
			errs = append(errs, fmt.Sprintf("%s:%d: a line needs rule, id and n", path, i+1))
		default:
			b.Groups = append(b.Groups, g)
		}
	}
	if len(errs) > 0 {
		return nil, errs
	}
	b.tidy()
	return b, nil
}

// tidy sorts the groups and keeps the larger of two that are the same.
func (b *Baseline) tidy() {
	slices.SortFunc(b.Groups, func(x, y BaselineGroup) int {
		return cmp.Or(cmp.Compare(x.Path, y.Path), cmp.Compare(x.Rule, y.Rule), cmp.Compare(x.ID, y.ID), y.N-x.N)
	})
	b.Groups = slices.CompactFunc(b.Groups, func(x, y BaselineGroup) bool { return x.Path == y.Path && x.Rule == y.Rule && x.ID == y.ID })
}

// Total is the number of findings that are known.
func (b *Baseline) Total() int {
	n := 0
	for _, g := range b.Groups {
		n += g.N
	}
	return n
}

// Add counts one more finding of a group.
func (b *Baseline) Add(path, rule, id string) {
	for i := range b.Groups {
		if g := &b.Groups[i]; g.Path == path && g.Rule == rule && g.ID == id {
			g.N++
			return
		}
	}
	b.Groups = append(b.Groups, BaselineGroup{path, rule, id, 1})
}

// Encode writes one group a line, sorted.
func (b *Baseline) Encode() []byte {
	b.tidy()
	var out bytes.Buffer
	out.WriteString(baselineHead)
	for i, g := range b.Groups {
		if i > 0 {
			out.WriteByte(',')
		}
		line, _ := json.Marshal(g) // strings and a number: it cannot fail
		out.WriteByte('\n')
		out.Write(line)
	}
	out.WriteString("\n" + baselineTail + "\n")
	return out.Bytes()
}
