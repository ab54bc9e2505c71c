package convert

import (
	"bytes"
	"errors"
	"io"
	"strings"

	"bakedin/internal/format/peel"
	"bakedin/internal/format/pickle"
	"bakedin/internal/format/sniff"
	"bakedin/internal/format/tarx"
	"bakedin/internal/format/torch"
	"bakedin/internal/format/zipx"
)

// Limits bound what a hostile file can cost. DefaultLimits are generous for every checkpoint that was seen.
type Limits struct {
	Pickle pickle.Limits
	Torch  torch.Limits
	Depth  int   // of nested objects
	Walk   int   // objects that are walked, shared ones each time
	Text   int64 // bytes of text in names and in the sidecar, shared ones each time
}

// DefaultLimits is what the command uses.
func DefaultLimits() Limits {
	member := peel.Limits{Bytes: 512 << 20, Ratio: 100, Floor: 16 << 20, Window: 16 << 20, Keep: 16 << 20, Work: 1 << 30}
	return Limits{
		Pickle: pickle.Limits{Bytes: 512 << 20, Ops: 50_000_000, Memory: 512 << 20, Streams: 1, Keep: -1},
		Torch: torch.Limits{
			Zip: zipx.Limits{Entries: 100_000, Directory: 64 << 20, Name: 4 << 10, Member: member},
			Tar: tarx.Limits{Entries: 100, Record: 1 << 16},
			Ops: 50_000_000, Text: 1 << 10, Keys: 1_000_000,
		},
		Depth: 1000,
		Walk:  4_000_000,
		Text:  256 << 20,
	}
}

// checkpoint is a container of torch whose layout has been held to what torch.save writes.
type checkpoint struct {
	kind   string // "torch zip", "torch legacy"
	big    bool   // big-endian
	entry  string // member that the object lies in; empty in a stack
	base   int64  // offset of the object pickle in the file, for positions in a stack
	pickle *pickle.File
	stream *pickle.Stream
	torch  *torch.File
	extra  []LeftBehind // members that are no part of the format
	r      io.ReaderAt
	size   int64
}

// openCheckpoint reads the container, and the object pickle symbolically.
func openCheckpoint(r io.ReaderAt, size int64, name string, lim Limits) (*checkpoint, error) {
	refusal := &Refusal{File: name}
	f, err := torch.Parse(r, size, lim.Torch)
	c := &checkpoint{torch: f, r: r, size: size}
	switch {
	case errors.Is(err, torch.ErrNotTorch):
		return nil, notCheckpoint(r, size, name)
	case f.Format == sniff.TorchTar || f.Format == sniff.Tar:
		refusal.add(ErrOldTar, "", 0, "written by torch before 0.1.10, as a tar archive")
	case f.Format == sniff.TorchScript:
		refusal.add(ErrTorchScript, "", 0, "a TorchScript archive: it contains code, not only tensors")
	case f.Format == sniff.TorchPackage:
		refusal.add(ErrTorchScript, "", 0, "a torch.package: it contains code, not only tensors")
	case f.Format == sniff.TorchExport:
		refusal.add(ErrTorchScript, "", 0, "an exported program (.pt2): it contains a program, not only tensors")
	case f.Format == sniff.TorchZip:
		c.kind = "torch zip"
		c.checkZip(refusal, err)
	case f.Format == sniff.TorchLegacy || f.Format == sniff.Pickle:
		if f.Format == sniff.Pickle || len(f.Pickles) < 5 {
			return nil, notCheckpoint(r, size, name)
		}
		c.kind = "torch legacy"
		c.checkStack(refusal, err, lim)
	default:
		return nil, notCheckpoint(r, size, name)
	}
	if err := refusal.err(); err != nil {
		return nil, err
	}
	return c, c.read(refusal, lim)
}

// zipCodes are the codes of what is odd about an archive. Readers of archives differ; torch's own is lenient where a copy of
// the bytes must not be.
var zipCodes = map[zipx.Kind]Code{
	zipx.Duplicate: ErrDuplicateEntry, zipx.CaseAlias: ErrDuplicateEntry, zipx.Checksum: ErrChecksum,
	zipx.Bomb: ErrCompressed, zipx.Unreadable: ErrCompressed,
}

