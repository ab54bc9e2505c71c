package model

import (
	"errors"
	"fmt"
	"io"
	"path"

	"bakedin/checks"
	"bakedin/internal/format/peel"
	"bakedin/internal/format/pickle"
	"bakedin/internal/format/safetensors"
	"bakedin/internal/format/sevenz"
	"bakedin/internal/format/sniff"
	"bakedin/internal/format/tarx"
	"bakedin/internal/format/torch"
	"bakedin/internal/format/wire"
	"bakedin/internal/format/zipx"
	"bakedin/rules"
)

// reader looks at a part of a file as one format and tells what it sees through the reading: matches of rules, what it could
// not read, and the files inside. It keeps nothing and decides no outcome.
type reader func(r *reading)

// readerOf is the table of the formats that are read. A format joins the family by a line here, its rules by a line each in
// Registry ("gguf-header": told). A format without a line is inconclusive and never silently clean.
func readerOf(f sniff.Format) reader {
	switch f {
	case sniff.Pickle:
		return func(r *reading) { r.c.readPickle(r.part) }
	case sniff.TorchLegacy:
		return readStack
	case sniff.Zip:
		return func(r *reading) { r.c.readZip(r.part) }
	case sniff.Safetensors:
		return readSafetensors
	case sniff.SevenZip:
		return readSevenZip
	case sniff.Tar:
		return readTar
	}
	if f.Class() == sniff.Wrapper {
		return readWrapper
	}
	return dataReader(f)
}

// reading is a part in the hands of a reader. The bytes are part.r, of part.size; they may be those of a whole file, of a
// member of an archive, or what came out of a wrapper.
type reading struct {
	*part
	c      *contents
	format sniff.Format
}

// mark is a match of a rule that a reader saw. The detector of the rule, told, makes a finding of it.
type mark struct {
	rule     string
	part     *part
	off, end int64  // bytes of the part
	anchor   string // semantic key of the fingerprint: what is wrong, not where
	msg      string
	severity rules.Severity // empty: the rule's own
	why      string         // it is another than the rule's

	// settle, when set, looks at the repository before the match is reported: it may change the finding, and tells whether
	// it is one. Readers know bytes only; that a file lies beside the model is known here.
	settle func(*checks.Repo, *checks.Finding) bool
}

// weigh gives the match another severity than the rule's.
func (m *mark) weigh(s rules.Severity, why string) *mark {
	m.severity, m.why = s, why
	return m
}

// found tells of a match of a rule at n bytes from off. The anchor is its semantic key.
func (r *reading) found(rule string, off, n int64, anchor, format string, args ...any) *mark {
	m := &mark{rule: rule, part: r.part, off: off, end: off + n, anchor: anchor, msg: fmt.Sprintf(format, args...)}
	if r.member != "" {
		m.msg = r.member + ": " + m.msg
	}
	if r.c.marked == nil {
		r.c.marked = map[string]int{}
	}
	if r.c.marked[rule]++; r.c.marked[rule] <= maxFindings {
		r.c.marks = append(r.c.marks, m)
	}
	return m
}

// left tells that something was not read, by a kind of checks.Skip: limit, parse, unsupported, encrypted, unreadable.
func (r *reading) left(kind, format string, args ...any) { r.c.leave(r.part, kind, format, args...) }

// fault tells of the error of a format package, if there is one, and whether there was.
func (r *reading) fault(err error) bool {
	if err == nil {
		return false
	}
	r.left(kindOf(err), "%s: %v", r.format, err)
	return true
}

// open reads a file inside this one by the same table, one level deeper. Its bytes cost nothing until they are read.
func (r *reading) open(member string, src io.ReaderAt, size int64) {
	r.c.open(&part{member: join(r.member, member), name: path.Base(member), r: src, size: size, depth: r.depth + 1, parent: r.part})
}

// archive reads the part as a zip and opens its members, once; nil when it is none. It is for formats that are a zip with
// members of certain names.
func (r *reading) archive() *zipx.Archive {
	r.c.readZip(r.part)
	return r.zip
}

// onlyWeights tells that the format can hold nothing but tensors, and that all of it was looked at: the proof in one
// sentence. What else is found in the file takes it back.
func (r *reading) onlyWeights(proof string) { r.proof = proof }

// told is the detector of every rule whose matches the readers see.
func told(p *checks.Pass, c *contents) {
	for _, m := range c.marks {
		if m.rule != p.Rule.ID {
			continue
		}
		f := p.In(m.part.member, m.off, m.end, -1, m.msg)
		f.Anchor = m.anchor
		if m.severity != "" {
			severity(f, m.severity, m.why)
		}
		if m.settle != nil && !m.settle(p.Repo, f) {
			p.Drop(f)
		}
	}
}

// kindOf sorts the errors of the format packages into kinds of checks.Skip.
func kindOf(err error) string {
	var limits = []any{new(*peel.LimitError), new(*zipx.LimitError), new(*tarx.LimitError), new(*pickle.LimitError),
		new(*safetensors.LimitError), new(*sevenz.LimitError), new(*wire.LimitError)}
	for _, l := range append(limits, dataLimitErrors()...) {
		if errors.As(err, l) {
			return "limit"
		}
	}
	for _, e := range []error{zipx.ErrMethod, peel.ErrFormat, torch.ErrNotTorch, sevenz.ErrMethod} {
		if errors.Is(err, e) {
			return "unsupported"
		}
	}
	if errors.Is(err, sevenz.ErrEncrypted) {
		return "encrypted"
	}
	return "parse"
}
