// Package asm assembles binary files from text, so that the examples of rules and the seeds of tests can be read. It is used
// by tests and by "bakedin rules test", never by a scan. One token after the other writes bytes:
//
//	4a 4b 00*512          hexadecimal, and bytes that many times over
//	"text\n"              a Go string
//	u8:1 u16:1 u32:1 u64:1  i32:-1 f32:1.5 b32:1    numbers, little-endian, and b for big-endian
//	u32"text" u64"text"   a string behind its length; with braces, what stands between them behind its length
//	#7{…} #2"text" #1=150 fields of protobuf: number, and content or varint
//	zip{"name"{…} …}      a zip archive of stored entries
//	align:32 at:512       zeros up to a multiple, or up to an offset
//	name: >name <name     a label; the u32 distance forward to it and the i32 distance back to it, as flatbuffers have them
//	// a comment to the end of the line
//
// Labels and align count from the start of the file or of the innermost braces.
package asm

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math"
	"strconv"
	"strings"
)

const (
	maxTimes = 1 << 26
	maxDepth = 64
)

// Assemble returns the bytes of a listing.
func Assemble(listing string) ([]byte, error) {
	a := &assembler{src: listing}
	b, err := a.block(false)
	if err != nil {
		line := 1 + strings.Count(listing[:min(a.at, len(listing))], "\n")
		return nil, fmt.Errorf("line %d: %w", line, err)
	}
	return b, nil
}

type assembler struct {
	src   string
	at    int
	depth int
}

// patch is a distance to a label that is not known yet.
type patch struct {
	pos  int
	name string
	back bool
}

// block assembles up to the closing brace, or to the end of the listing.
func (a *assembler) block(braced bool) ([]byte, error) {
	if a.depth++; a.depth > maxDepth {
		return nil, fmt.Errorf("more than %d braces in each other", maxDepth)
	}
	defer func() { a.depth-- }()
	var out []byte
	labels := map[string]int{}
	var patches []patch
	for {
		a.blank()
		switch {
		case a.at == len(a.src):
			if braced {
				return nil, fmt.Errorf("a brace without its end")
			}
			return link(out, labels, patches)
		case braced && a.src[a.at] == '}':
			a.at++
			return link(out, labels, patches)
		case a.src[a.at] == '"':
			s, err := a.str()
			if err != nil {
				return nil, err
			}
			out = append(out, s...)
			continue
		}
		word := a.word()
		switch {
		case strings.HasSuffix(word, ":") && len(word) > 1:
			labels[word[:len(word)-1]] = len(out)
		case word[0] == '>' || word[0] == '<':
			patches = append(patches, patch{len(out), word[1:], word[0] == '<'})
			out = append(out, 0, 0, 0, 0)
		default:
			b, err := a.token(word, len(out))
			if err != nil {
				return nil, err
			}
			out = append(out, b...)
		}
	}
}

func link(out []byte, labels map[string]int, patches []patch) ([]byte, error) {
	for _, p := range patches {
		at, ok := labels[p.name]
		if !ok {
			return nil, fmt.Errorf("no label %q", p.name)
		}
		d := at - p.pos
		if p.back {
			d = -d
		}
		binary.LittleEndian.PutUint32(out[p.pos:], uint32(int32(d)))
	}
	return out, nil
}

func (a *assembler) blank() {
	for a.at < len(a.src) {
		if strings.HasPrefix(a.src[a.at:], "//") {
			if i := strings.IndexByte(a.src[a.at:], '\n'); i >= 0 {
				a.at += i
				continue
			}
			a.at = len(a.src)
			return
		}
		if !strings.ContainsRune(" \t\r\n", rune(a.src[a.at])) {
			return
		}
		a.at++
	}
}

// word reads up to a blank, a quote or a brace.
func (a *assembler) word() string {
	start := a.at
	for a.at < len(a.src) && !strings.ContainsRune(" \t\r\n\"{}", rune(a.src[a.at])) {
		a.at++
	}
	if a.at == start {
		a.at++
	}
	return a.src[start:a.at]
}

func (a *assembler) str() (string, error) {
	q, err := strconv.QuotedPrefix(a.src[a.at:])
	if err != nil {
		return "", fmt.Errorf("a string that does not end")
	}
	a.at += len(q)
	return strconv.Unquote(q)
}

// content reads the string or the braces behind a word; ok tells whether there was one.
func (a *assembler) content() (b []byte, ok bool, err error) {
	if a.at == len(a.src) {
		return nil, false, nil
	}
	switch a.src[a.at] {
	case '"':
		s, err := a.str()
		return []byte(s), true, err
	case '{':
		a.at++
		b, err := a.block(true)
		return b, true, err
	}
	return nil, false, nil
}