func (c *checkpoint) checkZip(refusal *Refusal, err error) {
	if err != nil {
		refusal.add(ErrZipMismatch, "", -1, "%v", err)
	}
	f := c.torch
	for _, a := range f.Zip.Anomalies {
		code, ok := zipCodes[a.Kind]
		if !ok {
			code = ErrZipMismatch
		}
		entry := ""
		if a.Entry != nil {
			entry = quoted(a.Entry.Name)
		}
		refusal.add(code, entry, a.Off, "%s", a.Msg)
	}
	if len(refusal.Problems) == 0 {
		for _, g := range f.Zip.Gaps {
			refusal.add(ErrZipMismatch, "", g.Off, "%d bytes belong to no member", g.Len)
		}
	}
	for _, n := range f.Notes {
		refusal.add(ErrLayout, "", n.Off, "%s", n.Msg)
	}
	switch f.ByteOrder {
	case "", "little":
	case "big":
		c.big = true
	default:
		refusal.add(ErrLayout, "byteorder", -1, "neither little nor big: %q", f.ByteOrder)
	}
	objects := 0
	for _, p := range f.Pickles {
		if p.Role == torch.Object {
			objects++
			c.entry = p.Name
		}
	}
	if objects != 1 {
		refusal.add(ErrLayout, "", -1, "%d members can be data.pkl, one must be", objects)
	}
	c.strangers()
}

// strangers lists members that torch.save does not write: they are left behind, and told.
func (c *checkpoint) strangers() {
	for _, e := range c.torch.Zip.Entries {
		_, rest, _ := strings.Cut(strings.ToLower(e.Name), "/")
		switch {
		case e.IsDir() || rest == "data.pkl" || rest == "version" || rest == "byteorder" || strings.HasPrefix(rest, ".data/") ||
			rest == ".format_version" || rest == ".storage_alignment":
			continue
		case strings.HasPrefix(rest, "data/"):
			continue // a storage, or missing as one
		}
		size := int64(0)
		if e.Central != nil {
			size = e.Central.Size
		}
		c.extra = append(c.extra, LeftBehind{Name: e.Name, Bytes: size, Why: "a member that is no part of a checkpoint"})
	}
}

// checkStack holds the head of a legacy file to plain numbers, and needs its byte order.
func (c *checkpoint) checkStack(refusal *Refusal, err error, lim Limits) {
	f := c.torch
	if err != nil {
		refusal.add(ErrLayout, "", -1, "%v", err)
		return
	}
	for _, n := range f.Notes {
		refusal.add(ErrNotCheckpoint, "", n.Off, "%s", n.Msg)
	}
	r, size, _ := f.Pickles[1].Open()
	one, err := pickle.ParseOne(r, 0, size, lim.Pickle)
	if n, ok := one.Streams[0].Result.Int(); err != nil || !ok || n != 1001 {
		refusal.add(ErrNotCheckpoint, "", f.Pickles[1].Off, "the protocol of the stack is not 1001")
	}
	switch f.ByteOrder {
	case "little":
	case "big":
		c.big = true
	default:
		refusal.add(ErrLayout, "", f.Pickles[2].Off, "sys_info does not say the byte order")
	}
}

// read runs the symbolic machine over the object.
func (c *checkpoint) read(refusal *Refusal, lim Limits) error {
	var object *torch.Pickle
	for _, p := range c.torch.Pickles {
		if p.Role == torch.Object {
			object = p
		}
	}
	if object.Entry == nil {
		c.base = object.Off
	}
	r, size, err := object.Open()
	if err != nil {
		refusal.add(ErrCompressed, c.entry, -1, "%v", err)
		return refusal
	}
	if object.Entry != nil {
		if ok, err := object.Entry.Sum(r, size); err != nil || !ok {
			refusal.add(ErrChecksum, c.entry, object.Off, "its bytes do not have the checksum that the directory gives")
			return refusal
		}
	}
	return c.parse(refusal, r, size, lim)
}

