package pickle

// Opcode is the byte of an instruction.
type Opcode byte

// The opcodes that callers name.
const (
	Inst        Opcode = 'i'
	Obj         Opcode = 'o'
	Reduce      Opcode = 'R'
	Build       Opcode = 'b'
	Append      Opcode = 'a'
	Appends     Opcode = 'e'
	SetItem     Opcode = 's'
	SetItems    Opcode = 'u'
	AddItems    Opcode = 0x90
	NewObj      Opcode = 0x81
	NewObjEx    Opcode = 0x92
	GlobalOp    Opcode = 'c'
	StackGlobal Opcode = 0x93
	Proto       Opcode = 0x80
	Stop        Opcode = '.'
	Frame       Opcode = 0x95
)

// Form is the form of an operand.
type Form uint8

// The forms. Counted ones are a length of that many bytes and a payload.
const (
	Bare     Form = iota
	U8            // one byte
	U16           // little-endian
	I32           // little-endian, signed
	U32           // little-endian
	U64           // little-endian
	F64           // big-endian
	Line          // up to \n
	TwoLines      // up to the second \n
	Count8        // u8 length
	Count32       // u32 length
	CountI32      // i32 length; negative is a loader error
	Count64       // u64 length
)

// Info describes an opcode.
type Info struct {
	Name     string
	Form     Form
	Protocol int  // that brought it
	Weights  bool // torch's weights-only loader executes it
}

// Info of an opcode; its name is empty when there is no such opcode.
func (o Opcode) Info() *Info { return &opcodes[o] }

func (o Opcode) String() string { return opcodes[o].Name }

// Source: https://docs.python.org/3/library/pickletools.html; the weights column is that of torch/_weights_only_unpickler.py
var opcodes = [256]Info{
	'I': {"INT", Line, 0, false}, 'J': {"BININT", I32, 1, true}, 'K': {"BININT1", U8, 1, true}, 'M': {"BININT2", U16, 1, true},
	'L': {"LONG", Line, 0, false}, 0x8a: {"LONG1", Count8, 2, true}, 0x8b: {"LONG4", CountI32, 2, false},
	'S': {"STRING", Line, 0, false}, 'T': {"BINSTRING", CountI32, 1, false}, 'U': {"SHORT_BINSTRING", Count8, 1, true},
	'B': {"BINBYTES", Count32, 3, false}, 'C': {"SHORT_BINBYTES", Count8, 3, false}, 0x8e: {"BINBYTES8", Count64, 4, false},
	0x96: {"BYTEARRAY8", Count64, 5, false}, 0x97: {"NEXT_BUFFER", Bare, 5, false}, 0x98: {"READONLY_BUFFER", Bare, 5, false},
	'N': {"NONE", Bare, 0, true}, 0x88: {"NEWTRUE", Bare, 2, true}, 0x89: {"NEWFALSE", Bare, 2, true},
	'V': {"UNICODE", Line, 0, false}, 0x8c: {"SHORT_BINUNICODE", Count8, 4, false}, 'X': {"BINUNICODE", Count32, 1, true},
	0x8d: {"BINUNICODE8", Count64, 4, false}, 'F': {"FLOAT", Line, 0, false}, 'G': {"BINFLOAT", F64, 1, true},
	']': {"EMPTY_LIST", Bare, 1, true}, 'a': {"APPEND", Bare, 0, true}, 'e': {"APPENDS", Bare, 1, true}, 'l': {"LIST", Bare, 0, false},
	')': {"EMPTY_TUPLE", Bare, 1, true}, 't': {"TUPLE", Bare, 0, true}, 0x85: {"TUPLE1", Bare, 2, true},
	0x86: {"TUPLE2", Bare, 2, true}, 0x87: {"TUPLE3", Bare, 2, true},
	'}': {"EMPTY_DICT", Bare, 1, true}, 'd': {"DICT", Bare, 0, false}, 's': {"SETITEM", Bare, 0, true}, 'u': {"SETITEMS", Bare, 1, true},
	0x8f: {"EMPTY_SET", Bare, 4, true}, 0x90: {"ADDITEMS", Bare, 4, false}, 0x91: {"FROZENSET", Bare, 4, false},
	'0': {"POP", Bare, 0, false}, '2': {"DUP", Bare, 0, false}, '(': {"MARK", Bare, 0, true}, '1': {"POP_MARK", Bare, 1, false},
	'g': {"GET", Line, 0, false}, 'h': {"BINGET", U8, 1, true}, 'j': {"LONG_BINGET", U32, 1, true},
	'p': {"PUT", Line, 0, false}, 'q': {"BINPUT", U8, 1, true}, 'r': {"LONG_BINPUT", U32, 1, true}, 0x94: {"MEMOIZE", Bare, 4, false},
	0x82: {"EXT1", U8, 2, false}, 0x83: {"EXT2", U16, 2, false}, 0x84: {"EXT4", I32, 2, false},
	'c': {"GLOBAL", TwoLines, 0, true}, 0x93: {"STACK_GLOBAL", Bare, 4, false},
	'R': {"REDUCE", Bare, 0, true}, 'b': {"BUILD", Bare, 0, true}, 'i': {"INST", TwoLines, 0, false}, 'o': {"OBJ", Bare, 1, false},
	0x81: {"NEWOBJ", Bare, 2, true}, 0x92: {"NEWOBJ_EX", Bare, 4, false},
	0x80: {"PROTO", U8, 2, true}, '.': {"STOP", Bare, 0, true}, 0x95: {"FRAME", U64, 4, false},
	'P': {"PERSID", Line, 0, false}, 'Q': {"BINPERSID", Bare, 1, true},
}

// OpcodeNamed returns the opcode of that name, as pickletools spells it.
func OpcodeNamed(name string) (Opcode, bool) {
	for i := range opcodes {
		if opcodes[i].Name == name && name != "" {
			return Opcode(i), true
		}
	}
	return 0, false
}
