package sniff

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// tarHeader is a header block of the oldest kind: no magic, only a checksum that holds.
func tarHeader(name string) []byte {
	b := make([]byte, 1024)
	copy(b, name)
	copy(b[100:], "0000644\x000000000\x000000000\x0000000000000\x0000000000000\x00")
	sum := 8 * int(' ')
	for i, c := range b[:512] {
		if i < 148 || i >= 156 {
			sum += int(c)
		}
	}
	copy(b[148:], fmt.Sprintf("%06o\x00 ", sum))
	return b
}

// zipOf is an archive of empty stored entries.
func zipOf(names ...string) []byte {
	var body, dir []byte
	for _, n := range names {
		local := make([]byte, 30)
		copy(local, localSig)
		binary.LittleEndian.PutUint16(local[26:], uint16(len(n)))
		central := make([]byte, 46)
		copy(central, centralSig)
		binary.LittleEndian.PutUint16(central[28:], uint16(len(n)))
		binary.LittleEndian.PutUint32(central[42:], uint32(len(body)))
		body = append(append(body, local...), n...)
		dir = append(append(dir, central...), n...)
	}
	end := make([]byte, 22)
	copy(end, endSig)
	binary.LittleEndian.PutUint16(end[8:], uint16(len(names)))
	binary.LittleEndian.PutUint16(end[10:], uint16(len(names)))
	binary.LittleEndian.PutUint32(end[12:], uint32(len(dir)))
	binary.LittleEndian.PutUint32(end[16:], uint32(len(body)))
	return slices.Concat(body, dir, end)
}

// field is a protobuf field of type Bytes.
func field(n int, content string) string {
	return string(binary.AppendUvarint(binary.AppendUvarint(nil, uint64(n<<3|2)), uint64(len(content)))) + content
}

