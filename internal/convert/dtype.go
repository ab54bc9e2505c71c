package convert

import "strings"

// dtype is an element type: its name in safetensors, empty when there is none, and its bytes.
type dtype struct {
	torch string // name below the module torch
	name  string
	size  int64
	unit  int64 // bytes that a change of byte order swaps; a complex number is two of them
}

// dtypes are in the order of rank that the reference writer of safetensors sorts by, lowest first.
var dtypes = []dtype{
	{"bool", "BOOL", 1, 1},
	{"uint8", "U8", 1, 1},
	{"int8", "I8", 1, 1},
	{"float8_e5m2", "F8_E5M2", 1, 1},
	{"float8_e4m3fn", "F8_E4M3", 1, 1},
	{"float8_e8m0fnu", "F8_E8M0", 1, 1},
	{"float8_e4m3fnuz", "F8_E4M3FNUZ", 1, 1},
	{"float8_e5m2fnuz", "F8_E5M2FNUZ", 1, 1},
	{"int16", "I16", 2, 2},
	{"uint16", "U16", 2, 2},
	{"float16", "F16", 2, 2},
	{"bfloat16", "BF16", 2, 2},
	{"int32", "I32", 4, 4},
	{"uint32", "U32", 4, 4},
	{"float32", "F32", 4, 4},
	{"complex64", "C64", 8, 4},
	{"float64", "F64", 8, 8},
	{"int64", "I64", 8, 8},
	{"uint64", "U64", 8, 8},

	// without a counterpart
	{"complex128", "", 16, 8},
	{"complex32", "", 4, 2},
	{"qint8", "", 1, 1},
	{"quint8", "", 1, 1},
	{"qint32", "", 4, 4},
	{"quint4x2", "", 1, 1},
	{"quint2x4", "", 1, 1},
	{"float4_e2m1fn_x2", "", 1, 1},
	{"bits8", "", 1, 1},
}

// other names of torch for the same types
var dtypeAliases = map[string]string{
	"float": "float32", "double": "float64", "half": "float16", "cfloat": "complex64", "cdouble": "complex128",
	"chalf": "complex32", "long": "int64", "int": "int32", "short": "int16",
}

// storageClasses are the classes of module torch and torch.cuda that hold elements of one type.
var storageClasses = map[string]string{
	"DoubleStorage": "float64", "FloatStorage": "float32", "HalfStorage": "float16", "BFloat16Storage": "bfloat16",
	"LongStorage": "int64", "IntStorage": "int32", "ShortStorage": "int16", "CharStorage": "int8", "ByteStorage": "uint8",
	"BoolStorage": "bool", "ComplexFloatStorage": "complex64", "ComplexDoubleStorage": "complex128",
	"QInt8Storage": "qint8", "QUInt8Storage": "quint8", "QInt32Storage": "qint32", "QUInt4x2Storage": "quint4x2",
	"QUInt2x4Storage": "quint2x4", "UntypedStorage": "", "_UntypedStorage": "",
}

// raw are the integers that a quantised type is stored as.
var raw = map[string]string{"qint8": "int8", "quint8": "uint8", "qint32": "int32"}

func dtypeNamed(torch string) (dtype, bool) {
	if full, ok := dtypeAliases[torch]; ok {
		torch = full
	}
	for _, d := range dtypes {
		if d.torch == torch {
			return d, true
		}
	}
	return dtype{}, false
}

func (d dtype) rank() int {
	for i := range dtypes {
		if dtypes[i].torch == d.torch {
			return i
		}
	}
	return -1
}

func (d dtype) float() bool { return strings.Contains(d.torch, "float") }
func (d dtype) complex() bool {
	return strings.HasPrefix(d.torch, "complex")
}

// storageClass returns the element type of a storage class; untyped storages count bytes. Torch's own loader accepts any
// class of any module whose name contains "Storage"; here it is the exact name.
func storageClass(full string) (d dtype, untyped, ok bool) {
	module, class, found := cutLast(full)
	if !found || module != "torch" && module != "torch.storage" && module != "torch.cuda" {
		return dtype{}, false, false
	}
	name, ok := storageClasses[class]
	if !ok {
		return dtype{}, false, false
	}
	if name == "" {
		return dtype{torch: "", size: 1, unit: 1}, true, true
	}
	d, ok = dtypeNamed(name)
	return d, false, ok
}

func cutLast(full string) (module, name string, ok bool) {
	i := strings.LastIndexByte(full, '.')
	if i < 0 {
		return "", full, false
	}
	return full[:i], full[i+1:], true
}
