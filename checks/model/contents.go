package model

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"path"
	"regexp"
	"strings"

	"bakedin/checks"
	"bakedin/internal/format/pickle"
	"bakedin/internal/format/sniff"
	"bakedin/internal/format/torch"
	"bakedin/internal/format/zipx"
)

// contents is a model file and everything in it.
type contents struct {
	parts  []*part
	left   []left
	out    int64 // bytes that came out of wrappers and packed members
	marks  []*mark
	marked map[string]int // matches of a rule, also those that are not kept
}

// part is a file, or a member of one, and what its readers made of it.
type part struct {
	member string // "archive/data.pkl", levels joined by "!"; empty for the file itself
	name   string // what its name is judged by
	size   int64
	r      io.ReaderAt
	sniff  sniff.Result
	torch  bool // a member of, or itself, what torch.save writes: persistent ids mean storages
	script bool // a member of a TorchScript archive: its loader knows no Python
	depth  int
	at     int64      // where an array behind another begins in the file
	inside [][2]int64 // where the members of a tar or 7z archive lie in it as they are

	pickle   *pickle.File
	verdict  *verdict // of the pickle
	zip      *zipx.Archive
	layout   *torch.File
	joined   bool // the storages of the layout are those that its pickles declare
	parent   *part
	proof    string             // that it holds tensors only
	cut      bool               // its bytes end where a limit of ours was reached, not where it ends
	describe func(*Description) // set by its reader
}

// left is a part that could not be read, or not to its end.
type left struct {
	part   *part
	kind   string // of checks.Skip
	detail string
	guess  bool // nothing but its name says that it is a model
}

// contentsOf opens a file once for all the rules.
var contentsOf = checks.NewFact(func(f *checks.File) (*contents, error) {
	b, err := f.Blob()
	if err != nil {
		return nil, err
	}
	c := &contents{}
	c.open(&part{name: path.Base(f.Path), size: b.Size(), r: b})
	c.judge()
	return c, nil
})

// judge holds what was read against the policy.
func (c *contents) judge() {
	for _, p := range c.parts {
		if p.pickle != nil {
			p.verdict = c.judgePickle(p)
		}
	}
	c.programs()
}

// skip is what could not be read, in one word for the run and one sentence for a person.
func (c *contents) skip(r *checks.Repo) *checks.Skip {
	for _, l := range c.left {
		if l.guess && (l.part.parent == nil && rawBeside(r, l.part) || l.part.parent != nil && !c.holdsModel() && !c.parts[0].promisesModel()) {
			continue
		}
		detail := l.detail
		if l.part.member != "" {
			detail = l.part.member + ": " + detail
		}
		if n := len(c.left); n > 1 {
			detail += fmt.Sprintf("; and %d more", n-1)
		}
		return &checks.Skip{Kind: l.kind, Detail: detail}
	}
	return nil
}

// rawBeside tells whether a .bin is the raw tensor bytes of a model that lies beside it, and no model itself.
func rawBeside(r *checks.Repo, p *part) bool {
	if r == nil {
		return false
	}
	for _, a := range r.Assets {
		switch sniff.Format(a.Format) {
		case sniff.ONNX, sniff.OpenVINO, sniff.GGUF, sniff.TFLite, sniff.SavedModel, sniff.CoreML:
			if path.Base(a.Path) != p.name {
				return true
			}
		}
	}
	return false
}

func (c *contents) leave(p *part, kind, format string, args ...any) {
	c.left = append(c.left, left{part: p, kind: kind, detail: fmt.Sprintf(format, args...)})
}

// open sniffs a part and runs every reader that its bytes or its name ask for.
func (c *contents) open(p *part) {
	if len(c.parts) >= maxParts {
		c.leave(p, "limit", "more than %d files in each other", maxParts)
		return
	}
	c.parts = append(c.parts, p)
	if p.depth > maxDepth {
		c.leave(p, "limit", "archives more than %d deep; depth", maxDepth)
		return
	}
	head, tail, err := ends(p.r, p.size)
	if err != nil {
		c.leave(p, "unreadable", "%v", err)
		return
	}
	p.sniff = sniff.Sniff(head, tail, p.size, p.name)
	if l := p.sniff.LFS; l != nil && p.toldModel() {
		c.leave(p, "object-missing", "a git-lfs pointer in place of a model: object %.12s of %d bytes; git lfs pull fetches it", l.OID, l.Size)
	}
	for _, f := range containersFirst(p.sniff.Formats, head) {
		c.read(p, f)
	}
	c.promised(p)
	c.packedConfig(p)
}

// containersFirst puts a zip that only the end of the file speaks of behind the container that its start speaks of: it may be
// that of a member.
func containersFirst(formats []sniff.Format, head []byte) []sniff.Format {
	if len(formats) < 2 || bytes.HasPrefix(head, []byte("PK")) {
		return formats
	}
	var first, zips []sniff.Format
	for _, f := range formats {
		if f == sniff.Zip || isZipKind(f) {
			zips = append(zips, f)
		} else {
			first = append(first, f)
		}
	}
	return append(first, zips...)
}

func ends(r io.ReaderAt, size int64) (head, tail []byte, err error) {
	head = make([]byte, min(size, sniff.HeadSize))
	if n, err := r.ReadAt(head, 0); n < len(head) {
		return nil, nil, err
	}
	if size > sniff.HeadSize {
		tail = make([]byte, min(size, sniff.TailSize))
		if n, err := r.ReadAt(tail, size-int64(len(tail))); n < len(tail) {
			return nil, nil, err
		}
	}
	return head, tail, nil
}

