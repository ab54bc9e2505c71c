// Package sniff tells what a file is from its first and last bytes. It is the only place that knows magic numbers; it knows
// nothing of what is inside a format, and it decides nothing: a file that several readers accept has several formats, and
// all of them are to be read.
package sniff

import (
	"bytes"
	"encoding/binary"
	"regexp"
	"unicode/utf8"

	"bakedin/internal/format/bom"
)

// Sizes of what a caller reads of each file. A shorter head or tail is allowed and sees less.
const (
	HeadSize = 4 << 10
	TailSize = 64<<10 + 22 // an end-of-central-directory record with the longest comment
)

// Result is what head, tail and name of a file say.
type Result struct {
	Formats  []Format    // every format the bytes accept, those of the head first; nil when none
	Promised []Format    // what the suffixes of the name promise, the last suffix first
	LFS      *LFSContent // set for a git-lfs pointer
	Text     bool        // the head is text (UTF-8, or UTF-16 with a byte order mark), also when empty
}

// Format is the first format of the bytes, or empty.
func (r Result) Format() Format {
	if len(r.Formats) == 0 {
		return ""
	}
	return r.Formats[0]
}

// Has tells whether the bytes accept f.
func (r Result) Has(f Format) bool {
	for _, g := range r.Formats {
		if g == f {
			return true
		}
	}
	return false
}

// Promises tells whether a suffix of the name promises f.
func (r Result) Promises(f Format) bool {
	for _, g := range r.Promised {
		if g == f {
			return true
		}
	}
	return false
}

// Broken returns the promise of the last suffix when the bytes are of known formats and none keeps it:
// model.safetensors that is a pickle. A head that nothing accepts breaks no promise here; its reader will say.
func (r Result) Broken() (promise Format, broken bool) {
	if len(r.Promised) == 0 || len(r.Formats) == 0 || r.LFS != nil {
		return "", false
	}
	promise = r.Promised[0]
	for _, f := range r.Formats {
		if f.Keeps(promise) || promise == Tar && r.Promises(Torch) && f.Keeps(Torch) { // .pth.tar is an old custom of torch.save
			return "", false
		}
	}
	return promise, true
}

// Sniff looks at the head of a file (its first HeadSize bytes), its tail (its last TailSize bytes, nil when not read; not
// needed when the head is the whole file), its size and its name. Either slice may overlap the other. Nothing is kept.
func Sniff(head, tail []byte, size int64, name string) Result {
	if tail == nil && int64(len(head)) >= size {
		tail = head
	}
	r := Result{Promised: Promised(name), Text: isText(head)}
	if l, ok := ParseLFS(head, size); ok {
		r.LFS = l
		r.Formats = []Format{LFSPointer}
		return r
	}
	add := func(f Format) {
		if f != "" && !r.Has(f) {
			r.Formats = append(r.Formats, f)
		}
	}
	if zipAtHead(head) {
		add(zipKind(head, tail))
		add(Zip)
	}
	if !zipAtHead(head) && isPickle(head, size) { // PK begins a persistent id too, which ends every loader but torch's, and that one takes it for a zip
		if bytes.Contains(head[:min(len(head), 64)], legacyMagic) {
			add(TorchLegacy)
		}
		add(Pickle)
	}
	add(byMagic(head, size))
	if isTar(head) {
		if tarOfTorch(head) {
			add(TorchTar)
		}
		add(Tar)
	}
	if hdf5At(head) {
		add(HDF5)
	}
	if isSafetensors(head, size) {
		add(Safetensors)
	}
	add(byFields(head, size))
	if !r.Has(Zip) && zipAtTail(tail) && (r.Format().Class() != Program || directoryAtTail(tail)) {
		add(zipKind(nil, tail))
		add(Zip)
	}
	if len(r.Formats) == 0 && r.Promises(Flax) && isMessagePack(head) {
		add(Flax)
	}
	if r.Has(Zip) && r.Promises(Skops) {
		add(Skops)
	}
	if r.Has(Zip) && r.Promises(Keras) {
		add(Keras) // its members may have been renamed
	}
	return r
}

