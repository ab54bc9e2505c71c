package python

import "unicode/utf8"

// Identifier returns the name at token i the way CPython reads it, in normal form KC: full-width and mathematical letters
// are the ASCII letters they look like.
func (f *File) Identifier(i int32) string { return f.identifier(i) }

func (f *File) identifier(i int32) string {
	name := f.source[f.Toks[i].Start:f.Toks[i].End]
	for k := range len(name) {
		if name[k] >= utf8.RuneSelf {
			return normal(name, k)
		}
	}
	return name
}

func normal(name string, k int) string {
	out := append([]byte(nil), name[:k]...)
	for _, r := range name[k:] {
		out = utf8.AppendRune(out, fold(r))
	}
	return string(out)
}

// fold maps the code points whose compatibility form is one ASCII letter, digit or underscore and that Python admits in
// names: the ranges of UnicodeData.txt that are regular, and the letter-like symbols that are not.
func fold(r rune) rune {
	switch {
	case r < 0x80:
		return r
	case 0xff10 <= r && r <= 0xff19, 0xff21 <= r && r <= 0xff3a, r == 0xff3f, 0xff41 <= r && r <= 0xff5a:
		return r - 0xff00 + 0x20
	case 0x1d400 <= r && r <= 0x1d6a3: // thirteen alphabets of 52 letters; the holes are not assigned
		k := (r - 0x1d400) % 52
		if k < 26 {
			return 'A' + k
		}
		return 'a' + k - 26
	case 0x1d7ce <= r && r <= 0x1d7ff:
		return '0' + (r-0x1d7ce)%10
	case r == 0xfe33, r == 0xfe34, 0xfe4d <= r && r <= 0xfe4f:
		return '_'
	}
	if a, ok := letterlike[r]; ok {
		return a
	}
	return r
}

var letterlike = map[rune]rune{
	0xaa: 'a', 0xba: 'o', 0x17f: 's', 0x2071: 'i', 0x207f: 'n', 0x2090: 'a', 0x2091: 'e', 0x2092: 'o', 0x2093: 'x', 0x2095: 'h', 0x2096: 'k',
	0x2097: 'l', 0x2098: 'm', 0x2099: 'n', 0x209a: 'p', 0x209b: 's', 0x209c: 't', 0x2102: 'C', 0x210a: 'g', 0x210b: 'H',
	0x210c: 'H', 0x210d: 'H', 0x210e: 'h', 0x2110: 'I', 0x2111: 'I', 0x2112: 'L', 0x2113: 'l', 0x2115: 'N', 0x2119: 'P', 0x211a: 'Q', 0x211b: 'R',
	0x211c: 'R', 0x211d: 'R', 0x2124: 'Z', 0x2128: 'Z', 0x212a: 'K', 0x212c: 'B', 0x212d: 'C', 0x212f: 'e', 0x2130: 'E', 0x2131: 'F', 0x2133: 'M',
	0x2134: 'o', 0x2139: 'i', 0x2145: 'D', 0x2146: 'd', 0x2147: 'e', 0x2148: 'i', 0x2149: 'j', 0x2160: 'I', 0x2164: 'V', 0x2169: 'X', 0x216c: 'L',
	0x216d: 'C', 0x216e: 'D', 0x216f: 'M', 0x2170: 'i', 0x2174: 'v', 0x2179: 'x', 0x217c: 'l', 0x217d: 'c', 0x217e: 'd', 0x217f: 'm',
	0x1d2c: 'A', 0x1d2e: 'B', 0x1d30: 'D', 0x1d31: 'E', 0x1d33: 'G', 0x1d34: 'H', 0x1d35: 'I', 0x1d36: 'J', 0x1d37: 'K', 0x1d38: 'L', 0x1d39: 'M',
	0x1d3a: 'N', 0x1d3c: 'O', 0x1d3e: 'P', 0x1d3f: 'R', 0x1d40: 'T', 0x1d41: 'U', 0x1d42: 'W', 0x1d43: 'a', 0x1d47: 'b', 0x1d48: 'd', 0x1d49: 'e',
	0x1d4d: 'g', 0x1d4f: 'k', 0x1d50: 'm', 0x1d52: 'o', 0x1d56: 'p', 0x1d57: 't', 0x1d58: 'u', 0x1d5b: 'v', 0x1d62: 'i', 0x1d63: 'r', 0x1d64: 'u', 0x1d65: 'v',
	0x2b0: 'h', 0x2b2: 'j', 0x2b3: 'r', 0x2b7: 'w', 0x2b8: 'y', 0x2e1: 'l', 0x2e2: 's', 0x2e3: 'x', 0x1d9c: 'c', 0x1da0: 'f', 0x1dbb: 'z', 0x2c7c: 'j', 0x2c7d: 'V',
}
