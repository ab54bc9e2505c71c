package convert

import (
	"encoding/binary"
	"fmt"
)

const maxHeader = 100_000_000

// header writes the head of a safetensors file: the length, the JSON, blanks up to a multiple of eight. It shares no code
// with internal/format/safetensors, which judges it.
// Source: https://github.com/huggingface/safetensors#format
func header(tensors []Entry, aliases []Tie) ([]byte, error) {
	meta := object{{"format", "pt"}}
	for _, t := range aliases {
		if t.Name == "format" {
			continue // cannot be told from the format's own entry; it stands in the sidecar
		}
		meta = append(meta, member{t.Name, t.Kept})
	}
	doc := object{{"__metadata__", meta}}
	for _, e := range tensors {
		shape := e.Shape
		if shape == nil {
			shape = []int64{}
		}
		doc = append(doc, member{e.Name, object{{"dtype", e.DType}, {"shape", shape}, {"data_offsets", [2]int64{e.begin, e.begin + e.Bytes}}}})
	}
	text, err := doc.MarshalJSON()
	if err != nil {
		return nil, err
	}
	for len(text)%8 != 0 {
		text = append(text, ' ')
	}
	return append(binary.LittleEndian.AppendUint64(nil, uint64(len(text))), text...), nil
}

func hex32(n uint32) string { return fmt.Sprintf("%08x", n) }