// read runs the reader of one format.
func (c *contents) read(p *part, f sniff.Format) {
	if read := readerOf(f); read != nil {
		read(&reading{part: p, c: c, format: f})
	} else if unread(p, f) {
		c.leave(p, "unsupported", "%s is not read by this build", f)
	}
}

// promised looks at what the name says when the bytes said nothing of the kind: protocol 0 has no magic number.
func (c *contents) promised(p *part) {
	if p.pickle != nil || p.sniff.LFS != nil || len(p.sniff.Formats) > 0 {
		return
	}
	for _, f := range p.sniff.Promised {
		if f == sniff.Pickle || f == sniff.Torch || f == sniff.NPY { // numpy falls back to a pickle
			c.readPickle(p)
			if p.pickle == nil && !(p.sniff.Text && strings.HasSuffix(p.name, ".p")) { // .p is a name of programs and of slides too
				c.left = append(c.left, left{part: p, kind: "parse", guess: strings.HasSuffix(p.name, ".bin"),
					detail: fmt.Sprintf("byte 0: neither a pickle nor any other format that its name, %s, promises", f)})
			}
			return
		}
		switch {
		case f == sniff.SavedModel || f == sniff.ONNX: // messages of protobuf, whose fields may be left out and stand in any order
			c.read(p, f)
			return
		case f == sniff.Safetensors && p.size > 8 && !p.sniff.Text: // the rule of its header says what is wrong
			c.read(p, f)
			return
		case f.Class() == sniff.Model && unread(p, f) && readerOf(f) == nil: // a format whose bytes say nothing
			c.read(p, f)
			return
		case f.Class() == sniff.Model:
			c.leave(p, "parse", "byte 0: not the %s that its name promises", f)
			return
		}
	}
}

// readPickle runs the pickle machine. Bytes that only look like a pickle and break before they name anything are none.
func (c *contents) readPickle(p *part) {
	if p.pickle != nil {
		return
	}
	f, err := pickle.Parse(p.r, p.size, pickleLimits)
	told := p.sniff.Promises(sniff.Pickle) || p.sniff.Promises(sniff.Torch) || p.torch || isPickleMember(p.name)
	if err != nil && !told && !hasFacts(f) {
		return
	}
	if err != nil && (!hasFacts(f) && f.Streams[0].Ops == 0 && p.size > 0 || (p.sniff.Text || isBlob(p)) && !namesImport(f)) {
		return
	}
	p.pickle = f
	c.behind(p, f)
	var limit *pickle.LimitError
	var syntax *pickle.SyntaxError
	switch {
	case errors.As(err, &limit):
		c.leave(p, "limit", "%v", err)
	case errors.As(err, &syntax) && syntax.Truncated && p.cut: // told by the limit
	case errors.As(err, &syntax) && syntax.Truncated:
		c.leave(p, "parse", "truncated: %v", err)
	case err != nil:
		c.leave(p, "parse", "%v", err)
	}
}

// behind opens what stands behind a pickle and is a file of its own: a compressed one, an archive. Behind the stack of torch
// stand tensors.
func (c *contents) behind(p *part, f *pickle.File) {
	const most = 16
	if p.sniff.Has(sniff.TorchLegacy) || p.torch {
		return
	}
	r := &reading{part: p, c: c, format: sniff.Pickle}
	for _, g := range f.Trailing[:min(most, len(f.Trailing))] {
		if !g.Zero {
			r.carried("trailing", g.Off, g.Len)
		}
	}
}

func hasFacts(f *pickle.File) bool {
	for _, s := range f.Streams {
		if len(s.Imports) > 0 || len(s.Uses) > 0 || len(s.Extensions) > 0 {
			return true
		}
	}
	return false
}

// isBlob tells a .bin, a name of many things, that does not begin as pickles of torch do.
func isBlob(p *part) bool {
	var first [1]byte
	n, _ := p.r.ReadAt(first[:], 0)
	return strings.HasSuffix(p.name, ".bin") && n == 1 && first[0] != 0x80
}

// identifier is a module or name that Python can have.
var identifier = regexp.MustCompile(`^[\pL_][\pL\pN_.]*$`)

// namesImport tells whether a stream imports something that can exist: in prose, letters are opcodes and words are names.
func namesImport(f *pickle.File) bool {
	for _, s := range f.Streams {
		for i := range s.Imports {
			if imp := s.Imports[i]; identifier.MatchString(imp.Module) && identifier.MatchString(imp.Name) {
				return true
			}
		}
	}
	return false
}

func isPickleMember(name string) bool {
	return strings.HasSuffix(name, ".pkl") || strings.HasSuffix(name, ".pickle")
}

func join(member, name string) string {
	if member == "" {
		return name
	}
	return member + "!" + name
}

// unread tells formats of models and archives that no reader of this family takes: they are never silently clean. The kinds
// of zip that only their members tell apart are read by the reader of zip.
func unread(p *part, f sniff.Format) bool {
	switch f {
	case sniff.Torch, sniff.TorchZip, sniff.TorchScript, sniff.TorchPackage, sniff.TorchExport, sniff.NPZ, sniff.MAR, sniff.TorchTar:
		return false
	case sniff.Skops:
		return !p.sniff.Has(sniff.Zip)
	}
	return f.Class() == sniff.Model || f.Class() == sniff.Archive
}