// parse runs the machine over the size bytes of r, which are the pickle and nothing else.
func (c *checkpoint) parse(refusal *Refusal, r io.ReaderAt, size int64, lim Limits) (err error) {
	if size <= heldPickle {
		b := make([]byte, size)
		if _, err := r.ReadAt(b, 0); err != nil && err != io.EOF {
			return err
		}
		r = bytes.NewReader(b)
	}
	c.pickle, err = pickle.ParseOne(r, 0, size, lim.Pickle)
	c.stream = c.pickle.Streams[0]
	if err != nil {
		refusal.refusePickle(c.entry, c.base, err)
		return refusal
	}
	if c.stream.End != size {
		refusal.add(ErrLayout, c.entry, c.base+c.stream.End, "%d bytes behind the end of the pickle", size-c.stream.End)
	}
	if c.stream.Lost {
		refusal.add(ErrLimit, c.entry, c.base+c.stream.End, "the limit of memory for a pickle was reached")
	}
	if c.stream.Depth > lim.Depth {
		refusal.add(ErrLimit, c.entry, -1, "objects are nested %d deep, the limit is %d", c.stream.Depth, lim.Depth)
	}
	c.checkOpcodes(refusal, r, size, lim)
	return refusal.err()
}

// heldPickle is the largest pickle that is held in memory while it is read; larger ones are read through a window.
const heldPickle = 4 << 20

// unused are the opcodes that no torch has written. INST and OBJ call, EXT names what the file does not, PERSID is text.
var unused = map[string]bool{"INST": true, "OBJ": true, "EXT1": true, "EXT2": true, "EXT4": true, "PERSID": true,
	"NEXT_BUFFER": true, "READONLY_BUFFER": true}

// checkOpcodes refuses opcodes that torch does not use, and every form that no writer of pickles produces.
func (c *checkpoint) checkOpcodes(refusal *Refusal, r io.ReaderAt, size int64, lim Limits) {
	pickle.Walk(r, 0, size, lim.Pickle, func(in pickle.Instruction) bool {
		if name := in.At.Code.String(); unused[name] {
			refusal.add(ErrOpcode, c.entry, c.base+in.At.Off, "opcode %s, which torch does not use", name)
		}
		return true
	})
	for _, a := range c.stream.Anomalies {
		switch a.Kind {
		case pickle.OddDunder, pickle.OddComputedName, pickle.OddPersistent, pickle.OddBuffer:
			continue // what is imported, called and put on objects is judged by the level
		}
		refusal.add(ErrOpcode, c.entry, c.base+a.At.Off, "%s", a.Detail)
	}
}

// notCheckpoint says what a file is instead, and what can be done with it.
func notCheckpoint(r io.ReaderAt, size int64, name string) error {
	head := make([]byte, min(size, sniff.HeadSize))
	n, err := r.ReadAt(head, 0)
	if err != nil && err != io.EOF {
		return err
	}
	head = head[:n]
	tail := make([]byte, min(size, sniff.TailSize))
	n, _ = r.ReadAt(tail, size-int64(len(tail)))
	s := sniff.Sniff(head, tail[:n], size, name)
	refusal := &Refusal{File: name}
	what, do := "", ""
	switch f := s.Format(); {
	case size == 0:
		what = "an empty file"
	case f == sniff.Safetensors:
		what, do = "safetensors already", "there is nothing to do"
	case f == sniff.LFSPointer:
		what, do = "a pointer of git-lfs", "git lfs pull brings the file"
	case s.Has(sniff.Pickle) && (strings.HasSuffix(name, ".joblib") || bytes.Contains(head, []byte("joblib")) || bytes.Contains(head, []byte("sklearn"))):
		what, do = "a pickle of joblib or scikit-learn, whose objects are more than tensors", sklearnAdvice
	case s.Has(sniff.Pickle):
		what, do = "a plain pickle, not a checkpoint of torch", "save its tensors with safetensors, or its numbers as JSON, where the file is trusted"
	case f == sniff.HDF5 || f == sniff.Keras:
		what, do = "a Keras or HDF5 file", kerasAdvice
	case f != "":
		what = "a file of format " + string(f) + ", not a checkpoint of torch"
	default:
		what = "not a checkpoint of torch"
	}
	refusal.add(ErrNotCheckpoint, "", 0, "%s", what)
	refusal.Problems[0].Next = do
	return refusal
}

// There is no drop-in for these, and none is pretended.
const (
	sklearnAdvice = "no conversion is exact and loadable: keep the file and pin it by its digest after a review of its imports, " +
		"or train again, or export to ONNX in an isolated environment"
	kerasAdvice = "a Lambda layer holds bytecode, and to remove it changes the model: rebuild the architecture from source code, " +
		"replace the Lambda by a registered layer, and load the weights alone (load_weights) with safe_mode=True"
)
