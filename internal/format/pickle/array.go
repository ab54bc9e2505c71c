package pickle

import (
	"fmt"
	"math/bits"
	"strconv"
	"strings"
)

// joblib writes the bytes of an array right behind the BUILD of its wrapper, between two opcodes: first, when the state has
// an alignment, one byte L and L bytes of padding, then shape × item size bytes; for object arrays a pickle of its own.
// Source: https://github.com/joblib/joblib/blob/main/joblib/numpy_pickle.py

// isArrayWrapper tells whether an object was made from joblib's class, by NEWOBJ or by copyreg._reconstructor.
func isArrayWrapper(v Value) bool {
	fn, args, _ := v.Function()
	i := fn.Import()
	if i == nil {
		return false
	}
	if isOne(i, "copyreg", "copy_reg", "_reconstructor") && len(args.Items()) > 0 {
		i = args.Items()[0].Import()
	}
	return i != nil && isOne(i, "joblib.numpy_pickle", "sklearn.externals.joblib.numpy_pickle", "NumpyArrayWrapper")
}

// array steps over the bytes behind a wrapper. It returns false where the stream cannot go on.
func (m *machine) array(wrapper, state Value) bool {
	fields := map[string]Value{}
	items := state.Items()
	for i := 0; i+1 < len(items); i += 2 {
		if items[i].Kind() == Str {
			fields[m.stringOf(items[i])] = items[i+1]
		}
	}
	n, objects, why := m.arraySize(fields["shape"], fields["dtype"])
	if why != "" {
		m.fault(OddArray, "a joblib array "+why)
		return false
	}
	build := m.at
	if v, ok := fields["numpy_array_alignment_bytes"]; ok && v.Kind() == Int && !objects {
		b := m.take(1)
		if b == nil {
			m.end("a joblib array ends behind the file")
			return false
		}
		pad := int64(b[0])
		if _, ok := m.skip(pad); !ok {
			m.end("a joblib array ends behind the file")
			return false
		}
		if align, _ := v.Int(); align > 0 && m.offset()%align != 0 {
			m.odd(OddArray, "the padding of a joblib array does not align it")
		}
	}
	if objects {
		return m.objects(build)
	}
	off, ok := m.skip(n)
	if !ok {
		m.end(fmt.Sprintf("a joblib array of %d bytes ends behind the file", n))
		return false
	}
	m.s.Arrays = append(m.s.Arrays, Array{Off: off, Len: n, At: build})
	m.arena.used += useBytes
	return true
}

// objects runs the pickle that stands in place of the bytes of an object array.
func (m *machine) objects(build Place) bool {
	if m.level >= 8 {
		m.s.Err = &LimitError{Limit: "depth", Off: m.at.Off}
		return false
	}
	off := m.offset()
	inner := runAt(m.source, off, m.lim, m.ext, m.s.Reading, m.level+1)
	inner.s.Nested = true
	m.nested = append(append(m.nested, inner.s), inner.nested...)
	m.crossed = m.crossed || inner.crossed
	m.s.Arrays = append(m.s.Arrays, Array{Off: off, Len: inner.s.End - off, At: build})
	if !inner.s.Stopped {
		m.s.Err = inner.s.Err
		return false
	}
	m.seek(inner.s.End)
	return true
}

// arraySize multiplies shape and item size; why tells what is wrong with them.
func (m *machine) arraySize(shape, dtype Value) (n int64, objects bool, why string) {
	if shape.Kind() != Tuple || !shape.Whole() {
		return 0, false, "without a shape"
	}
	size, objects := m.itemSize(dtype)
	if objects {
		return 0, true, ""
	}
	if size < 0 {
		return 0, false, "of an item type that is not known"
	}
	total := uint64(size)
	for _, d := range shape.Items() {
		dim, ok := d.Int()
		hi, lo := bits.Mul64(total, uint64(dim))
		if !ok || dim < 0 || hi != 0 || lo > 1<<62 {
			return 0, false, "whose shape is no shape"
		}
		total = lo
	}
	return int64(total), false, ""
}

// itemSize reads numpy.dtype(text) and its state; -1 when it cannot be told. Objects are fields of kind O at any depth.
func (m *machine) itemSize(v Value) (size int64, objects bool) {
	fn, args, _ := v.Function()
	i := fn.Import()
	if i == nil || i.Name != "dtype" || len(args.Items()) == 0 || args.Items()[0].Kind() != Str {
		return -1, false
	}
	code := strings.TrimLeft(m.stringOf(args.Items()[0]), "|<>=")
	if code == "" {
		return -1, false
	}
	if code[0] == 'O' || code[0] == 'V' && m.hasObjects(v, map[*Node]bool{}) {
		return 0, true
	}
	size, err := strconv.ParseInt(code[1:], 10, 32)
	if err != nil || size < 0 {
		return -1, false
	}
	if code[0] == 'U' {
		size *= 4
	}
	return size, false
}

// hasObjects looks for a field of kind O in the state of a structured dtype.
func (m *machine) hasObjects(v Value, seen map[*Node]bool) bool {
	if v.node == nil || seen[v.node] || len(seen) > 1<<10 {
		return false
	}
	seen[v.node] = true
	if _, args, _ := v.Function(); len(args.Items()) > 0 && args.Items()[0].Kind() == Str {
		if strings.HasPrefix(strings.TrimLeft(m.stringOf(args.Items()[0]), "|<>="), "O") {
			return true
		}
	}
	for _, x := range v.State() {
		if m.hasObjects(x, seen) {
			return true
		}
	}
	for _, x := range v.Items() {
		if m.hasObjects(x, seen) {
			return true
		}
	}
	return false
}