// magics are told by fixed bytes at one offset.
var magics = []struct {
	off  int
	text string
	f    Format
}{
	{0, "\x1f\x8b", Gzip},
	{0, "\xfd7zXZ\x00", XZ},
	{0, "\x04\x22\x4d\x18", LZ4},
	{0, "\x02\x21\x4c\x18", LZ4}, // the legacy frame
	{0, "\x28\xb5\x2f\xfd", Zstd},
	{0, "ZF0x", JoblibZ},
	{0, "7z\xbc\xaf\x27\x1c", SevenZip},
	{0, "Rar!\x1a\x07", RAR},
	{0, "\x93NUMPY", NPY},
	{0, "GGUF", GGUF},
	{0, "lmgg", GGML}, {0, "fmgg", GGML}, {0, "tjgg", GGML}, // ggml, ggmf, ggjt as little-endian words
	{4, "TFL3", TFLite},
	{0, "PYTORCH1", TorchPreview},
	{0, "\x7fELF", ELF},
	{0, "MZ", PE},
	{0, "\xfe\xed\xfa\xce", MachO}, {0, "\xfe\xed\xfa\xcf", MachO},
	{0, "\xce\xfa\xed\xfe", MachO}, {0, "\xcf\xfa\xed\xfe", MachO},
	{0, "#!", Script},
	{0, "ftrt", TensorRT}, {0, "ptrt", TensorRT}, // the tag of a plan, by release
	{0, "RKNN", RKNN},
	{0, "\x12\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00", MXNet}, // a list of arrays: 0x112 and a reserved word
	{0, "B\x00C\x00N\x00\x00\x00", CNTK},
	{0, "CBM1", CatBoost},
	{0, "binf", XGBoost}, {0, "{L\x00\x00\x00\x00\x00\x00\x00\x07learner", XGBoost},
	{0, "tree\nversion=v", LightGBM}, {0, "tree\r\nversion=v", LightGBM},
	{0, "RDX2\n", RData}, {0, "RDX3\n", RData}, {0, "RDA2\n", RData}, {0, "RDA3\n", RData}, {0, "RDB2\n", RData}, {0, "RDB3\n", RData},
	{0, "X\n\x00\x00\x00\x02", RData}, {0, "X\n\x00\x00\x00\x03", RData},
	{0, "B\n\x02\x00\x00\x00", RData}, {0, "B\n\x03\x00\x00\x00", RData},
}

func byMagic(head []byte, size int64) Format {
	for _, m := range magics {
		if len(head) >= m.off+len(m.text) && string(head[m.off:m.off+len(m.text)]) == m.text {
			if m.f == PE && !isPE(head, size) {
				continue
			}
			return m.f
		}
	}
	switch {
	case len(head) < 4:
		return ""
	case isZlib(head):
		return Zlib
	case isBzip2(head):
		return Bzip2
	case isLZMA(head):
		return LZMA
	case len(head) >= 8 && head[4] == 'E' && head[5] == 'T' && isDigit(head[6]) && isDigit(head[7]):
		return ExecuTorch
	case binary.BigEndian.Uint32(head) == 0xcafebabe && len(head) >= 8 && binary.BigEndian.Uint32(head[4:]) < 40:
		return MachO // a fat binary counts its parts here, a Java class its version, which is above 44
	case binary.LittleEndian.Uint32(head)&0xfffffff0 == 0x184d2a50:
		return Zstd // a skippable frame; lz4 has the same
	}
	switch {
	case asciiOfR.Match(head):
		return RData
	case learner.Match(head):
		return XGBoost
	}
	return byMarkup(head)
}

// learner is the start of a model of XGBoost in JSON, whose keys stand in order.
var learner = regexp.MustCompile(`^\s*\{\s*"learner"\s*:\s*\{\s*"(?:attributes|feature_names)"`)

