package convert

import (
	"fmt"
	"math/bits"

	"bakedin/internal/format/pickle"
)

// tensor is a view of a storage, or of none when it has no data. Offset and strides count elements of dtype.
type tensor struct {
	span
	dtype   dtype
	shape   []int64
	strides []int64
	offset  int64
	conj    bool // the imaginary sign is to be flipped
	neg     bool // the sign is to be flipped

	class        string // Parameter, or the subclass that it is made as
	requiresGrad bool
	attributes   pickle.Value // of a parameter with state, or of a subclass

	kind   string // "", "quantised", "sparse", "meta"
	scheme pickle.Value
	layout string
	parts  []part       // of a sparse tensor
	size   pickle.Value // of a sparse tensor
	at     int64        // byte of the call
}

// part is a tensor that a sparse one is made of.
type part struct {
	name string
	v    pickle.Value
}

func (t *tensor) elements() int64 {
	n := int64(1)
	for _, s := range t.shape {
		n *= s
	}
	return n
}

func (t *tensor) bytes() int64 { return t.elements() * t.dtype.size }

// start is the byte of the first element in the file.
func (t *tensor) start() int64 { return t.off + t.begin() }

// begin is the byte of the first element in its storage.
func (t *tensor) begin() int64 { return t.from*t.storage.dtype.size + t.offset*t.dtype.size }

// contiguous tells whether the elements lie one behind the other in C order. Dimensions of one element do not matter, and an
// empty tensor has nothing to disorder.
func (t *tensor) contiguous() bool {
	if t.elements() == 0 {
		return true
	}
	want := int64(1)
	for i := len(t.shape) - 1; i >= 0; i-- {
		if t.shape[i] == 1 {
			continue
		}
		if t.strides[i] != want {
			return false
		}
		want *= t.shape[i]
	}
	return true
}

// way says how the bytes are copied: whole, slice or strided.
func (t *tensor) way() string {
	switch {
	case !t.contiguous():
		return "strided"
	case t.begin() == 0 && t.bytes() == t.storage.size:
		return "whole"
	}
	return "slice"
}

const maxRank = 64

// check holds shape, strides and offset to the storage, without overflow.
func (t *tensor) check(d *decoder) bool {
	bad := func(c Code, format string, args ...any) bool {
		d.refuse(c, t.at, format, args...)
		return false
	}
	if len(t.shape) != len(t.strides) || len(t.shape) > maxRank {
		return bad(ErrTensor, "a tensor of %d dimensions with %d strides", len(t.shape), len(t.strides))
	}
	if t.offset < 0 {
		return bad(ErrNegative, "a tensor at offset %d", t.offset)
	}
	total, last, empty := uint64(t.dtype.size), uint64(t.offset), false
	for i, n := range t.shape {
		if n < 0 || t.strides[i] < 0 {
			return bad(ErrNegative, "a tensor of shape %v and strides %v", t.shape, t.strides)
		}
		if n == 0 {
			empty = true
			continue
		}
		hi, lo := bits.Mul64(total, uint64(n))
		step, stepLow := bits.Mul64(uint64(n-1), uint64(t.strides[i]))
		sum, carry := bits.Add64(last, stepLow, 0)
		if hi != 0 || lo > 1<<60 || step != 0 || carry != 0 || sum > 1<<60 {
			return bad(ErrOutOfBounds, "a tensor of shape %v and strides %v, which overflows", t.shape, t.strides)
		}
		total, last = lo, sum
	}
	if empty {
		return true
	}
	have := t.span.elements * t.storage.dtype.size
	if last+1 > uint64(have/t.dtype.size) {
		return bad(ErrOutOfBounds, "a tensor of shape %v, strides %v and offset %d reaches element %d of storage %q, which has %d bytes",
			t.shape, t.strides, t.offset, last, t.key, have)
	}
	return true
}

// identity is equal for two tensors that are the same view of the same bytes. Strides of dimensions of one element, which
// loaders fill with anything, do count: an alias must be equal in all that torch shows.
func (t *tensor) identity() string {
	return fmt.Sprint(t.key, "\x00", t.from, t.dtype.torch, t.offset, t.shape, t.strides, t.conj, t.neg)
}