func (a *assembler) token(word string, pos int) ([]byte, error) {
	kind, arg, colon := strings.Cut(word, ":")
	switch {
	case word == "zip":
		return a.zip()
	case word[0] == '#':
		return a.field(word[1:])
	case colon && (kind == "align" || kind == "at"):
		n, err := strconv.ParseInt(arg, 0, 64)
		if err != nil || n < 1 || n > maxTimes {
			return nil, fmt.Errorf("%q is no number of bytes", arg)
		}
		if kind == "at" {
			if int(n) < pos {
				return nil, fmt.Errorf("offset %d is behind already, at %d", n, pos)
			}
			return make([]byte, int(n)-pos), nil
		}
		return make([]byte, (int(n)-pos%int(n))%int(n)), nil
	case colon:
		return number(kind, arg)
	case word == "u8" || word == "u16" || word == "u32" || word == "u64":
		b, ok, err := a.content()
		if err != nil || !ok {
			return nil, fmt.Errorf("%s without a string or braces: %w", word, err)
		}
		n, err := number(word, strconv.Itoa(len(b)))
		return append(n, b...), err
	}
	digits, times, repeated := strings.Cut(word, "*")
	b, err := hex.DecodeString(digits)
	if err != nil {
		return nil, fmt.Errorf("%q is no token", word)
	}
	if repeated {
		n, err := strconv.Atoi(times)
		if err != nil || n < 0 || n*len(b) > maxTimes {
			return nil, fmt.Errorf("%q is no number of times", times)
		}
		return bytes.Repeat(b, n), nil
	}
	return b, nil
}

func number(kind, arg string) ([]byte, error) {
	var order binary.AppendByteOrder = binary.LittleEndian
	switch kind[:min(1, len(kind))] {
	case "b":
		order = binary.BigEndian
	case "u", "i", "f":
	default:
		return nil, fmt.Errorf("%q is no token", kind+":"+arg)
	}
	var v uint64
	if kind[0] == 'f' {
		f, err := strconv.ParseFloat(arg, 64)
		if err != nil {
			return nil, err
		}
		if v = math.Float64bits(f); kind == "f32" {
			v = uint64(math.Float32bits(float32(f)))
		}
	} else if n, err := strconv.ParseInt(arg, 0, 64); err == nil {
		v = uint64(n)
	} else if v, err = strconv.ParseUint(arg, 0, 64); err != nil {
		return nil, err
	}
	switch kind[1:] {
	case "8":
		return []byte{byte(v)}, nil
	case "16":
		return order.AppendUint16(nil, uint16(v)), nil
	case "32":
		return order.AppendUint32(nil, uint32(v)), nil
	case "64":
		return order.AppendUint64(nil, v), nil
	}
	return nil, fmt.Errorf("%q is no size of a number", kind)
}

// field writes a field of a protobuf message.
func (a *assembler) field(word string) ([]byte, error) {
	num, val, varint := strings.Cut(word, "=")
	n, err := strconv.ParseUint(num, 10, 29)
	if err != nil {
		return nil, fmt.Errorf("%q is no field number", num)
	}
	if varint {
		v, err := strconv.ParseInt(val, 0, 64)
		return binary.AppendUvarint(binary.AppendUvarint(nil, n<<3), uint64(v)), err
	}
	b, ok, err := a.content()
	if err != nil || !ok {
		return nil, fmt.Errorf("field %d without content: %w", n, err)
	}
	return append(binary.AppendUvarint(binary.AppendUvarint(nil, n<<3|2), uint64(len(b))), b...), nil
}

func (a *assembler) zip() ([]byte, error) {
	if a.blank(); a.at == len(a.src) || a.src[a.at] != '{' {
		return nil, fmt.Errorf("zip without braces")
	}
	a.at++
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for {
		a.blank()
		if a.at < len(a.src) && a.src[a.at] == '}' {
			a.at++
			err := w.Close()
			return out.Bytes(), err
		}
		name, err := a.str()
		if err != nil {
			return nil, err
		}
		a.blank()
		b, ok, err := a.content()
		if err != nil || !ok {
			return nil, fmt.Errorf("entry %q without content: %w", name, err)
		}
		f, err := w.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Store})
		if err != nil {
			return nil, err
		}
		if _, err := f.Write(b); err != nil {
			return nil, err
		}
	}
}
