package model

import (
	"bakedin/internal/format/gguf"
	"bakedin/internal/format/npy"
	"bakedin/internal/format/sniff"
)

// dataReader is the part of the table for formats that carry a graph, tensors or settings as data.
func dataReader(f sniff.Format) reader {
	switch f {
	case sniff.GGUF:
		return readGGUF
	case sniff.NPY:
		return readNPY
	}
	return nil
}

// dataLimitErrors are the errors of their readers that tell of a limit.
func dataLimitErrors() []any {
	return []any{new(*gguf.LimitError), new(*npy.LimitError)}
}
