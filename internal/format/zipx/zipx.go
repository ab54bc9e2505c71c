// Package zipx reads a zip archive as all of its readers together would: by every end record, by the directory and by the
// local headers, and says where these disagree. It opens members under a budget and never writes one. It does not know what
// a member means, and it does not judge: a disagreement is a fact with a place.
//
//	local header  "PK\3\4" version flags method time date crc packed size len(name) len(extra) name extra
//	data          (behind it, with flag bit 3: crc packed size, with or without "PK\7\8")
//	directory     "PK\1\2" … the same, and comment, attributes, offset of the local header
//	end           "PK\5\6" disks, entries, size and offset of the directory, comment
//
// Source: https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
package zipx

import (
	"fmt"
	"io"
	"slices"

	"bakedin/internal/format/peel"
)

// Limits bound what a hostile archive can cost. There is no default.
type Limits struct {
	Entries   int   // entries over all views
	Directory int64 // bytes of one directory
	Name      int   // bytes of a name; a longer one is cut and reported
	Member    peel.Limits
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

// Archive is what was understood of a zip file.
type Archive struct {
	Entries   []*Entry  // those of the directory in its order, view by view, then those that only have a local header
	Views     []View    // the ways in which readers find a directory; more than one is ambiguous
	Anomalies []Anomaly // in order of offset
	Gaps      []Extent  // bytes that belong to no entry, directory or end record: prefix, holes, tail

	r    io.ReaderAt
	size int64
	lim  Limits
}

// View is one directory.
type View struct {
	End    int64 // offset of the end record
	Dir    int64 // offset of the directory
	DirLen int64
	Base   int64 // added to every offset: the length of what stands before the archive
	Zip64  bool
}

// Extent is a range of bytes of the file.
type Extent struct{ Off, Len int64 }

// Header is what one of the two headers says of an entry.
type Header struct {
	Off    int64 // of the header in the file
	Name   string
	Flags  uint16
	Method uint16
	CRC    uint32
	Packed int64 // bytes of data as they stand
	Size   int64 // bytes of content
	Extra  []byte

	localOff int64 // central only: offset of the local header, without the base of the view
}

// Entry is a member. Central and Local are equal to each other in an honest archive, but for flag bit 3.
type Entry struct {
	Name    string // as the directory spells it, else the local header; bytes, not necessarily UTF-8
	View    int    // index in Archive.Views, -1 for an entry that only has a local header
	Central *Header
	Local   *Header // nil when there is none at the place that the directory gives
	Mode    uint32  // Unix mode, 0 when unknown
	Data    int64   // offset of the data, 0 without a local header
	End     int64   // offset behind the data and its descriptor

	a *Archive
}

// Kind of an Anomaly. The names are those of the rules that report them, without the prefix.
type Kind string

// The kinds.
const (
	Duplicate  Kind = "duplicate-entry"
	CaseAlias  Kind = "case-alias"
	Mismatch   Kind = "entry-mismatch"
	Overlap    Kind = "overlap"
	Hidden     Kind = "hidden-entry"
	Ambiguous  Kind = "ambiguous"
	FlagBits   Kind = "flag-bits"
	Checksum   Kind = "checksum"
	PathEscape Kind = "path-escape"
	LinkEntry  Kind = "link-entry"
	Bomb       Kind = "bomb"
	Unreadable Kind = "unreadable-entry"
	Prefix     Kind = "prefix" // bytes before the archive
	Tail       Kind = "tail"   // bytes behind it
)

// Anomaly is something that an honest writer does not write.
type Anomaly struct {
	Kind  Kind
	Off   int64
	Entry *Entry // nil when it is about the archive
	Other *Entry // the second of two
	Msg   string
}

func (a *Archive) note(k Kind, off int64, e, other *Entry, format string, args ...any) {
	a.Anomalies = append(a.Anomalies, Anomaly{k, off, e, other, fmt.Sprintf(format, args...)})
}

// Parse reads the directories and all local headers of the archive in the first size bytes of r; no data. The error is a
// *SyntaxError or a *LimitError; the archive holds what was understood, also then.
func Parse(r io.ReaderAt, size int64, lim Limits) (*Archive, error) {
	a := &Archive{r: r, size: size, lim: lim}
	err := a.readViews()
	if lerr := a.readLocals(); err == nil {
		err = lerr
	}
	a.dropNested()
	if herr := a.account(); err == nil {
		err = herr
	}
	a.compareNames()
	for _, e := range a.Entries {
		a.checkEntry(e)
	}
	slices.SortStableFunc(a.Anomalies, func(x, y Anomaly) int { return int(min(1, max(-1, x.Off-y.Off))) })
	return a, err
}

// Has tells whether an anomaly of that kind was met.
func (a *Archive) Has(k Kind) bool {
	return slices.ContainsFunc(a.Anomalies, func(n Anomaly) bool { return n.Kind == k })
}

// read fills p from off. It is false when the file ends before.
func (a *Archive) read(p []byte, off int64) bool {
	if off < 0 || off > a.size-int64(len(p)) {
		return false
	}
	n, _ := a.r.ReadAt(p, off)
	return n == len(p)
}