func TestSniff(t *testing.T) {
	for _, c := range []struct {
		name, file, bytes string
		want              []Format
	}{
		{"an empty file is nothing", "a", "", nil},
		{"prose is nothing", "README.md", "# Title\n\nThis mentions os.system and pickle.\n", nil},
		{"a pickle of protocol 4 under a picture's name", "cat.jpg", "\x80\x04\x95\x02\x00\x00\x00\x00\x00\x00\x00N.", []Format{Pickle}},
		{"a pickle of a protocol that does not exist is still one", "x", "\x80\x07cos\nsystem\n(S'id'\ntR.", []Format{Pickle}},
		{"a pickle of protocol 0 that imports and calls", "notes.txt", "cos\nsystem\n(S'id'\ntR.", []Format{Pickle}},
		{"a pickle of protocol 0 that builds with INST", "x", "(S'id'\nios\nsystem\n.", []Format{Pickle}},
		{"a pickle that imports by STACK_GLOBAL without PROTO", "x", "\x8c\x02os\x8c\x06system\x93\x8c\x02id\x85R.", []Format{Pickle}},
		{"a word list is not a pickle", "words", "cat\ndog\nRabbit\n", nil},
		{"a C program is not a pickle", "a.c", "const int a;\nint main() { return 0; }\n", nil},
		{"a poem that begins with I", "poem", "I wandered lonely\nas a cloud\n.", nil},
		{"a torch file before 1.6", "m.pt", "\x80\x02\x8a\x0alfc", []Format{Pickle}},
		{"the magic number of torch before 1.6", "m.pt", "\x80\x02" + string(legacyMagic) + ".", []Format{TorchLegacy, Pickle}},
		{"a torch zip by its first record", "m.bin", string(zipOf("archive/data.pkl", "archive/version")), []Format{TorchZip, Zip}},
		{"TorchScript has constants", "m.pt", string(zipOf("m/data.pkl", "m/constants.pkl", "m/code/a.py")), []Format{TorchScript, Zip}},
		{"a torch package lists what it does not carry", "m.pt", string(zipOf("m/.data/extern_modules", "m/a.pkl")), []Format{TorchPackage, Zip}},
		{"numpy arrays in a zip", "a.npz", string(zipOf("x.npy")), []Format{NPZ, Zip}},
		{"a Keras archive", "m.keras", string(zipOf("metadata.json", "config.json")), []Format{Keras, Zip}},
		{"a program with an archive behind it is both", "run", "\x7fELF" + strings.Repeat("\x00", 600) + string(zipOf("a")), []Format{ELF, Zip}},
		{"a pickle with an archive behind it is both", "x", "\x80\x02N." + string(zipOf("m/data.pkl")), []Format{Pickle, TorchZip, Zip}},
		{"gzip", "x", "\x1f\x8b\x08\x00\x00", []Format{Gzip}},
		{"zlib", "x", "\x78\x9c\x03\x00\x00\x00\x00\x01", []Format{Zlib}},
		{"a formula in x is not zlib", "x", "x^2 + y^2 = z^2 for no integers above", nil},
		{"bzip2", "x", "BZh91AY&SY\x00\x00", []Format{Bzip2}},
		{"xz", "x", "\xfd7zXZ\x00\x00\x04", []Format{XZ}},
		{"lzma alone", "x", "\x5d\x00\x00\x80\x00\xff\xff\xff\xff\xff\xff\xff\xff\x00", []Format{LZMA}},
		{"zstd", "x", "\x28\xb5\x2f\xfd\x00\x00", []Format{Zstd}},
		{"lz4", "x", "\x04\x22\x4d\x18\x64\x40\xa7", []Format{LZ4}},
		{"the z-file of old joblib", "x.pkl", "ZF0x1a             \x78\x9c", []Format{JoblibZ}},
		{"7z", "m.pt", "7z\xbc\xaf\x27\x1c\x00\x04", []Format{SevenZip}},
		{"tar by magic", "x", string(tarHeader("a")[:257]) + "ustar\x0000" + strings.Repeat("\x00", 500), []Format{Tar}},
		{"tar by checksum", "x", string(tarHeader("a.txt")), []Format{Tar}},
		{"the tar of torch before 0.1.10", "x", string(tarHeader("sys_info")), []Format{TorchTar, Tar}},
		{"numpy", "x", "\x93NUMPY\x01\x00v\x00{'descr'", []Format{NPY}},
		{"HDF5 behind a user block", "x", strings.Repeat("\x00", 1024) + "\x89HDF\r\n\x1a\n\x00", []Format{HDF5}},
		{"GGUF", "x", "GGUF\x03\x00\x00\x00", []Format{GGUF}},
		{"old ggml", "x", "tjgg\x03\x00\x00\x00", []Format{GGML}},
		{"safetensors", "x", "\x02\x00\x00\x00\x00\x00\x00\x00{}", []Format{Safetensors}},
		{"TFLite", "x", "\x1c\x00\x00\x00TFL3\x00", []Format{TFLite}},
		{"ExecuTorch", "x", "\x1c\x00\x00\x00ET12eh00\x00", []Format{ExecuTorch}},
		{"the preview format of torch", "x", "PYTORCH1\x00", []Format{TorchPreview}},
		{"a script", "x", "#!/bin/sh\n", []Format{Script}},
		{"a text that begins with MZ", "x", "MZ is a pair of letters that begins this line of ordinary prose, and no program\n", nil},
		{"a plan of TensorRT", "m.plan", "ftrt\x00\x00\x00\x00", []Format{TensorRT}},
		{"XGBoost in JSON", "m.json", `{"learner":{"attributes":{},"feature_names":[]`, []Format{XGBoost}},
		{"JSON about a learner", "m.json", `{"learner":{"name":"Ann"}}`, nil},
		{"LightGBM", "m.txt", "tree\nversion=v4\nnum_class=1\n", []Format{LightGBM}},
		{"text about a tree", "m.txt", "tree\nversions", nil},
		{"CatBoost", "m.cbm", "CBM1\x10\x00\x00\x00", []Format{CatBoost}},
		{"R data", "x", "RDX3\nX\n\x00\x00\x00\x03", []Format{RData}},
		{"PMML", "x", `<?xml version="1.0"?><PMML version="4.4">`, []Format{PMML}},
		{"ONNX", "x", "\x08\x08" + field(2, "pytorch") + field(3, "2.1") + field(7, field(2, "main_graph")) + field(8, "\x0a\x00\x10\x11"), []Format{ONNX}},
		{"a SavedModel", "x", "\x08\x01" + field(2, field(1, field(4, "serve"))+field(2, "")), []Format{SavedModel}},
		{"a TensorFlow graph", "x", field(1, field(1, "x")+field(2, "Placeholder")), []Format{GraphDef}},
		{"a graph whose versions come first", "x", field(4, "\x08\x01") + field(1, field(1, "x")+field(2, "Placeholder")), []Format{GraphDef}},
		{"a graph of functions alone", "x", field(2, field(1, field(1, field(1, "f"))+field(3, field(1, "x")+field(2, "PyFunc")))), []Format{GraphDef}},
		{"a graph that is cut", "x", field(1, field(1, "x")+field(2, "Placeholder")) + "\x0a\x7f\x0a", []Format{GraphDef}},
		{"a meta graph", "x", field(1, field(4, "train")) + field(2, field(1, field(1, "x")+field(2, "Placeholder"))), []Format{MetaGraph}},
		{"a meta graph without information", "x", field(2, field(1, field(1, "x")+field(2, "Placeholder"))) + field(3, field(1, "save/Const:0")), []Format{MetaGraph}},
		{"a Core ML model of version 1", "x", "\x08\x01" + field(2, field(1, field(1, "in"))) + field(500, "\x0a\x01\x00"), []Format{CoreML}},
		{"a program that knows archives", "x", "\x7fELF" + strings.Repeat("\x00", 60) + "PK\x05\x06" + strings.Repeat("\x00", 8) + "\x10" + strings.Repeat("\x00", 40), []Format{ELF}},
		{"a schema of protoc", "x", field(1, field(1, "a.proto")+field(2, "acme.v1")), []Format{ProtoSchema}},
		{"a Core ML model", "x", "\x08\x07" + field(2, field(1, field(1, "in"))) + field(500, "\x0a\x01\x00"), []Format{CoreML}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := Sniff([]byte(c.bytes), nil, int64(len(c.bytes)), c.file)
			if !slices.Equal(got.Formats, c.want) {
				t.Errorf("formats %q, want %q", got.Formats, c.want)
			}
		})
	}
}

