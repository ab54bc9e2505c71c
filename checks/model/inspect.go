package model

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"bakedin/checks"
	"bakedin/internal/format/pickle/asm"
	"bakedin/internal/repo"
	"bakedin/internal/safe"
	"bakedin/rules"
)

// Outcome of a model file: the one answer of the four.
type Outcome string

// The outcomes, the worst first. Clean says that all of it was read and nothing spoke against it; WeightsOnly that it can
// hold nothing but tensors.
const (
	Findings     Outcome = "findings"
	Inconclusive Outcome = "inconclusive"
	Clean        Outcome = "clean"
	WeightsOnly  Outcome = "weights-only"
)

// Inspection is what is known of one model file: its parts, what the rules say of it, what was not read. All text of the file
// in it is made safe.
type Inspection struct {
	Path     safe.Text `json:"path"`
	Size     int64     `json:"size"`
	Outcome  Outcome   `json:"outcome"`
	Complete bool      `json:"complete"`
	Proof    safe.Text `json:"proof"` // why it holds weights only
	Parts    []Part    `json:"parts"`
	Findings []Found   `json:"findings"`
	Left     []Left    `json:"left"`
	Tensors  int       `json:"tensors"`
	Elements int64     `json:"elements"`
	Bytes    int64     `json:"tensor_bytes"`
}

// Part is the file itself, or a file inside of it.
type Part struct {
	Member      safe.Text    `json:"member"` // levels joined by "!"; empty for the file itself
	Formats     []string     `json:"formats"`
	Promised    []string     `json:"promised"` // by its name
	Size        int64        `json:"size"`
	Tensors     []TensorInfo `json:"tensors"`
	Metadata    []PairInfo   `json:"metadata"`
	Members     []MemberInfo `json:"members"`
	Imports     []ImportInfo `json:"imports"`
	Extents     []ExtentInfo `json:"extents"`
	Unaccounted []ExtentInfo `json:"unaccounted"` // empty also when the reader of the format lists no extents
	Listing     safe.Text    `json:"listing"`     // of a pickle, when it was asked for
}

// TensorInfo is one tensor.
type TensorInfo struct {
	Name   safe.Text `json:"name"`
	DType  safe.Text `json:"dtype"`
	Shape  []int64   `json:"shape"`
	Offset int64     `json:"offset"` // in the part, -1 when its bytes are elsewhere
	Bytes  int64     `json:"bytes"`
}

// PairInfo is a piece of metadata.
type PairInfo struct {
	Key   safe.Text `json:"key"`
	Value safe.Text `json:"value"`
}

// MemberInfo is a file in an archive.
type MemberInfo struct {
	Name    safe.Text `json:"name"`
	Bytes   int64     `json:"bytes"`
	Packing safe.Text `json:"packing"`
}

// ImportInfo is an import of a pickle with the worst that is done with it.
type ImportInfo struct {
	Import  safe.Text `json:"import"`
	Use     safe.Text `json:"use"`
	Verdict string    `json:"verdict"` // safe, unknown, dangerous
	Offset  int64     `json:"offset"`
	Opcode  int32     `json:"opcode"`
}

// ExtentInfo is a range of bytes.
type ExtentInfo struct {
	Offset int64     `json:"offset"`
	Length int64     `json:"length"`
	What   safe.Text `json:"what"`
}

// Found is a match of a rule.
type Found struct {
	Rule     string         `json:"rule"`
	Severity rules.Severity `json:"severity"`
	Member   safe.Text      `json:"member"`
	Offset   int            `json:"offset"`
	Message  safe.Text      `json:"message"`
	Listing  safe.Text      `json:"listing"` // the opcodes about it
}

// Left is what was not read.
type Left struct {
	Member safe.Text `json:"member"`
	Kind   string    `json:"kind"` // of checks.Skip
	Detail safe.Text `json:"detail"`
}

// InspectOptions say how much is told.
type InspectOptions struct {
	Disassemble bool // list all opcodes of each pickle, up to a megabyte of it
}

const maxListing = 1 << 20

// Inspect reads one model file, by the same readers, rules and budgets as a scan does, but without a repository around it.
func Inspect(ctx context.Context, set *rules.Set, name string, b repo.Blob, opt InspectOptions) (*Inspection, error) {
	file := checks.FileOf(name, b)
	c, err := contentsOf.Of(file)
	if err != nil {
		return nil, err
	}
	out := &Inspection{Path: safe.Path(name), Size: b.Size(), Parts: []Part{}, Findings: []Found{}, Left: []Left{}}
	for _, p := range c.parts {
		out.add(p, opt)
	}
	for _, l := range c.left {
		out.Left = append(out.Left, Left{Member: safe.Path(l.part.member), Kind: l.kind, Detail: safe.Line(l.detail)})
	}
	registry := Registry()
	for _, slug := range slices.Sorted(maps.Keys(registry)) {
		rule := set.Rule(slug)
		if rule == nil || rule.Says != rules.Gap {
			continue
		}
		pass := &checks.Pass{Rule: rule, File: file}
		_ = registry[slug].Run(ctx, pass) // what was not read is told above
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		for _, f := range pass.Found() {
			out.Findings = append(out.Findings, found(rule, f))
		}
	}
	slices.SortStableFunc(out.Findings, func(a, b Found) int {
		return cmp.Or(cmp.Compare(rank(a.Severity), rank(b.Severity)), cmp.Compare(a.Offset, b.Offset))
	})
	out.conclude(c)
	return out, nil
}

