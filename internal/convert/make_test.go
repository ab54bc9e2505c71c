package convert

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
	"slices"
	"strings"
	"testing"

	"bakedin/internal/format/pickle/asm"
)

// Checkpoints are assembled from text: a listing of the object pickle, and the bytes of storages.

func assemble(t testing.TB, listing string) []byte {
	t.Helper()
	b, err := asm.Assemble(listing)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// made is a file that torch.save could have written.
type made struct {
	object   string // the lines between PROTO 2 and STOP
	storages [][2]string
	sizes    map[string]int // bytes of an element, 4 when not given
	members  [][2]string    // more members of the archive
	stale    string         // member whose checksum is wrong
	raw      []byte         // the object pickle itself
}

const root = "m/"

func (m made) zip(t testing.TB) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	put := func(name, content string) {
		sum := crc32.ChecksumIEEE([]byte(content))
		if name == m.stale {
			sum++
		}
		f, err := w.CreateRaw(&zip.FileHeader{Name: name, Method: zip.Store, CRC32: sum,
			CompressedSize64: uint64(len(content)), UncompressedSize64: uint64(len(content))})
		if err != nil {
			t.Fatal(err)
		}
		io.WriteString(f, content)
	}
	if m.raw == nil {
		m.raw = assemble(t, "PROTO 2\n"+m.object+"\nSTOP")
	}
	put(root+"data.pkl", string(m.raw))
	for _, s := range m.storages {
		put(root+"data/"+s[0], s[1])
	}
	put(root+"version", "3\n")
	for _, s := range m.members {
		put(s[0], s[1])
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func (m made) legacy(t testing.TB) []byte {
	t.Helper()
	var b bytes.Buffer
	for _, listing := range []string{
		`LONG1 119547037146038801333356`,
		`BININT2 1001`,
		"EMPTY_DICT\nBINPUT 0\nMARK\nBINUNICODE \"protocol_version\"\nBININT2 1001\nBINUNICODE \"little_endian\"\nNEWTRUE\nSETITEMS",
		m.object,
	} {
		b.Write(assemble(t, "PROTO 2\n"+listing+"\nSTOP"))
	}
	keys := "EMPTY_LIST\nMARK\n"
	for _, s := range m.storages {
		keys += fmt.Sprintf("BINUNICODE %q\n", s[0])
	}
	b.Write(assemble(t, "PROTO 2\n"+keys+"APPENDS\nSTOP"))
	for _, s := range m.storages {
		size := 4
		if n := m.sizes[s[0]]; n > 0 {
			size = n
		}
		b.Write(binary.LittleEndian.AppendUint64(nil, uint64(len(s[1])/size)))
		b.WriteString(s[1])
	}
	return b.Bytes()
}

// view writes the listing of a tensor.
type view struct {
	class    string // FloatStorage when empty
	key      string
	elements int
	offset   int
	shape    []int
	strides  []int
}

func (v view) id() string {
	if v.class == "" {
		v.class = "FloatStorage"
	}
	module, name := "torch", v.class
	if m, n, ok := cutLast(v.class); ok {
		module, name = m, n
	}
	return fmt.Sprintf("MARK\nBINUNICODE \"storage\"\nGLOBAL %q %q\nBINUNICODE %q\nBINUNICODE \"cpu\"\n%sTUPLE\nBINPERSID\n",
		module, name, v.key, integer(v.elements))
}

func (v view) String() string {
	return "GLOBAL \"torch._utils\" \"_rebuild_tensor_v2\"\nMARK\n" + v.id() + integer(v.offset) + tuple(v.shape) + tuple(v.strides) +
		"NEWFALSE\nGLOBAL \"collections\" \"OrderedDict\"\nEMPTY_TUPLE\nREDUCE\nTUPLE\nREDUCE\n"
}

func integer(n int) string { return fmt.Sprintf("LONG1 %d\n", n) }

func tuple(ns []int) string {
	var b strings.Builder
	b.WriteString("MARK\n")
	for _, n := range ns {
		b.WriteString(integer(n))
	}
	return b.String() + "TUPLE\n"
}

// dictOf writes a dict of listings, in order of name.
func dictOf(values map[string]string) string {
	var names []string
	for n := range values {
		names = append(names, n)
	}
	slices.Sort(names)
	var b strings.Builder
	b.WriteString("EMPTY_DICT\nMARK\n")
	for _, n := range names {
		fmt.Fprintf(&b, "BINUNICODE %q\n%s\n", n, values[n])
	}
	return b.String() + "SETITEMS\n"
}

// floats are the bytes of 0, 1, 2, …
func floats(n int) string {
	b := make([]byte, 0, 4*n)
	for i := range n {
		b = binary.LittleEndian.AppendUint32(b, 0x3f800000+uint32(i))
	}
	return string(b)
}

var plain = view{key: "0", elements: 6, shape: []int{2, 3}, strides: []int{3, 1}}

// one is a checkpoint of one tensor.
func one(v view) made {
	return made{object: dictOf(map[string]string{"w": v.String()}), storages: [][2]string{{"0", floats(6)}}}
}
