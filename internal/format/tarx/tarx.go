// Package tarx reads the headers of a tar archive and steps over its contents: ustar, GNU long names and PAX records. It
// reports what archive/tar hides, such as a size that two headers tell differently, and goes on behind a broken header. It
// writes nothing and decides nothing.
//
//	0 name[100]  100 mode[8]  124 size[12]  148 checksum[8]  156 type  157 link[100]  257 "ustar"  345 prefix[155]
//
// Source: https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html
package tarx

import (
	"bytes"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// Limits bound what a hostile archive can cost. There is no default.
type Limits struct {
	Entries int
	Record  int64 // bytes of a long name or a PAX header
}

// SyntaxError is a place where the archive cannot be read on. What was understood is returned with it.
type SyntaxError struct {
	Off int64
	Msg string
}

func (e *SyntaxError) Error() string { return fmt.Sprintf("byte %d: %s", e.Off, e.Msg) }

// LimitError says which of the Limits was reached, in lower case, and where.
type LimitError struct {
	Limit string
	Off   int64
}

func (e *LimitError) Error() string {
	return fmt.Sprintf("byte %d: limit %s reached; what follows was not read", e.Off, e.Limit)
}

// Archive is what was understood of a tar file.
type Archive struct {
	Entries   []*Entry
	Anomalies []Anomaly
	End       int64 // offset behind the last block that was understood; what follows is tail

	r    io.ReaderAt
	size int64
	lim  Limits
}

// Entry is a member.
type Entry struct {
	Name string
	Link string // what a link points to
	Type byte   // '0' file, '1' hard link, '2' symbolic link, '3' '4' '6' device or pipe, '5' folder, others as they stand
	Off  int64  // of the header
	Data int64  // of the content
	Size int64

	a *Archive
}

// IsFile tells whether the entry has content of its own.
func (e *Entry) IsFile() bool { return e.Type == '0' || e.Type == '7' }

// Open is a window on the content; it costs nothing.
func (e *Entry) Open() (io.ReaderAt, int64) {
	return io.NewSectionReader(e.a.r, e.Data, e.Size), e.Size
}

// Kind of an Anomaly, named as the rule that reports it.
type Kind string

// The kinds.
const (
	PathEscape Kind = "path-escape"
	LinkEntry  Kind = "link-entry"
	Mismatch   Kind = "entry-mismatch" // two headers tell two stories of one entry
	Duplicate  Kind = "duplicate-entry"
	Header     Kind = "header" // a block that is no header where one must stand
)

// Anomaly is something that an honest writer of models does not write.
type Anomaly struct {
	Kind  Kind
	Off   int64
	Entry *Entry // nil when it is about the archive
	Msg   string
}

const block = 512

// pending is what the headers before an entry say of it.
type pending struct {
	name, link string
	size       int64
	hasSize    bool
}

// Parse reads the headers of the archive in the first size bytes of r.
func Parse(r io.ReaderAt, size int64, lim Limits) (*Archive, error) {
	a := &Archive{r: r, size: size, lim: lim}
	names := map[string]bool{}
	var next pending
	var first error
	zeros := 0
	var b [block]byte
	for at := int64(0); at+block <= size; {
		if n, err := r.ReadAt(b[:], at); n < block {
			return a, &SyntaxError{at, fmt.Sprintf("cannot be read: %v", err)}
		}
		if b == [block]byte{} {
			zeros++
			at += block
			a.End = at
			if zeros == 2 {
				a.padding()
				return a, first
			}
			continue
		}
		zeros = 0
		if !sumHolds(b[:]) {
			if len(a.Entries) == 0 && first == nil {
				return a, &SyntaxError{at, "no tar header"}
			}
			a.Anomalies = append(a.Anomalies, Anomaly{Header, at, nil, "the checksum of a header does not hold"})
			if first == nil {
				first = &SyntaxError{at, "the checksum of a header does not hold"}
			}
			at += block
			continue
		}
		if len(a.Entries) >= lim.Entries {
			return a, &LimitError{"entries", at}
		}
		e, err := a.header(b[:], at)
		if err != nil {
			return a, err
		}
		meta := e.Type == 'L' || e.Type == 'K' || e.Type == 'x' || e.Type == 'g'
		if !meta && next.hasSize {
			if next.size != e.Size {
				a.Anomalies = append(a.Anomalies, Anomaly{Mismatch, at, e, fmt.Sprintf("the header says %d bytes, the record before it %d", e.Size, next.size)})
			}
			e.Size = next.size
		}
		if !e.carries() {
			e.Size = 0
		}
		if e.Size > size-e.Data {
			a.End = size
			err := &SyntaxError{at, fmt.Sprintf("%d bytes of %q do not fit into the file", e.Size, e.Name)}
			e.Size = max(0, size-e.Data)
			if !meta {
				a.Entries = append(a.Entries, e)
			}
			return a, err
		}
		at = e.Data + (e.Size+block-1)/block*block
		a.End = min(at, size)
		if meta {
			if e.Size > lim.Record {
				return a, &LimitError{"record", e.Off}
			}
			if err := next.read(e); err != nil {
				return a, err
			}
			continue
		}
		e.apply(next)
		next = pending{}
		a.Entries = append(a.Entries, e)
		a.check(e, names)
	}
	return a, first
}

// carries tells whether the type is followed by content. Links and folders have none, whatever their size says.
func (e *Entry) carries() bool { return e.Type < '1' || e.Type > '6' }

func (e *Entry) apply(p pending) {
	if p.name != "" {
		e.Name = p.name
	}
	if p.link != "" {
		e.Link = p.link
	}
}

// header decodes one block whose checksum holds.
func (a *Archive) header(b []byte, at int64) (*Entry, error) {
	e := &Entry{Name: text(b[:100]), Link: text(b[157:257]), Type: b[156], Off: at, Data: at + block, a: a}
	if e.Type == 0 {
		e.Type = '0'
		if strings.HasSuffix(e.Name, "/") {
			e.Type = '5'
		}
	}
	if string(b[257:263]) == "ustar\x00" {
		if prefix := text(b[345:500]); prefix != "" {
			e.Name = prefix + "/" + e.Name
		}
	}
	size, ok := number(b[124:136])
	if !ok {
		return nil, &SyntaxError{at + 124, "the size is no number"}
	}
	e.Size = size
	return e, nil
}

func text(b []byte) string {
	b, _, _ = bytes.Cut(b, []byte{0})
	return string(b)
}

// number reads octal text, or the binary form of GNU for what does not fit.
func number(b []byte) (int64, bool) {
	if b[0] == 0x80 {
		var n int64
		for _, c := range b[1:] {
			if n >= 1<<55 {
				return 0, false
			}
			n = n<<8 | int64(c)
		}
		return n, true
	}
	s := strings.Trim(text(b), " ")
	if s == "" {
		return 0, true
	}
	n, err := strconv.ParseInt(s, 8, 64)
	return n, err == nil && n >= 0
}

func sumHolds(b []byte) bool {
	want, ok := number(b[148:156])
	var unsigned, signed int64
	for i, c := range b {
		if i >= 148 && i < 156 {
			c = ' '
		}
		unsigned += int64(c)
		signed += int64(int8(c))
	}
	return ok && (want == unsigned || want == signed)
}

// read takes up a GNU long name or the PAX records for the next entry. A global PAX header counts for the next entry too;
// that later ones inherit it is left to the readers that do.
func (p *pending) read(e *Entry) error {
	b := make([]byte, e.Size)
	if n, err := e.a.r.ReadAt(b, e.Data); n < len(b) {
		return &SyntaxError{e.Data, fmt.Sprintf("cannot be read: %v", err)}
	}
	switch e.Type {
	case 'L':
		p.name = text(b)
	case 'K':
		p.link = text(b)
	default:
		return p.pax(b, e.Data)
	}
	return nil
}

// pax reads records of the form "length key=value\n".
func (p *pending) pax(b []byte, off int64) error {
	for len(b) > 0 {
		digits, _, ok := bytes.Cut(b, []byte(" "))
		n, err := strconv.Atoi(string(digits))
		if !ok || err != nil || n <= len(digits)+1 || n > len(b) || b[n-1] != '\n' {
			return &SyntaxError{off, "a PAX record without its length"}
		}
		key, value, _ := strings.Cut(string(b[len(digits)+1:n-1]), "=")
		switch key {
		case "path":
			p.name = value
		case "linkpath":
			p.link = value
		case "size":
			if p.size, err = strconv.ParseInt(value, 10, 64); err != nil || p.size < 0 {
				return &SyntaxError{off, fmt.Sprintf("%q is no size", value)}
			}
			p.hasSize = true
		}
		b, off = b[n:], off+int64(n)
	}
	return nil
}

func (a *Archive) check(e *Entry, names map[string]bool) {
	note := func(k Kind, format string, args ...any) {
		a.Anomalies = append(a.Anomalies, Anomaly{k, e.Off, e, fmt.Sprintf(format, args...)})
	}
	if why := escapes(e.Name); why != "" && (e.Type != '5' || strings.Trim(e.Name, "/") != "") { // the folder "/" is where it is unpacked
		note(PathEscape, "%s", why)
	}
	switch e.Type {
	case '1', '2':
		note(LinkEntry, "is a link to %q", e.Link)
	case '3', '4', '6':
		note(LinkEntry, "is a device or a pipe")
	}
	name := strings.TrimPrefix(e.Name, "./")
	if names[name] && e.Type != '5' {
		note(Duplicate, "the name is used twice, the last one wins")
	}
	names[name] = true
}

func escapes(name string) string {
	switch {
	case strings.HasPrefix(name, "/") || strings.HasPrefix(name, `\`):
		return "the path is absolute"
	case len(name) > 1 && name[1] == ':':
		return "the path names a drive"
	}
	for part := range strings.SplitSeq(strings.ReplaceAll(name, `\`, "/"), "/") {
		if part == ".." {
			return "the path leads out of the archive"
		}
	}
	return ""
}

// padding counts the zeros that fill the last record of 20 blocks as part of the archive.
func (a *Archive) padding() {
	end := min(a.size, (a.End+20*block-1)/(20*block)*(20*block))
	b := make([]byte, end-a.End)
	if n, _ := a.r.ReadAt(b, a.End); n == len(b) && len(bytes.Trim(b, "\x00")) == 0 {
		a.End = end
	}
}
