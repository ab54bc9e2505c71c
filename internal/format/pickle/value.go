package pickle

import "math"

// Kind of a Value.
type Kind uint8

// The kinds. Str covers the byte strings of Python 2, which loaders read as text unless told otherwise.
const (
	Unknown Kind = iota
	None
	Bool
	Int
	Big // an integer beyond 64 bits, known by its place in the file only
	Float
	Str
	Bytes
	ByteArray
	Buffer
	Tuple
	List
	Dict
	Set
	FrozenSet
	Global
	Call
	Persistent
	Ext
)

// encoding of the bytes of a Str in the file.
type encoding uint8

const (
	utf8Text encoding = iota
	rawUnicodeEscape
	stringEscape // quotes included
	py2Bytes
	decimal
)

// Value is an object as far as it can be told without making it. Scalars are in it, strings are ranges of the file (see
// File.Text), everything else is a node that may be shared and may contain itself: walkers need a visited set.
type Value struct {
	head uint64 // kind, encoding<<8, length<<16
	n    int64  // number, bits of a float, or offset of a string
	node *Node
}

// Node is the shared part of a Value.
type Node struct {
	At     Place    // of the opcode that made it
	Items  []Value  // members; keys and values in turn for a dict; function, arguments and keywords for a call
	Count  int      // members in all, when plain ones were dropped
	State  *[]Value // what BUILD, or an item write on something that is no container, put on it
	Import *Import  // for Global; for Ext when the code is known

	weight uint64
	depth  int32
	open   bool // holds, or may hold, something that is not plain data
	lost   bool // memory ran out
}

// Kind of the value.
func (v Value) Kind() Kind { return Kind(v.head) }

// Node of a value that has one, or nil.
func (v Value) Node() *Node { return v.node }

// Int returns the number of an Int, and 1 or 0 for a Bool.
func (v Value) Int() (int64, bool) { return v.n, v.Kind() == Int || v.Kind() == Bool }

// Float returns the number of a Float.
func (v Value) Float() float64 { return math.Float64frombits(uint64(v.n)) }

// Range returns the bytes of the file that hold a string or a big integer.
func (v Value) Range() (off, n int64) {
	switch v.Kind() {
	case Str, Bytes, ByteArray, Big:
		return v.n, int64(v.head >> 16)
	}
	return 0, 0
}

// Items returns the members of a container that were kept, all of them only when Whole.
func (v Value) Items() []Value {
	if v.node == nil || v.Kind() < Tuple || v.Kind() > FrozenSet {
		return nil
	}
	return v.node.Items
}

// Whole tells whether Items are all the members.
func (v Value) Whole() bool {
	return v.node != nil && !v.node.lost && v.node.Count == len(v.node.Items)
}

// Plain tells whether the value is data through and through: nothing in it was imported, called or is unknown.
func (v Value) Plain() bool {
	switch v.Kind() {
	case Unknown, Global, Call, Persistent, Ext:
		return false
	}
	return v.node == nil || !v.node.open
}

// Import returns what a Global, or an Ext with a known code, stands for.
func (v Value) Import() *Import {
	if v.node == nil {
		return nil
	}
	return v.node.Import
}

// State returns what was put on an object by BUILD, and by item writes on what is no container.
func (v Value) State() []Value {
	if v.node == nil || v.node.State == nil {
		return nil
	}
	return *v.node.State
}

// Function returns the function, arguments and keywords of a Call.
func (v Value) Function() (fn, args, kwargs Value) {
	if v.Kind() != Call || len(v.node.Items) < 3 {
		return
	}
	return v.node.Items[0], v.node.Items[1], v.node.Items[2]
}

func scalar(k Kind, n int64) Value { return Value{head: uint64(k), n: n} }

func text(k Kind, e encoding, off, n int64) Value {
	return Value{head: uint64(k) | uint64(e)<<8 | uint64(n)<<16, n: off}
}

func (v Value) encoding() encoding { return encoding(v.head >> 8) }

// Weight of a value is how many nodes it has when shared ones are counted each time, as a walk that follows them would.
func (v Value) measure() (weight uint64, depth int32) {
	if v.node == nil {
		return 1, 0
	}
	return max(v.node.weight, 1), v.node.depth
}
