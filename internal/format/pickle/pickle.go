// Package pickle reads Python pickles without running them. It knows all 68 opcodes of protocols 0 to 5, keeps the loader's
// stack, metastack and memo with symbols in place of objects, and tells what a loader would import, call, build and write,
// each with its byte offset and opcode number. Nothing here can act: a REDUCE only makes a node that says "this was called".
// Whether an import is harmful is not its business.
//
// A pickle is a program for a stack machine: one byte of opcode, then an operand whose form the opcode fixes, up to STOP.
//
//	80 04             PROTO 4
//	8c 02 o s         SHORT_BINUNICODE "os"        one byte of length, UTF-8
//	8c 06 s y s t e m SHORT_BINUNICODE "system"
//	93                STACK_GLOBAL                 imports os.system
//	29 52             EMPTY_TUPLE REDUCE           calls it
//	2e                STOP
//
// The decoder takes whatever some loader takes and notes every form that no writer produces. Two readings of one stream
// exist when a frame ends inside an operand, or when array bytes of joblib stand between opcodes: all of them are read.
//
// Source: https://docs.python.org/3/library/pickletools.html, https://peps.python.org/pep-3154/,
// https://peps.python.org/pep-0574/
package pickle

import (
	"errors"
	"fmt"
	"io"
)

// Limits bound what a hostile pickle can cost. There is no default: the zero value reads nothing.
type Limits struct {
	Bytes   int64 // opcode bytes read, over all streams and readings; long payloads that are seeked over do not count
	Ops     int64 // opcodes in one stream
	Memory  int64 // bytes of nodes and memo; beyond it structure is lost, beyond twice of it reading ends
	Streams int   // pickles in one file
	Keep    int   // plain values kept in each list, dict and set; the rest is counted. Negative: all, for a converter
}

// SyntaxError is a place that a loader cannot get past. What was understood before it is returned with it.
type SyntaxError struct {
	Off       int64 // of the opcode
	Op        int32 // number of the opcode in its stream, from 0
	Msg       string
	Truncated bool // the file ends here
}

func (e *SyntaxError) Error() string {
	return fmt.Sprintf("byte %d: opcode %d: %s", e.Off, e.Op, e.Msg)
}

// LimitError says which field of Limits was reached, in lower case, and where.
type LimitError struct {
	Limit string
	Off   int64
}

func (e *LimitError) Error() string {
	return fmt.Sprintf("byte %d: limit %s reached; what follows was not read", e.Off, e.Limit)
}

// File is what was understood of the pickles in a file.
type File struct {
	Streams  []*Stream
	Trailing []Gap // bytes that belong to no stream

	src *source
}

// Gap is a range of bytes between or behind the streams.
type Gap struct {
	Off, Len int64
	Zero     bool // nothing but zeros, as far as was looked
}

// Stream is one pickle, from its first opcode to STOP.
type Stream struct {
	Start, End int64 // bytes of the file; End is behind the last opcode that was read
	Reading    Reading
	Nested     bool // lies among the array bytes of another stream
	Protocol   int  // the highest PROTO, 0 when none
	Ops        int
	Stopped    bool  // STOP was reached
	Result     Value // what lay on top at STOP

	Imports    []*Import // in order of first appearance
	Uses       []Use     // calls, constructions, states and writes, in the order in which they happen
	PersIDs    []PersID
	Extensions []Extension
	Constants  []Constant // strings and bytes that look like another pickle, an archive or code
	Arrays     []Array    // joblib arrays that were stepped over
	Anomalies  []Anomaly

	Weight   uint64 // nodes of the largest value when all sharing is undone; saturates
	Depth    int    // of the deepest nesting
	Lost     bool   // memory ran out: structure that was not needed is lost, Elided calls are only counted
	Outside  *Place // the first opcode that a weights-only loader refuses
	Err      error  // *SyntaxError or *LimitError; nil when STOP was reached without fault
	failedAt int64
}

// Place is an opcode in a stream.
type Place struct {
	Off  int64
	Op   int32 // number in the stream, from 0
	Code Opcode
}

// Reading is one of the ways in which loaders understand the same bytes.
type Reading uint8

// The readings. Plain is that of a loader over one buffer; DropFrame that of the C loader over a file, which forgets the
// rest of a frame when an operand crosses its end; NoArrays that of pickle.load over a joblib file.
const (
	Plain Reading = iota
	DropFrame
	NoArrays
)

// Parse reads every pickle of the first size bytes of r, one behind the other. The error is the first one of the streams;
// the file holds what was understood, also when it is not nil.
func Parse(r io.ReaderAt, size int64, lim Limits) (*File, error) {
	f := &File{src: newSource(r, size, lim.Bytes)}
	ext := map[int64]*Import{}
	var first error
	for at := int64(0); at < size || at == 0; {
		if len(f.Streams) >= lim.Streams {
			return f, firstOf(first, &LimitError{Limit: "streams", Off: at})
		}
		got := f.readings(at, lim, ext)
		main := got[0]
		if len(f.Streams) > 0 && !main.plausible() {
			next := f.search(at)
			gap := Gap{Off: at, Len: next - at, Zero: f.zeros(at, next)}
			f.Trailing = append(f.Trailing, gap)
			at = next
			continue
		}
		f.Streams = append(f.Streams, got...)
		first = firstOf(first, main.Err)
		if !main.Stopped || main.End <= at {
			break
		}
		at = main.End
	}
	return f, first
}

// ParseOne reads the single pickle that starts at off, in its plain reading: for containers that know what follows a STOP.
// The stream is never nil.
func ParseOne(r io.ReaderAt, off, size int64, lim Limits) (*File, error) {
	f := &File{src: newSource(r, size, lim.Bytes)}
	f.Streams = f.readings(off, lim, map[int64]*Import{})
	return f, f.Streams[0].Err
}

// readings runs the stream at off, and again for each other way in which a loader would read it.
func (f *File) readings(off int64, lim Limits, ext map[int64]*Import) []*Stream {
	m := run(f.src, off, lim, ext, Plain)
	out := append([]*Stream{m.s}, m.nested...)
	if m.crossed {
		other := run(f.src, off, lim, ext, DropFrame)
		out = append(out, other.s)
	}
	if len(m.s.Arrays) > 0 {
		// An honest array derails this reading at once; that is no fault of the file.
		other := run(f.src, off, lim, ext, NoArrays)
		other.s.Err = nil
		out = append(out, other.s)
	}
	return out
}

// plausible tells a stream from bytes that only happen to begin like one.
func (s *Stream) plausible() bool {
	return s.Stopped && s.Err == nil && s.Ops > 1 || len(s.Uses) > 0 || s.named()
}

func (s *Stream) named() bool {
	for _, i := range s.Imports {
		if identifier(i.Module) && identifier(i.Name) {
			return true
		}
	}
	return false
}

// identifier accepts dotted Python names: what keeps prose from being taken for a pickle.
func identifier(name string) bool {
	start := true
	for _, c := range []byte(name) {
		switch {
		case c == '_' || 'a' <= c|0x20 && c|0x20 <= 'z':
			start = false
		case '0' <= c && c <= '9' && !start:
		case c == '.' && !start:
			start = true
		default:
			return false
		}
	}
	return !start
}

func firstOf(a, b error) error {
	if a == nil || errors.Is(a, b) {
		return b
	}
	return a
}
