package sniff

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
)

// Ops steps over the opcodes of one pickle stream without understanding them: enough to tell a pickle from prose and to
// find where a stream ends. Frames are ignored, as a reader of one whole buffer does. What opcodes mean is known by
// internal/format/pickle.
type Ops struct {
	r    io.ReaderAt // nil: the window is everything
	size int64
	win  []byte
	base int64 // offset of win[0]
	off  int64
}

// Op is one opcode with the operand bytes that follow it: a line without its line feed, or a string or number with its
// count removed. Of a long operand only the first bytes are kept; N is its whole length.
type Op struct {
	Off  int64
	Code byte
	Arg  []byte // valid until the next step
	N    int64
}

// Errors of a step.
var (
	errOpcode    = errors.New("not an opcode")
	errTruncated = errors.New("the stream ends inside an opcode")
)

const (
	opWindow = 32 << 10
	opArg    = 256 // bytes of an operand that are kept
)

// NewOps starts at off of a file of that size.
func NewOps(r io.ReaderAt, off, size int64) *Ops {
	return &Ops{r: r, off: off, size: size, base: off}
}

// Off is the offset of the next opcode.
func (o *Ops) Off() int64 { return o.off }

// peek returns up to n bytes at off, fewer at the end of the file.
func (o *Ops) peek(off int64, n int) []byte {
	if off < o.base || off+int64(n) > o.base+int64(len(o.win)) {
		if o.r != nil {
			if cap(o.win) == 0 {
				o.win = make([]byte, 0, opWindow)
			}
			m, _ := o.r.ReadAt(o.win[:min(int64(opWindow), max(0, o.size-off))], off)
			o.base, o.win = off, o.win[:m]
		}
	}
	if off < o.base || off >= o.base+int64(len(o.win)) {
		return nil
	}
	b := o.win[off-o.base:]
	return b[:min(len(b), n)]
}

// Next steps over one opcode. At the end of the file it returns io.EOF when nothing is left.
func (o *Ops) Next() (Op, error) {
	b := o.peek(o.off, 9)
	if len(b) == 0 {
		return Op{Off: o.off}, io.EOF
	}
	op := Op{Off: o.off, Code: b[0]}
	kind := operands[b[0]]
	switch {
	case kind == 0:
		return op, errOpcode
	case kind == none:
		o.off++
		return op, nil
	case kind == line || kind == twoLines:
		return o.lines(op, kind)
	case kind <= fixed8:
		n := fixedSize[kind]
		if len(b) < 1+n {
			return op, errTruncated
		}
		op.Arg, op.N = b[1:1+n], int64(n)
		o.off += int64(1 + n)
		return op, nil
	}
	n := countSize[kind]
	if len(b) < 1+n {
		return op, errTruncated
	}
	var count uint64
	switch n {
	case 1:
		count = uint64(b[1])
	case 4:
		count = uint64(binary.LittleEndian.Uint32(b[1:]))
	case 8:
		count = binary.LittleEndian.Uint64(b[1:])
	}
	start := o.off + int64(1+n)
	if kind == signedCount4 && count > 1<<31-1 || count > uint64(max(0, o.size-start)) {
		return op, errTruncated
	}
	op.N = int64(count)
	op.Arg = o.peek(start, int(min(op.N, opArg)))
	o.off = start + op.N
	return op, nil
}

// lines steps over an operand of one or two lines. GLOBAL and INST keep both, joined by the line feed.
func (o *Ops) lines(op Op, kind operand) (Op, error) {
	want := 1
	if kind == twoLines {
		want = 2
	}
	at := o.off + 1
	for want > 0 {
		b := o.peek(at, opWindow)
		if len(b) == 0 {
			return op, errTruncated
		}
		i := bytes.IndexByte(b, '\n')
		if i < 0 {
			at += int64(len(b))
			continue
		}
		at += int64(i + 1)
		want--
	}
	op.N = at - o.off - 2
	op.Arg = o.peek(o.off+1, int(min(op.N, opArg)))
	o.off = at
	return op, nil
}

// SkipPickle returns the offset behind the STOP of the stream that begins at off, or an error of the place where it cannot
// be followed. Budget is the most opcodes to step over.
func SkipPickle(r io.ReaderAt, off, size int64, budget int) (end int64, err error) {
	o := NewOps(r, off, size)
	for range budget {
		op, err := o.Next()
		if err == io.EOF {
			err = errTruncated
		}
		if err != nil {
			return o.off, err
		}
		if op.Code == '.' {
			return o.off, nil
		}
	}
	return o.off, errors.New("more opcodes than the limit")
}

type operand uint8

const (
	none operand = iota + 1
	line
	twoLines
	fixed1
	fixed2
	fixed4
	fixed8
	count1
	count4
	signedCount4
	count8
)

var (
	fixedSize = [...]int{fixed1: 1, fixed2: 2, fixed4: 4, fixed8: 8}
	countSize = [...]int{count1: 1, count4: 4, signedCount4: 4, count8: 8}
)

// operands of the 68 opcodes of protocols 0 to 5. Source: Lib/pickletools.py of CPython.
var operands = [256]operand{
	'I': line, 'L': line, 'S': line, 'V': line, 'F': line, 'g': line, 'p': line, 'P': line, 'c': twoLines, 'i': twoLines,
	'K': fixed1, 'h': fixed1, 'q': fixed1, 0x80: fixed1, 0x82: fixed1, 'M': fixed2, 0x83: fixed2,
	'J': fixed4, 'j': fixed4, 'r': fixed4, 0x84: fixed4, 'G': fixed8, 0x95: fixed8,
	0x8a: count1, 'U': count1, 'C': count1, 0x8c: count1, 'B': count4, 'X': count4, 'T': signedCount4, 0x8b: signedCount4,
	0x8d: count8, 0x8e: count8, 0x96: count8,
	'N': none, 0x88: none, 0x89: none, ']': none, 'a': none, 'e': none, 'l': none, ')': none, 't': none, 0x85: none,
	0x86: none, 0x87: none, '}': none, 'd': none, 's': none, 'u': none, 0x8f: none, 0x90: none, 0x91: none, '0': none,
	'2': none, '(': none, '1': none, 0x94: none, 0x93: none, 'R': none, 'b': none, 'o': none, 0x81: none, 0x92: none,
	'.': none, 'Q': none, 0x97: none, 0x98: none,
}