// asciiOfR is the start of an object that R wrote as text: the version of the format and two releases of R as numbers.
var asciiOfR = regexp.MustCompile(`^A\n[23]\n\d{5,6}\n\d{5,6}\n`)

// isPE asks for more than the two letters MZ, which begin ordinary words too.
func isPE(head []byte, size int64) bool {
	if len(head) < 64 {
		return !isText(head)
	}
	at := int64(binary.LittleEndian.Uint32(head[60:]))
	if at+4 <= int64(len(head)) {
		return string(head[at:at+2]) == "PE" || string(head[at:at+2]) == "NE" || !isText(head[:64])
	}
	return at < size || !isText(head[:64])
}

// isZlib checks the header of RFC 1950: method 8, window 15, check bits, no preset dictionary, and the first block of a type
// that exists.
func isZlib(h []byte) bool {
	if h[0] != 0x78 || (uint(h[0])<<8|uint(h[1]))%31 != 0 || h[1]&0x20 != 0 {
		return false
	}
	return h[2]>>1&3 != 3 && !(isText(h) && len(h) > 16)
}

func isBzip2(h []byte) bool {
	if string(h[:3]) != "BZh" || h[3] < '1' || h[3] > '9' {
		return false
	}
	return len(h) < 10 || string(h[4:10]) == "1AY&SY" || string(h[4:10]) == "\x17\x72\x45\x38\x50\x90"
}

// isLZMA checks the 13 bytes of the .lzma header: the usual properties, a dictionary of 2^n or 2^n+2^(n-1), and a size that
// is unknown or believable.
func isLZMA(h []byte) bool {
	if len(h) < 13 || h[0] != 0x5d {
		return false
	}
	dict := binary.LittleEndian.Uint32(h[1:])
	low := dict & (dict - 1) // without the lowest bit
	if dict < 1<<12 || dict != 0xffffffff && low != 0 && low != dict&^(low>>1) {
		return false
	}
	n := binary.LittleEndian.Uint64(h[5:])
	return n == 1<<64-1 || n < 1<<40
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// hdf5At looks for the signature at 0, 512, 1024, 2048, …: a user block may come first.
func hdf5At(head []byte) bool {
	const sig = "\x89HDF\r\n\x1a\n"
	for off := 0; off+len(sig) <= len(head); off = max(512, off*2) {
		if string(head[off:off+len(sig)]) == sig {
			return true
		}
	}
	return false
}

// isMessagePack tells a map, which every checkpoint of Flax is at the top. There is no magic number.
func isMessagePack(head []byte) bool {
	return len(head) > 0 && (head[0]&0xf0 == 0x80 || head[0] == 0xde || head[0] == 0xdf)
}

func isSafetensors(head []byte, size int64) bool {
	if len(head) < 9 || head[8] != '{' {
		return false
	}
	n := binary.LittleEndian.Uint64(head)
	return n >= 2 && n <= 100_000_000
}

// byMarkup tells the XML formats apart by their root element, which stands behind declarations and comments.
func byMarkup(head []byte) Format {
	b := bytes.TrimLeft(bom.Decode(head).Bytes, " \t\r\n")
	if len(b) == 0 || b[0] != '<' {
		return ""
	}
	switch {
	case bytes.Contains(b, []byte("<PMML")):
		return PMML
	case bytes.Contains(b, []byte("<net ")) && bytes.Contains(b, []byte("<layer")):
		return OpenVINO
	}
	return ""
}

// isText tells text from binary as git does, by NUL bytes, and by whether it is UTF-8. A rune cut by the end of the head is
// no fault.
func isText(head []byte) bool {
	if bytes.HasPrefix(head, []byte{0xff, 0xfe}) || bytes.HasPrefix(head, []byte{0xfe, 0xff}) {
		return true
	}
	if bytes.IndexByte(head, 0) >= 0 {
		return false
	}
	for cut := 0; cut < utf8.UTFMax && cut <= len(head); cut++ {
		if utf8.Valid(head[:len(head)-cut]) {
			return cut == 0 || len(head) == HeadSize
		}
	}
	return false
}
