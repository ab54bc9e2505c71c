package convert

import (
	"encoding/binary"
	"math"

	"bakedin/internal/format/pickle"
)

// scalar is numpy.core.multiarray.scalar(dtype, bytes). It is nil for types that are not plain numbers.
func (w *walker) scalar(args []pickle.Value) any {
	if len(args) != 2 {
		return nil
	}
	code, ok := w.numpyType(args[0])
	if !ok {
		return nil
	}
	var b []byte
	switch args[1].Kind() {
	case pickle.Bytes:
		b = []byte(w.bytes(args[1]))
	case pickle.Str: // of Python 2
		b = []byte(w.text(args[1]))
	case pickle.Call:
		if b, ok = w.encoded(args[1]); !ok {
			return nil
		}
	}
	v := number(code, b)
	if v == nil {
		return nil
	}
	return wrapped("numpy", code, member{"value", v})
}

// numpyType reads numpy.dtype("f8", align, copy) with its state (3, "<", None, …), little-endian or without an order.
func (w *walker) numpyType(v pickle.Value) (string, bool) {
	name, _, args := w.decoder.call(v)
	if name != "numpy.dtype" || len(args) == 0 || args[0].Kind() != pickle.Str {
		return "", false
	}
	code := w.text(args[0])
	_, states := w.states(v)
	if len(states) != 1 || len(states[0].Items()) < 3 || states[0].Items()[2].Kind() != pickle.None {
		return "", false
	}
	if order := w.text(states[0].Items()[1]); order != "<" && order != "|" && order != "=" {
		return "", false
	}
	return code, true
}

// number decodes the little-endian bytes of one number.
func number(code string, b []byte) any {
	le := binary.LittleEndian
	switch {
	case code == "f8" && len(b) == 8:
		return floatJSON(math.Float64frombits(le.Uint64(b)))
	case code == "f4" && len(b) == 4:
		return floatJSON(float64(math.Float32frombits(le.Uint32(b))))
	case code == "i8" && len(b) == 8:
		return intJSON(int64(le.Uint64(b)))
	case code == "i4" && len(b) == 4:
		return intJSON(int64(int32(le.Uint32(b))))
	case code == "i2" && len(b) == 2:
		return intJSON(int64(int16(le.Uint16(b))))
	case code == "i1" && len(b) == 1:
		return intJSON(int64(int8(b[0])))
	case code == "u1" && len(b) == 1:
		return intJSON(int64(b[0]))
	case code == "b1" && len(b) == 1:
		return b[0] != 0
	}
	return nil
}
