package pickle

import "encoding/base64"

// minPayload is the shortest constant that can hold a pickle with a call in it and be worth a look.
const minPayload = 16

// maxConstants of a stream are kept.
const maxConstants = 1 << 12

// constant notes a string that begins like something loadable, and returns it.
func (m *machine) constant(v Value) Value {
	off, n := v.Range()
	if n < minPayload {
		return v
	}
	head := m.peek(off, 12)
	if v.encoding() == stringEscape {
		head = []byte(unescape(head[1:]))
	}
	if h := hint(head); h != "" && len(m.s.Constants) < maxConstants {
		m.s.Constants = append(m.s.Constants, Constant{Value: v, Hint: h, At: m.at})
		m.arena.used += useBytes
	}
	return v
}

// hint tells from its first bytes what a constant may hold. It is cheap and generous: whoever opens the constant decides.
func hint(b []byte) string {
	if len(b) < 8 {
		return ""
	}
	switch b[0] {
	case 0x80:
		if b[1] <= 5 {
			return "pickle"
		}
	case 0xc2: // the same, as text of U+0080
		if b[1] == 0x80 && b[2] <= 5 {
			return "latin1"
		}
	case 'P':
		if b[1] == 'K' && b[2] < 8 {
			return "zip"
		}
	case 0x93:
		if string(b[:6]) == "\x93NUMPY" {
			return "npy"
		}
	case 0x1f:
		if b[1] == 0x8b {
			return "gzip"
		}
	case 'x':
		if (uint(b[0])<<8|uint(b[1]))%31 == 0 && b[1] >= 0x80 || b[1] == 1 || b[1] == 0x5e {
			return "zlib"
		}
	case 'B':
		if b[1] == 'Z' && b[2] == 'h' {
			return "bz2"
		}
	case 0xfd:
		if string(b[:5]) == "\xfd7zXZ" {
			return "xz"
		}
	case 0xe3:
		if b[1] == 0 && b[2] == 0 && b[3] == 0 {
			return "code" // marshal of a code object without arguments, with its reference flag
		}
	}
	if b[0] == 'c' || b[0] == '(' || b[0] == ']' || b[0] == '}' {
		// Protocol 0 has no magic: an import at once, or a container before it.
		if b[0] != 'c' || identifier(string(b[1:3])) {
			return "pickle-0"
		}
	}
	if isHex(b[:8]) && (b[0] == '8' && b[1] == '0' && b[2] == '0' && b[3] <= '5' || b[0] == '6' && b[1] == '3') {
		return "hex"
	}
	var raw [6]byte
	if n, err := base64.StdEncoding.Decode(raw[:], b[:8]); err == nil && n >= 6 {
		if h := hint(append(raw[:], 0, 0)); h != "" && h != "base64" && h != "hex" {
			return "base64"
		}
	}
	return ""
}

func isHex(b []byte) bool {
	for _, c := range b {
		if !('0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'f') {
			return false
		}
	}
	return true
}