func TestPromised(t *testing.T) {
	for name, want := range map[string][]Format{
		"a/b.d/m.PKL.gz":    {Gzip, Pickle},
		"model.safetensors": {Safetensors},
		`c:\models\m.pt`:    {Torch},
		"saved_model.pb":    {SavedModel},
		"pickle":            nil,
		".gitignore":        nil,
		"v1.2.md":           nil,

		"model.onnx.data":                nil,
		"model.ckpt.index":               nil,
		"model.ckpt.data-00000-of-00001": nil,
	} {
		if got := Promised(name); !slices.Equal(got, want) {
			t.Errorf("%s promises %q, want %q", name, got, want)
		}
	}
}

func TestBroken(t *testing.T) {
	pickle := "\x80\x04N."
	for _, c := range []struct {
		name, file, bytes string
		want              Format
	}{
		{"safetensors that is a pickle breaks its promise", "m.safetensors", pickle, Safetensors},
		{"a checkpoint that is a pickle keeps it", "m.pt", pickle, ""},
		{"a checkpoint that is a program breaks it", "m.bin", "\x7fELF\x02\x01\x01", Torch},
		{"a pickle that joblib compressed keeps it", "m.pkl", "\x1f\x8b\x08\x00\x00", ""},
		{"numpy without magic breaks it", "m.npy", pickle, NPY},
		{"unknown bytes break no promise", "m.gguf", "nothing", ""},
		{"a name that promises nothing", "m.jpg", pickle, ""},
		{"a checkpoint by an old custom", "best.pth.tar", pickle, ""},
		{"a program under that name", "best.pth.tar", "\x7fELF\x02\x01\x01", Tar},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, broken := Sniff([]byte(c.bytes), nil, int64(len(c.bytes)), c.file).Broken()
			if got != c.want || broken != (c.want != "") {
				t.Errorf("broken promise %q, %v, want %q", got, broken, c.want)
			}
		})
	}
}

