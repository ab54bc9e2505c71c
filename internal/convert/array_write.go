package convert

import (
	"encoding/binary"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// fill writes the file. It is false when texts would grow too much.
func (a *Array) fill(all []element, input int, mayGrow bool) ([]byte, bool) {
	le := binary.LittleEndian
	width := 0
	switch all[0].kind {
	case "f8", "i8":
		a.DType = "<" + all[0].kind
	case "b1":
		a.DType = "|b1"
	case "U":
		for _, e := range all {
			width = max(width, utf8.RuneCountInString(e.text))
		}
		width = max(width, 1)
		if !mayGrow && int64(width)*int64(len(all))*4 > 4*int64(input)+4096 {
			return nil, false
		}
		a.DType = "<U" + strconv.Itoa(width)
	default:
		a.DType, _, _ = strings.Cut(all[0].kind, " ")
		a.Shape = append(slices.Clone(a.Shape), all[0].shape...)
	}
	out := npyHead(a.DType, a.Shape)
	for _, e := range all {
		switch e.kind {
		case "f8", "i8":
			out = le.AppendUint64(out, uint64(e.n))
		case "b1":
			out = append(out, byte(e.n))
		case "U":
			n := 0
			for _, r := range e.text {
				out = le.AppendUint32(out, uint32(r))
				n++
			}
			out = append(out, make([]byte, 4*(width-n))...)
		default:
			out = append(out, e.bytes...)
		}
	}
	return out, true
}

// npyHead is the head of format 1.0, padded to a multiple of 64.
func npyHead(dtype string, shape []int64) []byte {
	var dims []string
	for _, n := range shape {
		dims = append(dims, strconv.FormatInt(n, 10))
	}
	tuple := strings.Join(dims, ", ")
	if len(shape) == 1 {
		tuple += ","
	}
	text := fmt.Sprintf("{'descr': '%s', 'fortran_order': False, 'shape': (%s), }", dtype, tuple)
	text += strings.Repeat(" ", 63-(10+len(text))%64) + "\n"
	return append(binary.LittleEndian.AppendUint16([]byte(npyMagic+"\x01\x00"), uint16(len(text))), text...)
}
