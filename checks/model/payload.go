package model

import (
	"bytes"
	"fmt"
	"io"

	"bakedin/internal/format/sniff"
)

// magics are what a file of its own begins with and numbers do not, unless by a chance of one in millions.
var magics = [][]byte{[]byte("PK\x03\x04"), []byte("\x7fELF"), []byte("7z\xbc\xaf\x27\x1c"), []byte("\x89HDF\r\n"), []byte("\x93NUMPY"), []byte("#!/"),
	[]byte("\xfd7zXZ\x00"), []byte("BZh91AY&SY"), []byte("\x28\xb5\x2f\xfd"), []byte("\x1f\x8b\x08"), []byte("GGUF")}

// magicSize is the longest of them.
const magicSize = 10

// likeFile tells whether the bytes of numbers begin like a file, and end like it too where the start alone says little. The
// last byte is read only when it counts.
func likeFile(head []byte, last func() (byte, error)) bool {
	if len(head) >= 2 && head[0] == 0x80 && head[1] <= 5 {
		b, err := last()
		return b == '.' || err != nil
	}
	for _, m := range magics {
		if bytes.HasPrefix(head, m) {
			return true
		}
	}
	return false
}

// payload looks at the first bytes and at the last of the numbers that a reader steps over, and opens them when they are a
// file. Loaders of the format never see it as one; whoever parks it there has something else that does.
func (r *reading) payload(name string, off, n int64) {
	if n < 8 || off < 0 || off > r.size-n {
		return
	}
	var head [magicSize]byte
	m, _ := r.r.ReadAt(head[:min(n, magicSize)], off)
	last := func() (byte, error) {
		var b [1]byte
		k, err := r.r.ReadAt(b[:], off+n-1)
		if k == 1 {
			err = nil
		}
		return b[0], err
	}
	if likeFile(head[:m], last) {
		r.open(fmt.Sprintf("%s@%d", name, off), io.NewSectionReader(r.r, off, n), n)
	}
}

// carried opens bytes that a model carries along when they are a file of their own: no numbers, so that any format counts.
func (r *reading) carried(name string, off, n int64) {
	src := io.NewSectionReader(r.r, off, n)
	head, tail, err := ends(src, n)
	if err == nil && sniff.Sniff(head, tail, n, "").Format() != "" {
		r.open(fmt.Sprintf("%s@%d", name, off), src, n)
	}
}
