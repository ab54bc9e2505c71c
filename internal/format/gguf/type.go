package gguf

import "fmt"

// Type of a value.
type Type uint32

// The types of values.
const (
	U8 Type = iota
	I8
	U16
	I16
	U32
	I32
	F32
	Boolean
	Text
	List
	U64
	I64
	F64
)

var typeNames = [...]string{"u8", "i8", "u16", "i16", "u32", "i32", "f32", "bool", "string", "list", "u64", "i64", "f64"}

func (t Type) String() string {
	if int(t) < len(typeNames) {
		return typeNames[t]
	}
	return fmt.Sprintf("type %d", uint32(t))
}

// width is the bytes of a value; 0 for strings and lists, and for types that do not exist.
func (t Type) width() int64 {
	switch t {
	case U8, I8, Boolean:
		return 1
	case U16, I16:
		return 2
	case U32, I32, F32:
		return 4
	case U64, I64, F64:
		return 8
	}
	return 0
}

// layout is how a type of tensors lies in bytes: so many elements take so many bytes.
type layout struct {
	name            string
	elements, bytes uint64
}

// newest is the highest type of tensors that is known here.
const newest = 41

// removed types once existed; no reader takes them today.
var removed = map[uint32]bool{4: true, 5: true, 31: true, 32: true, 33: true, 36: true, 37: true, 38: true}

// layouts of the types of tensors.
// Source: type_traits in ggml/src/ggml.c
var layouts = map[uint32]layout{
	0: {"F32", 1, 4}, 1: {"F16", 1, 2}, 2: {"Q4_0", 32, 18}, 3: {"Q4_1", 32, 20}, 6: {"Q5_0", 32, 22}, 7: {"Q5_1", 32, 24},
	8: {"Q8_0", 32, 34}, 9: {"Q8_1", 32, 36}, 10: {"Q2_K", 256, 84}, 11: {"Q3_K", 256, 110}, 12: {"Q4_K", 256, 144},
	13: {"Q5_K", 256, 176}, 14: {"Q6_K", 256, 210}, 15: {"Q8_K", 256, 292}, 16: {"IQ2_XXS", 256, 66}, 17: {"IQ2_XS", 256, 74},
	18: {"IQ3_XXS", 256, 98}, 19: {"IQ1_S", 256, 50}, 20: {"IQ4_NL", 32, 18}, 21: {"IQ3_S", 256, 110}, 22: {"IQ2_S", 256, 82},
	23: {"IQ4_XS", 256, 136}, 24: {"I8", 1, 1}, 25: {"I16", 1, 2}, 26: {"I32", 1, 4}, 27: {"I64", 1, 8}, 28: {"F64", 1, 8},
	29: {"IQ1_M", 256, 56}, 30: {"BF16", 1, 2}, 34: {"TQ1_0", 256, 54}, 35: {"TQ2_0", 256, 66}, 39: {"MXFP4", 32, 17},
	40: {"NVFP4", 64, 36}, 41: {"Q1_0", 128, 18},
}

// TypeName is the name of a type of tensors.
func TypeName(t uint32) string {
	if l, ok := layouts[t]; ok {
		return l.name
	}
	return fmt.Sprintf("type %d", t)
}
