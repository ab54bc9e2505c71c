package npy

import (
	"strconv"
	"strings"
)

// dtype is what matters of a type: bytes of an element, whether it holds Python objects, and whether it is known to have no
// bytes at all.
type dtype struct {
	size   int64
	object bool
	empty  bool
}

const maxItem = 1 << 40

func (t dtype) times(n int64) dtype {
	if n == 0 {
		t.size, t.empty = 0, true
		return t
	}
	if n < 0 || t.size > maxItem/n {
		return dtype{object: t.object}
	}
	t.size *= n
	return t
}

// typeOf reads descr: a type string, a list of fields (name, descr[, shape]), or (descr, shape).
func typeOf(v literal, depth int) dtype {
	if depth == 0 {
		return dtype{}
	}
	switch v.kind {
	case str:
		return typeString(v.text)
	case list:
		all := dtype{empty: true}
		for _, field := range v.items {
			t := dtype{}
			if field.kind == str { // only in a dictionary of formats
				t.object = typeString(field.text).object
			}
			if field.kind == tuple && len(field.items) >= 2 {
				t = typeOf(field.items[1], depth-1)
				if len(field.items) > 2 {
					t = t.times(product(field.items[2]))
				}
			}
			all.object = all.object || t.object
			if t.size == 0 && !t.empty || all.size == 0 && !all.empty {
				all = dtype{object: all.object}
				continue
			}
			all.size, all.empty = all.size+t.size, all.empty && t.empty
		}
		return all
	case tuple:
		if len(v.items) == 2 {
			return typeOf(v.items[0], depth-1).times(product(v.items[1]))
		}
	}
	// A dictionary of names, formats and offsets is none that numpy writes into files; objects are found in it all the same.
	t := dtype{}
	for _, item := range v.items {
		t.object = t.object || typeOf(item, depth-1).object
	}
	return t
}

func product(v literal) int64 {
	if v.kind == integer {
		return v.n
	}
	n := int64(1)
	for _, d := range v.items {
		if d.kind != integer || d.n < 0 || d.n > 0 && n > maxItem/d.n {
			return -1
		}
		n *= d.n
	}
	return n
}

// typeString reads "<f4", "|O", "<M8[ns]", and the forms that only numpy.dtype takes: "i4,O", "(2,3)f8", "object".
func typeString(s string) dtype {
	s = strings.TrimSpace(s)
	if parts := outside(s); len(parts) > 1 {
		all := dtype{}
		known := true
		for _, part := range parts {
			t := typeString(part)
			all.object = all.object || t.object
			known = known && t.size > 0
			all.size += t.size
		}
		if !known {
			all.size = 0
		}
		return all
	}
	if strings.HasPrefix(s, "(") {
		if i := strings.IndexByte(s, ')'); i > 0 {
			n := int64(1)
			for _, d := range strings.Split(s[1:i], ",") {
				if d = strings.TrimSpace(d); d != "" {
					k, err := strconv.ParseInt(d, 10, 64)
					if err != nil || k < 0 || k > 0 && n > maxItem/k {
						return dtype{}
					}
					n *= k
				}
			}
			return typeString(s[i+1:]).times(n)
		}
	}
	s = strings.TrimLeft(s, "<>|=")
	if strings.HasPrefix(strings.ToLower(s), "object") {
		return dtype{object: true}
	}
	if s == "" {
		return dtype{}
	}
	if i := strings.IndexByte(s, '['); i > 0 && (s[0] == 'M' || s[0] == 'm') {
		s = s[:i]
	}
	n, err := int64(0), error(nil)
	if s[1:] != "" {
		if n, err = strconv.ParseInt(s[1:], 10, 40); err != nil || n < 0 {
			return dtype{}
		}
	}
	bare := s[1:] == ""
	switch s[0] {
	case 'O':
		return dtype{object: true}
	case 'U':
		return dtype{size: n * 4, empty: n == 0}
	case 'S', 'a', 'V':
		return dtype{size: n, empty: n == 0}
	case 'M', 'm':
		return dtype{size: 8}
	case '?':
		return dtype{size: 1}
	case 'b', 'i', 'u', 'f', 'c':
		switch {
		case bare && s[0] == 'b':
			return dtype{size: 1}
		case bare && (s[0] == 'i' || s[0] == 'f'):
			return dtype{size: 4}
		case n == 1 || n == 2 || n == 4 || n == 8 || n == 12 || n == 16 || n == 24 || n == 32:
			return dtype{size: n}
		}
	case 'B':
		return dtype{size: 1}
	case 'h', 'H', 'e':
		return dtype{size: 2}
	case 'I', 'F':
		return dtype{size: map[byte]int64{'I': 4, 'F': 8}[s[0]]}
	case 'l', 'L', 'q', 'Q', 'd':
		return dtype{size: 8}
	case 'g', 'D':
		return dtype{size: 16}
	}
	return dtype{}
}

// outside splits at the commas outside of brackets.
func outside(s string) []string {
	var out []string
	depth, start := 0, 0
	for i, c := range s {
		switch c {
		case '(', '[':
			depth++
		case ')', ']':
			depth--
		case ',':
			if depth == 0 {
				out = append(out, s[start:i])
				start = i + 1
			}
		}
	}
	return append(out, s[start:])
}
