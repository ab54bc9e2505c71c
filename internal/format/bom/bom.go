// Package bom reads texts that begin with a byte order mark: UTF-8 as editors of Windows write it, UTF-16 as its shells do.
// It knows encodings, not what a text says. Source: https://www.unicode.org/faq/utf_bom.html
package bom

import (
	"bytes"
	"encoding/binary"
	"unicode/utf16"
	"unicode/utf8"
)

// Text is a text in UTF-8 without its mark, which knows where its bytes stood.
type Text struct {
	Bytes []byte
	shift int     // bytes of the mark, where nothing else changed
	at    []int32 // of each byte, of a text that was decoded; the last is the end
}

// Decode returns the text of a file. Without a mark, that is the file itself. Halves of pairs become U+FFFD.
func Decode(raw []byte) Text {
	var order binary.ByteOrder
	switch {
	case bytes.HasPrefix(raw, []byte("\xEF\xBB\xBF")):
		return Text{Bytes: raw[3:], shift: 3}
	case bytes.HasPrefix(raw, []byte("\xFF\xFE\x00\x00")): // UTF-32, which nobody writes
		return Text{Bytes: raw}
	case bytes.HasPrefix(raw, []byte("\xFF\xFE")):
		order = binary.LittleEndian
	case bytes.HasPrefix(raw, []byte("\xFE\xFF")):
		order = binary.BigEndian
	default:
		return Text{Bytes: raw}
	}
	t := Text{Bytes: make([]byte, 0, len(raw)/2), at: make([]int32, 0, len(raw)/2)}
	for i := 2; i+1 < len(raw); {
		start := i
		r := rune(order.Uint16(raw[i:]))
		i += 2
		if utf16.IsSurrogate(r) {
			low := rune(utf8.RuneError)
			if i+1 < len(raw) {
				low = rune(order.Uint16(raw[i:]))
			}
			if r = utf16.DecodeRune(r, low); r != utf8.RuneError {
				i += 2
			}
		}
		n := len(t.Bytes)
		t.Bytes = utf8.AppendRune(t.Bytes, r)
		for range len(t.Bytes) - n {
			t.at = append(t.at, int32(start))
		}
	}
	t.at = append(t.at, int32(len(raw)))
	return t
}

// Moved tells whether a byte of the text stands elsewhere in the file.
func (t *Text) Moved() bool { return t.shift > 0 || t.at != nil }

// Recoded tells whether the file is not in UTF-8: what is written into it has to be encoded.
func (t *Text) Recoded() bool { return t.at != nil }

// Offset of a byte of the text in the file.
func (t *Text) Offset(i int) int {
	if t.at == nil {
		return i + t.shift
	}
	return int(t.at[max(0, min(i, len(t.at)-1))])
}
