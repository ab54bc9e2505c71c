package python

import (
	"bytes"
	"strings"
)

// checkEncoding reads the coding cookie of PEP 263. Text codecs can hide code from whoever reads the bytes: with utf-7 or
// unicode_escape a comment runs. Encodings whose second bytes look like ASCII punctuation are refused as well.
func checkEncoding(src []byte) error {
	if len(src) >= 2 && (src[0] == 0xff && src[1] == 0xfe || src[0] == 0xfe && src[1] == 0xff) {
		return &Error{0, "encoded as UTF-16, which CPython refuses and this scanner does not read"}
	}
	if name, at := declared(src); name != "" && !transparent(name) {
		return &Error{at, "the source says it is encoded as " + name + ", in which its text is not what is run; save it as UTF-8"}
	}
	return nil
}

// declared is the codec that the coding cookie names, with the place of its name.
func declared(src []byte) (name string, at int) {
	rest, off := src, 0
	for range 2 {
		end := bytes.IndexAny(rest, "\r\n")
		line := rest
		if end >= 0 {
			line = rest[:end]
		}
		trimmed := bytes.TrimLeft(bytes.TrimPrefix(line, []byte("\xef\xbb\xbf")), " \t\f")
		if len(trimmed) > 0 && trimmed[0] != '#' {
			return "", 0 // the cookie stands in a comment, before any code
		}
		if name, at := cookie(line); name != "" {
			return name, off + at
		}
		if end < 0 {
			break
		}
		off += end + 1
		rest = rest[end+1:]
	}
	return "", 0
}

// HidingCodec returns the codec that a source names and that makes code of bytes that are none, with the place of its name;
// "" for a codec of a script, whose text is what is run even where it is not read here.
func HidingCodec(src []byte) (name string, at int) {
	name, at = declared(src)
	switch normalCodec(name) {
	case "utf-7", "u7", "unicode-1-1-utf-7", "unicode-escape", "unicodeescape", "raw-unicode-escape", "rawunicodeescape", "string-escape", "punycode", "idna", "rot13", "rot-13", "hex", "hex-codec",
		"base64", "base64-codec", "base-64", "zlib", "zlib-codec", "zip", "bz2", "bz2-codec", "quopri", "quopri-codec", "quoted-printable", "uu", "uu-codec", "undefined":
		return name, at
	}
	return "", 0
}

func normalCodec(name string) string {
	return string(bytes.ToLower(bytes.ReplaceAll([]byte(name), []byte("_"), []byte("-"))))
}

func cookie(line []byte) (name string, at int) {
	hash := bytes.IndexByte(line, '#')
	if hash < 0 {
		return "", 0
	}
	for i := hash; ; {
		k := bytes.Index(line[i:], []byte("coding"))
		if k < 0 {
			return "", 0
		}
		i += k + len("coding")
		if i >= len(line) || line[i] != ':' && line[i] != '=' {
			continue
		}
		i++
		for i < len(line) && (line[i] == ' ' || line[i] == '\t') {
			i++
		}
		end := i
		for end < len(line) && (isNameByte(line[end]) && line[end] < 0x80 || line[end] == '-' || line[end] == '.') {
			end++
		}
		if end > i {
			return string(line[i:end]), i
		}
	}
}

// transparent tells whether every byte below 0x80 means its ASCII character in that encoding.
func transparent(name string) bool {
	n := normalCodec(name)
	switch n {
	case "utf-8", "utf8", "utf-8-sig", "u8", "utf-8-unix", "utf-8-dos", "utf-8-mac", "utf8-unix", "ascii", "us-ascii", "646", "latin-1", "latin1", "latin-1-unix",
		"l1", "iso8859-1", "8859", "cp819", "koi8-r", "koi8-u", "utf", "cyrillic", "mac-roman", "macroman":
		return true
	}
	for _, p := range []string{"iso-8859-", "iso8859-", "latin-", "windows-125", "cp125", "cp437", "cp85", "cp86", "utf-8-"} {
		if strings.HasPrefix(n, p) {
			return true
		}
	}
	return false
}
