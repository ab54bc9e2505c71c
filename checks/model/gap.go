package model

import (
	"fmt"
	"io"

	"bakedin/internal/format/sniff"
	"bakedin/rules"
)

// gapLook is how much of the start and of the end of bytes that nothing accounts for is looked at.
const gapLook = 64 << 10

// unaccounted looks at bytes of a part that belong to nothing in its format. What they are by their own content is read like
// any other file; else they are told as they are.
func (r *reading) unaccounted(off, n int64) {
	if n <= 0 {
		return
	}
	src := io.NewSectionReader(r.r, off, n)
	head, tail, err := ends(src, n)
	if err != nil {
		r.left("unreadable", "%v", err)
		return
	}
	if s := sniff.Sniff(head, tail, n, ""); s.Format() != "" {
		r.found("unaccounted-bytes", off, n, "bytes "+string(s.Format()), "%d bytes at %d belong to nothing in the file, and they are %s", n, off, s.Format()).
			weigh(rules.High, "they are a file of their own")
		r.open(fmt.Sprintf("bytes@%d", off), src, n)
		return
	}
	m := r.found("unaccounted-bytes", off, n, "bytes", "%d bytes at %d belong to nothing in the file", n, off)
	if zeros(src, n) {
		m.weigh(rules.Low, "they are zeros, as far as was looked")
	}
}

// beyond looks at what stands behind the end of a format whose writers pad the file: some zeros there are no news.
func (r *reading) beyond(end int64) {
	n := r.size - end
	if n <= 0 || n <= 4<<10 && zeros(io.NewSectionReader(r.r, end, n), n) {
		return
	}
	r.unaccounted(end, n)
}

// zeros looks at the start and the end of n bytes.
func zeros(r io.ReaderAt, n int64) bool {
	buf := make([]byte, min(n, gapLook))
	for _, off := range []int64{0, n - int64(len(buf))} {
		m, _ := r.ReadAt(buf, off)
		for _, b := range buf[:m] {
			if b != 0 {
				return false
			}
		}
	}
	return true
}
