package python

import "bytes"

// checkEncoding reads the coding cookie of PEP 263. Text codecs can hide code from whoever reads the bytes: with utf-7 or
// unicode_escape a comment runs. Encodings whose second bytes look like ASCII punctuation are refused as well.
func checkEncoding(src []byte) error {
	if len(src) >= 2 && (src[0] == 0xff && src[1] == 0xfe || src[0] == 0xfe && src[1] == 0xff) {
		return &Error{0, "encoded as UTF-16, which CPython refuses and this scanner does not read"}
	}
	rest, off := src, 0
	for range 2 {
		end := bytes.IndexAny(rest, "\r\n")
		line := rest
		if end >= 0 {
			line = rest[:end]
		}
		trimmed := bytes.TrimLeft(bytes.TrimPrefix(line, []byte("\xef\xbb\xbf")), " \t\f")
		if len(trimmed) > 0 && trimmed[0] != '#' {
			return nil // the cookie stands in a comment, before any code
		}
		if name, at := cookie(line); name != "" {
			if !transparent(name) {
				return &Error{off + at, "the source says it is encoded as " + name + ", in which its text is not what is run; save it as UTF-8"}
			}
			return nil
		}
		if end < 0 {
			return nil
		}
		off += end + 1
		rest = rest[end+1:]
	}
	return nil
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
	n := bytes.ToLower(bytes.ReplaceAll([]byte(name), []byte("_"), []byte("-")))
	switch string(n) {
	case "utf-8", "utf8", "utf-8-sig", "u8", "utf-8-unix", "utf-8-dos", "utf-8-mac", "utf8-unix", "ascii", "us-ascii", "646", "latin-1", "latin1", "latin-1-unix",
		"l1", "iso8859-1", "8859", "cp819", "koi8-r", "koi8-u", "utf", "cyrillic", "mac-roman", "macroman":
		return true
	}
	for _, p := range []string{"iso-8859-", "iso8859-", "latin-", "windows-125", "cp125", "cp437", "cp85", "cp86", "utf-8-"} {
		if bytes.HasPrefix(n, []byte(p)) {
			return true
		}
	}
	return false
}
