// Package convert turns a checkpoint of PyTorch into safetensors without running it: the pickle is read symbolically by
// internal/format/pickle, and the bytes of tensors are copied. It imports, calls and executes nothing of a file; there is no
// function here that an opcode could reach.
//
// What it promises: every tensor written has the bytes, in logical element order, that the loader would have built, or the
// file is refused. No element type is changed. Everything that is no tensor goes to a JSON file beside the output, or is
// listed there as left behind. A complete and verified file appears under its name, or none at all. Memory does not grow
// with the size of the tensors.
//
// What it does not know: whether the weights can be trusted, and what the architecture is.
package convert

import "io"

// Options of a conversion.
type Options struct {
	Level       Level
	Name        string // of the source, in messages and the sidecar
	Root        string // the key whose tensors are written; empty: by the convention
	Keep        Keep
	AllowGrowth bool // the output may be much larger than the input
	Tool        string
	Limits      Limits
}

// Keep says what becomes of two names for one tensor.
type Keep string

// The ways. Auto writes all of them as long as the copies are at most a twentieth of the output, else Alias.
const (
	Auto  Keep = ""
	Alias Keep = "alias" // written once, the other names stand in the metadata
	All   Keep = "all"   // written under every name
)

// Plan is a conversion that is ready: pure data, and the reader of the source.
type Plan struct {
	Source   Source       `json:"source"`
	Level    Level        `json:"level"`
	Root     string       `json:"root"` // the key that was taken, empty for all
	Tensors  []Entry      `json:"tensors"`
	Ties     []Tie        `json:"ties"`
	Unshared [][]string   `json:"unshared"` // names that were views of one storage, and are now copies
	Left     []LeftBehind `json:"left_behind"`
	Dropped  []Dropped    `json:"dropped"`
	Size     int64        `json:"size"` // of the output
	Sidecar  []byte       `json:"-"`    // JSON; nil when there is nothing to say
	header   []byte       // of the output, with its length
	r        io.ReaderAt  // the source
	sums     []*storage   // to be read for their checksum alone
}

// Source is what was converted.
type Source struct {
	Name      string `json:"name"`
	Size      int64  `json:"size"`
	Container string `json:"container"`
	Tool      string `json:"-"`
}

// Entry is a tensor of the output.
type Entry struct {
	Name    string  `json:"name"`
	DType   string  `json:"dtype"`
	Shape   []int64 `json:"shape"`
	Bytes   int64   `json:"bytes"`
	Storage string  `json:"storage"` // key in the source
	Way     string  `json:"way"`     // whole, slice, strided

	begin int64 // in the buffer of the output
	t     *tensor
	big   bool
}

// Tie is a second name of a tensor.
type Tie struct {
	Name string `json:"name"`
	Kept string `json:"kept"` // equal to Name's own copy when all are kept
}

// LeftBehind is something that is not written.
type LeftBehind struct {
	Name  string `json:"name"`
	Bytes int64  `json:"bytes"`
	Why   string `json:"why"`
}

// PlanTorch plans the conversion of a checkpoint, in the first size bytes of r. It reads the head of the file and the object
// pickle, and no tensor. A *Refusal says why there is no plan.
func PlanTorch(r io.ReaderAt, size int64, opt Options) (*Plan, error) {
	if opt.Limits.Walk == 0 {
		opt.Limits = DefaultLimits()
	}
	if opt.Level == "" {
		opt.Level = Strict
	}
	c, err := openCheckpoint(r, size, opt.Name, opt.Limits)
	if err != nil {
		return nil, err
	}
	refusal := &Refusal{File: opt.Name}
	w := newWalker(c, opt, refusal)
	code := w.judge()
	if opt.Level == Strict && len(code) > 0 {
		w.refuseCode(code)
		return nil, refusal
	}
	w.declare()
	object := w.value(c.stream.Result, nil)
	if err := refusal.err(); err != nil {
		return nil, err
	}
	w.place()
	if len(w.items) == 0 && len(refusal.Problems) == 0 {
		w.nothing()
	}
	if err := refusal.err(); err != nil {
		return nil, err
	}
	for i := range code {
		code[i].Walked = w.walked[code[i].of]
	}
	p := &Plan{
		Source: Source{Name: opt.Name, Size: size, Container: c.kind, Tool: opt.Tool}, Level: opt.Level,
		Dropped: code, Left: append(w.left, c.extra...), r: r,
	}
	if err := p.lay(w); err != nil {
		return nil, err
	}
	if err := refusal.err(); err != nil {
		return nil, err
	}
	return p, p.writeSidecar(object, w)
}