// rank of a severity, the worst first.
func rank(s rules.Severity) int {
	return slices.Index([]rules.Severity{rules.Critical, rules.High, rules.Medium, rules.Low}, s)
}

func found(rule *rules.Rule, f *checks.Finding) Found {
	x := Found{Rule: rule.ID, Severity: cmp.Or(f.Severity, rule.Severity), Offset: f.Location.Start.Byte, Message: f.Message}
	if f.Location.Member != nil {
		x.Member = safe.Path(*f.Location.Member)
	}
	if f.Location.Snippet != nil {
		x.Listing = *f.Location.Snippet
	}
	return x
}

// conclude gives the one answer. Advice that speaks of the format and not of the file is no finding against it.
func (out *Inspection) conclude(c *contents) {
	out.Complete = len(c.left) == 0
	out.Outcome = Clean
	against := slices.ContainsFunc(out.Findings, func(f Found) bool { return f.Severity != rules.Low })
	proof := proofOf(c)
	switch {
	case against:
		out.Outcome = Findings
	case !out.Complete:
		out.Outcome = Inconclusive
	case proof != "":
		out.Outcome, out.Proof = WeightsOnly, safe.Line(proof)
	}
}

// add tells of one part.
func (out *Inspection) add(p *part, opt InspectOptions) {
	x := Part{Member: safe.Path(p.member), Size: p.size, Formats: []string{}, Promised: []string{}, Tensors: []TensorInfo{}, Metadata: []PairInfo{},
		Members: []MemberInfo{}, Imports: []ImportInfo{}, Extents: []ExtentInfo{}, Unaccounted: []ExtentInfo{}}
	for _, f := range p.sniff.Formats {
		x.Formats = append(x.Formats, string(f))
	}
	for _, f := range p.sniff.Promised {
		x.Promised = append(x.Promised, string(f))
	}
	d := describe(p)
	for _, t := range d.Tensors {
		x.Tensors = append(x.Tensors, TensorInfo{safe.Line(t.Name), safe.Line(t.DType), shapeOf(t.Shape), t.Off, t.Bytes})
		out.Tensors++
		out.Elements += elements(t.Shape)
		out.Bytes += t.Bytes
	}
	for _, m := range d.Metadata {
		x.Metadata = append(x.Metadata, PairInfo{safe.Line(m.Key), safe.Line(mask(m.Value))})
	}
	for _, m := range d.Members {
		x.Members = append(x.Members, MemberInfo{safe.Path(m.Name), m.Bytes, safe.Line(m.Packing)})
	}
	if p.verdict != nil {
		for _, deed := range p.verdict.deeds {
			i := ImportInfo{safe.Line(deed.full()), safe.Line(deed.via), deed.class.String(), deed.at.Off, deed.at.Op}
			if !slices.Contains(x.Imports, i) { // another reading of the same bytes meets the same ones
				x.Imports = append(x.Imports, i)
			}
		}
	}
	x.Extents, x.Unaccounted = account(d.Extents, p.size)
	if opt.Disassemble && p.pickle != nil {
		buf := make([]byte, min(p.size, maxListing))
		n, _ := p.r.ReadAt(buf, 0)
		x.Listing = safe.Block(mask(asm.Disassemble(buf[:n])))
	}
	out.Parts = append(out.Parts, x)
}

func shapeOf(shape []int64) []int64 {
	if shape == nil {
		return []int64{}
	}
	return shape
}

// elements multiplies a shape; 0 when it overflows.
func elements(shape []int64) int64 {
	n := int64(1)
	for _, d := range shape {
		if d < 0 || d > 0 && n > 1<<62/d {
			return 0
		}
		n *= d
	}
	return n
}

// account sorts the extents of a part and lists what lies in none. A part without extents is one whose reader lists none.
func account(extents []Extent, size int64) (all, gaps []ExtentInfo) {
	all, gaps = []ExtentInfo{}, []ExtentInfo{}
	slices.SortStableFunc(extents, func(a, b Extent) int { return cmp.Or(cmp.Compare(a.Off, b.Off), cmp.Compare(a.Len, b.Len)) })
	at := int64(0)
	for _, e := range extents {
		if e.Len <= 0 {
			continue
		}
		if e.Off > at {
			gaps = append(gaps, ExtentInfo{at, e.Off - at, ""})
		}
		all = append(all, ExtentInfo{e.Off, e.Len, safe.Line(e.What)})
		at = max(at, e.Off+e.Len)
	}
	if len(all) > 0 && at < size {
		gaps = append(gaps, ExtentInfo{at, size - at, ""})
	}
	return all, gaps
}
