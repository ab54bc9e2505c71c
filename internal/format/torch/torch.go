// Package torch finds the parts of a PyTorch file: the pickles to be read, the storages with their places, the code. It
// knows the containers that torch has written since 2016 and decides nothing; what the pickles do is for
// internal/format/pickle, and whether the storages fit the pickles for whoever joins the two.
//
//	zip          <root>/data.pkl, <root>/data/<key>, version, byteorder; constants.pkl and code/ make it TorchScript
//	legacy       five pickles (magic number, protocol, sys_info, object, storage keys), then for each key a count of
//	             eight bytes and the elements
//	tar          members sys_info, pickle, storages, tensors
//
// Source: torch/serialization.py, torch/package/package_exporter.py and caffe2/serialize/inline_container.cc of PyTorch.
package torch

import (
	"errors"
	"fmt"
	"io"

	"bakedin/internal/format/sniff"
	"bakedin/internal/format/tarx"
	"bakedin/internal/format/zipx"
)

// Limits bound what a hostile file can cost. There is no default.
type Limits struct {
	Zip  zipx.Limits
	Tar  tarx.Limits
	Ops  int   // opcodes that are stepped over in one pickle of a stack
	Text int64 // bytes of a record that is read as text: version, byteorder, extern_modules
	Keys int   // storages of a stack
}

// SyntaxError is a place where the layout is not what torch writes. What was understood is returned with it.
type SyntaxError struct {
	Off int64
	Msg string
}

func (e *SyntaxError) Error() string { return fmt.Sprintf("byte %d: %s", e.Off, e.Msg) }

// ErrNotTorch says that a file is none of the containers of torch.
var ErrNotTorch = errors.New("not a torch container")

// File is what was understood of a torch file.
type File struct {
	Format   sniff.Format // torch-zip, torchscript, torch-package, pt2, torch-legacy, torch-tar
	Pickles  []*Pickle    // in order of the file; every one is to be read
	Storages []Storage    // in order of the file
	Code     []*zipx.Entry
	Extern   []string // modules that a package takes from where it is loaded

	Root      string // of a zip: the first part of the first name
	Version   string // of a zip: the text of its record, trimmed
	ByteOrder string // "little", "big", or as it stands; empty when the file does not say
	Notes     []Note

	Zip *zipx.Archive // set for the zip forms
	Tar *tarx.Archive // set for the old tar
	End int64         // of a stack: offset behind what was understood

	r    io.ReaderAt
	size int64
	keys []string // of a stack, in order
}

// Role of a pickle.
type Role string

// The roles. Object is what torch.load builds. The others run too: first or only when something asks for them.
const (
	Object    Role = "object"    // data.pkl, the fourth of a stack, the pickle of the old tar
	Constants Role = "constants" // constants.pkl
	Header    Role = "header"    // magic number, protocol and sys_info of a stack
	Keys      Role = "keys"      // of a stack
	Debug     Role = "debug"     // *.debug_pkl
	Other     Role = "other"     // any other member whose name or head is that of a pickle
)

// Pickle is a pickle stream to be read.
type Pickle struct {
	Name  string // of the member; empty in a stack, whose pickles lie in the file itself
	Role  Role
	Off   int64 // offset in the file, or 0 when a member is not stored as it is
	Entry *zipx.Entry

	r    io.ReaderAt
	size int64
}

// Open gives the bytes of the stream and their number. A deflated member is inflated under its budget; what came out before
// an error is returned with it.
func (p *Pickle) Open() (io.ReaderAt, int64, error) {
	if p.Entry != nil {
		return p.Entry.Open()
	}
	return p.r, p.size, nil
}

// Storage is the bytes behind one persistent id.
type Storage struct {
	Key   string
	Size  int64 // bytes of content, as the directory says
	Off   int64 // offset of the content in the file, when Plain
	Plain bool  // the bytes stand in the file as they are
	Count int64 // elements, only in a stack; -1 else
	Entry *zipx.Entry
}

// Note is something that torch does not write.
type Note struct {
	Off int64
	Msg string
}

func (f *File) note(off int64, format string, args ...any) {
	f.Notes = append(f.Notes, Note{off, fmt.Sprintf(format, args...)})
}

// Parse reads the container in the first size bytes of r, whichever it is. A file that is more than one, such as a stack
// with an archive behind it, is to be read by ParseZip, ParseLegacy and ParseTar each.
func Parse(r io.ReaderAt, size int64, lim Limits) (*File, error) {
	head := make([]byte, min(size, sniff.HeadSize))
	n, _ := r.ReadAt(head, 0)
	head = head[:n]
	tail := make([]byte, min(size, sniff.TailSize))
	n, _ = r.ReadAt(tail, size-int64(len(tail)))
	s := sniff.Sniff(head, tail[:n], size, "")
	switch {
	case s.Format() != sniff.Pickle && s.Format() != sniff.TorchLegacy && s.Has(sniff.Zip):
		return ParseZip(r, size, lim)
	case s.Has(sniff.Tar):
		return ParseTar(r, size, lim)
	case s.Has(sniff.Pickle):
		return ParseLegacy(r, size, lim)
	case s.Has(sniff.TorchPreview):
		return &File{Format: sniff.TorchPreview, r: r, size: size}, fmt.Errorf("a preview format that torch no longer reads: %w", ErrNotTorch)
	case s.Has(sniff.Zip):
		return ParseZip(r, size, lim)
	}
	return &File{r: r, size: size}, ErrNotTorch
}