func TestText(t *testing.T) {
	cut := bytes.Repeat([]byte("ä"), HeadSize) // 2 bytes each
	for _, c := range []struct {
		name string
		head []byte
		want bool
	}{
		{"nothing", nil, true},
		{"UTF-8", []byte("grüße\n"), true},
		{"a head that ends inside a letter", append([]byte("a"), cut[:HeadSize-1]...), true},
		{"a NUL byte", []byte("a\x00b"), false},
		{"UTF-16 with its mark", []byte("\xff\xfea\x00"), true},
		{"Latin 1", []byte("gr\xfc\xdfe and more"), false},
	} {
		if got := Sniff(c.head, nil, int64(len(c.head)), "x").Text; got != c.want {
			t.Errorf("%s: text is %v, want %v", c.name, got, c.want)
		}
	}
}

func TestLFSPointer(t *testing.T) {
	oid := strings.Repeat("0f", 32)
	good := "version https://git-lfs.github.com/spec/v1\noid sha256:" + oid + "\nsize 12345\n"
	r := Sniff([]byte(good), nil, int64(len(good)), "m.bin")
	if r.LFS == nil || r.LFS.OID != oid || r.LFS.Size != 12345 || r.Format() != LFSPointer {
		t.Fatalf("pointer not read: %+v", r)
	}
	for name, text := range map[string]string{
		"without an oid":      "version https://git-lfs.github.com/spec/v1\nsize 1\n",
		"with a short oid":    "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n",
		"with a bad size":     strings.Replace(good, "12345", "-1", 1),
		"longer than allowed": good + strings.Repeat("ext-0-x y\n", 100),
	} {
		if r := Sniff([]byte(text), nil, int64(len(text)), "m.bin"); r.LFS != nil {
			t.Errorf("a pointer %s was taken for one", name)
		}
	}
}

func TestSkipPickle(t *testing.T) {
	big := "B\x00\x00\x10\x00" + strings.Repeat("x", 1<<20)
	for _, c := range []struct {
		name, bytes string
		end         int64
		ok          bool
	}{
		{"ends behind STOP, not at the end of the file", "\x80\x02K\x01.tail", 5, true},
		{"a payload of a megabyte is stepped over", "\x80\x03" + big + ".", int64(3 + len(big)), true},
		{"no STOP", "\x80\x02K\x01", 4, false},
		{"a count beyond the file", "X\xff\xff\xff\x7fab", 0, false},
		{"a byte that is no opcode", "N\xffN.", 1, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			end, err := SkipPickle(strings.NewReader(c.bytes), 0, int64(len(c.bytes)), 1000)
			if end != c.end || (err == nil) != c.ok {
				t.Errorf("end %d, %v; want %d, ok %v", end, err, c.end, c.ok)
			}
		})
	}
}

func FuzzSniff(f *testing.F) {
	f.Add([]byte("cos\nsystem\n(S'id'\ntR."), "m.pkl")
	f.Add(zipOf("m/data.pkl"), "m.pt")
	f.Add([]byte("\x08\x08\x12\x07pytorch"), "m.onnx")
	f.Add(tarHeader("a"), "x.tar")
	f.Fuzz(func(t *testing.T, b []byte, name string) {
		head, tail := b[:min(len(b), HeadSize)], b[max(0, len(b)-TailSize):]
		r := Sniff(head, tail, int64(len(b)), name)
		for _, f := range r.Formats {
			if f.Class() == "" {
				t.Errorf("%q has no class", f)
			}
		}
		SkipPickle(bytes.NewReader(b), 0, int64(len(b)), 1000)
	})
}

func BenchmarkSniffText(b *testing.B) {
	head := bytes.Repeat([]byte("import numpy as np\n"), 300)[:HeadSize]
	b.ReportAllocs()
	for b.Loop() {
		Sniff(head, nil, 1<<20, "src/pkg/train.py")
	}
}
