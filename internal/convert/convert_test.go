package convert

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"bakedin/internal/format/safetensors"
)

// written plans, writes, and reads the output with the strict reader: name to "dtype shape bytes".
func written(t testing.TB, b []byte, opt Options) (*Plan, []byte, map[string]string) {
	t.Helper()
	p, err := planOf(b, opt)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if _, err := p.WriteTo(context.Background(), &out, WriteOptions{}); err != nil {
		t.Fatal(err)
	}
	f, err := safetensors.Parse(bytes.NewReader(out.Bytes()), int64(out.Len()), safetensors.Limits{Header: 1 << 24, Depth: 8})
	if err != nil || len(f.Problems) > 0 {
		t.Fatalf("the strict reader: %v %v", err, f.Problems)
	}
	got := map[string]string{}
	for _, x := range f.Tensors {
		got[x.Name] = string(out.Bytes()[f.Data+x.Begin : f.Data+x.End])
	}
	for _, m := range f.Metadata {
		got["meta "+m.Key] = m.Value
	}
	return p, out.Bytes(), got
}

// at picks elements of four bytes.
func at(s string, index ...int) string {
	var b strings.Builder
	for _, i := range index {
		b.WriteString(s[4*i : 4*i+4])
	}
	return b.String()
}

func TestViewsOfOneStorageAreWrittenExactly(t *testing.T) {
	data := floats(100)
	v := func(offset int, shape, strides []int) string {
		return view{key: "0", elements: 100, offset: offset, shape: shape, strides: strides}.String()
	}
	m := made{storages: [][2]string{{"0", data}}, object: dictOf(map[string]string{
		"all":      v(0, []int{100}, []int{1}),
		"square":   v(0, []int{10, 10}, []int{10, 1}),
		"inner":    v(10, []int{10}, []int{1}),
		"apart":    v(50, []int{10}, []int{1}),
		"turned":   v(0, []int{3, 2}, []int{1, 3}),
		"even":     v(0, []int{5}, []int{2}),
		"odd":      v(1, []int{5}, []int{2}),
		"scalar":   v(7, nil, nil),
		"empty":    v(100, []int{0, 4}, []int{4, 1}),
		"expanded": v(5, []int{2, 2}, []int{0, 1}),
		"ones":     v(4, []int{1, 3, 1}, []int{77, 1, 99}),
	})}
	p, zipped, got := written(t, m.zip(t), Options{AllowGrowth: true})
	for name, want := range map[string]string{
		"all": data, "square": data, "inner": data[40:80], "apart": data[200:240], "turned": at(data, 0, 3, 1, 4, 2, 5),
		"even": at(data, 0, 2, 4, 6, 8), "odd": at(data, 1, 3, 5, 7, 9), "scalar": at(data, 7), "empty": "",
		"expanded": at(data, 5, 6, 5, 6), "ones": at(data, 4, 5, 6),
	} {
		if got[name] != want {
			t.Errorf("%s: %x, want %x", name, got[name], want)
		}
	}
	if len(p.Ties) != 0 || len(p.Unshared) != 1 || len(p.Unshared[0]) != 11 {
		t.Errorf("ties %v, unshared %v", p.Ties, p.Unshared)
	}
	t.Run("and a legacy file gives the same bytes as a zip", func(t *testing.T) {
		if _, legacy, _ := written(t, m.legacy(t), Options{AllowGrowth: true}); !bytes.Equal(legacy, zipped) {
			t.Error("they differ")
		}
	})
	t.Run("and twice gives the same bytes", func(t *testing.T) {
		if _, again, _ := written(t, m.zip(t), Options{AllowGrowth: true}); !bytes.Equal(again, zipped) {
			t.Error("they differ")
		}
	})
}

func TestTies(t *testing.T) {
	v := view{key: "0", elements: 6, shape: []int{2, 3}, strides: []int{3, 1}}.String()
	m := made{storages: [][2]string{{"0", floats(6)}}, object: dictOf(map[string]string{"lm_head.weight": v, "embed.weight": v})}
	for _, c := range []struct {
		keep    Keep
		tensors int
		alias   string
	}{{Alias, 1, "embed.weight"}, {All, 2, ""}, {Auto, 1, "embed.weight"}} {
		p, _, got := written(t, m.zip(t), Options{Keep: c.keep})
		if len(p.Tensors) != c.tensors || got["meta lm_head.weight"] != c.alias || got["embed.weight"] != floats(6) {
			t.Errorf("keep %q: %d tensors, alias %q", c.keep, len(p.Tensors), got["meta lm_head.weight"])
		}
		if len(p.Ties) != 1 || p.Ties[0] != (Tie{"lm_head.weight", "embed.weight"}) || !bytes.Contains(p.Sidecar, []byte(`"kept": "embed.weight"`)) {
			t.Errorf("keep %q: ties %v", c.keep, p.Ties)
		}
	}
	t.Run("a small tie is kept under all its names unless asked otherwise", func(t *testing.T) {
		small := view{key: "1", elements: 1, shape: []int{1}, strides: []int{1}}.String()
		m := made{storages: [][2]string{{"0", floats(100)}, {"1", floats(1)}}, object: dictOf(map[string]string{
			"big": view{key: "0", elements: 100, shape: []int{100}, strides: []int{1}}.String(), "x": small, "y": small})}
		if p, _, _ := written(t, m.zip(t), Options{}); len(p.Tensors) != 3 || len(p.Ties) != 1 {
			t.Errorf("%d tensors, ties %v", len(p.Tensors), p.Ties)
		}
	})
}

// The newer forms of torch, constructed: no torch that writes them was at hand.
func TestNewerForms(t *testing.T) {
	v3 := func(dtype string, elements int, meta string) string {
		return "GLOBAL \"torch._utils\" \"_rebuild_tensor_v3\"\nMARK\n" + view{class: "torch.storage.UntypedStorage", key: "0", elements: 8}.id() +
			integer(0) + tuple([]int{elements}) + tuple([]int{1}) + "NEWFALSE\nGLOBAL \"collections\" \"OrderedDict\"\nEMPTY_TUPLE\nREDUCE\n" +
			"GLOBAL \"torch\" " + `"` + dtype + "\"\n" + meta + "TUPLE\nREDUCE\n"
	}
	v2 := func(class string, n int, meta string) string {
		s := view{class: class, key: "0", elements: n, shape: []int{n}, strides: []int{1}}.String()
		return strings.TrimSuffix(s, "TUPLE\nREDUCE\n") + meta + "TUPLE\nREDUCE\n"
	}
	flag := func(name string) string { return "EMPTY_DICT\nBINUNICODE \"" + name + "\"\nNEWTRUE\nSETITEM\n" }
	const data = "\x01\x02\x03\x04\x05\x06\x07\x08"
	for _, c := range []struct {
		name, tensor string
		size         int
		dtype, want  string
	}{
		{"float8", v3("float8_e4m3fn", 8, ""), 1, "F8_E4M3", data},
		{"float8 of five exponent bits", v3("float8_e5m2", 8, ""), 1, "F8_E5M2", data},
		{"unsigned 16", v3("uint16", 4, ""), 1, "U16", data},
		{"unsigned 64", v3("uint64", 1, ""), 1, "U64", data},
		{"the conjugate bit", v2("ComplexFloatStorage", 1, flag("conj")), 8, "C64", "\x01\x02\x03\x04\x05\x06\x07\x88"},
		{"the negative bit of a float", v2("FloatStorage", 2, flag("neg")), 4, "F32", "\x01\x02\x03\x84\x05\x06\x07\x88"},
		{"the negative bit of an integer", v2("ShortStorage", 4, flag("neg")), 2, "I16", "\xff\xfd\xfd\xfb\xfb\xf9\xf9\xf7"},
		{"a class of module torch.cuda", view{class: "torch.cuda.HalfStorage", key: "0", elements: 4, shape: []int{4}, strides: []int{1}}.String(), 2, "F16", data},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := made{object: dictOf(map[string]string{"w": c.tensor}), storages: [][2]string{{"0", data}}, sizes: map[string]int{"0": c.size}}
			p, _, got := written(t, m.zip(t), Options{})
			if p.Tensors[0].DType != c.dtype || got["w"] != c.want {
				t.Errorf("%s %x, want %s %x", p.Tensors[0].DType, got["w"], c.dtype, c.want)
			}
			if _, _, legacy := written(t, m.legacy(t), Options{}); legacy["w"] != c.want {
				t.Errorf("legacy %x, want %x", legacy["w"], c.want)
			}
		})
	}
	t.Run("big-endian", func(t *testing.T) {
		m := one(plain)
		m.members = [][2]string{{"m/byteorder", "big"}}
		b := []byte(floats(6))
		for i := 0; i < len(b); i += 4 {
			slices.Reverse(b[i : i+4])
		}
		if _, _, got := written(t, m.zip(t), Options{}); got["w"] != string(b) {
			t.Errorf("%x", got["w"])
		}
	})
	t.Run("a truth value that is none", func(t *testing.T) {
		m := one(view{class: "BoolStorage", key: "0", elements: 3, shape: []int{3}, strides: []int{1}})
		m.storages[0][1] = "\x00\x01\x02"
		p, err := planOf(m.zip(t), Options{})
		if err == nil {
			_, err = p.WriteTo(context.Background(), &bytes.Buffer{}, WriteOptions{})
		}
		if !errors.Is(err, ErrBool) {
			t.Error(err)
		}
	})
}

func TestFlippedBytesAreFound(t *testing.T) {
	for _, v := range []view{plain, {key: "0", elements: 6, shape: []int{3}, strides: []int{2}}, {key: "0", elements: 6, offset: 2, shape: []int{2}, strides: []int{1}}} {
		m := one(v)
		m.stale = "m/data/0"
		p, err := planOf(m.zip(t), Options{})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := p.WriteTo(context.Background(), &bytes.Buffer{}, WriteOptions{}); !errors.Is(err, ErrChecksum) || !strings.Contains(err.Error(), `"m/data/0"`) {
			t.Errorf("%v: %v", v.shape, err)
		}
	}
}

// linear is the pickle of an nn.Module with a hook that runs code.
func linear(class, extra string) string {
	ordered := func(items string) string {
		return "GLOBAL \"collections\" \"OrderedDict\"\nEMPTY_TUPLE\nREDUCE\nMARK\n" + items + "SETITEMS\n"
	}
	module, name, _ := cutLast(class)
	return "GLOBAL \"" + module + "\" \"" + name + "\"\nEMPTY_TUPLE\nNEWOBJ\n" + dictOf(map[string]string{
		"training":                    "NEWTRUE",
		"_parameters":                 ordered("BINUNICODE \"weight\"\nGLOBAL \"torch._utils\" \"_rebuild_parameter\"\n" + plain.String() + "NEWTRUE\nNONE\nTUPLE3\nREDUCE\nBINUNICODE \"bias\"\nNONE\n"),
		"_buffers":                    ordered("BINUNICODE \"kept\"\n" + plain.String() + "BINUNICODE \"scratch\"\n" + plain.String()),
		"_modules":                    "EMPTY_DICT",
		"_non_persistent_buffers_set": "GLOBAL \"builtins\" \"set\"\nEMPTY_LIST\nBINUNICODE \"scratch\"\nAPPEND\nTUPLE1\nREDUCE\n",
		"in_features":                 "BININT1 3",
	}) + extra + "BUILD\n"
}

func TestRescueCopiesTheWeightsAndListsTheRest(t *testing.T) {
	m := made{storages: [][2]string{{"0", floats(6)}}, object: dictOf(map[string]string{
		"model": linear("my.Net", ""), "hook": system, "epoch": "BININT1 3"})}
	if _, err := planOf(m.zip(t), Options{}); !errors.Is(err, ErrCode) || !strings.Contains(err.Error(), "my.Net is constructed") {
		t.Errorf("strict: %v", err)
	}
	p, _, got := written(t, m.zip(t), Options{Level: Rescue, Keep: All, AllowGrowth: true})
	if p.Root != "model" || len(p.Tensors) != 2 || got["weight"] != floats(6) || got["kept"] != floats(6) {
		t.Errorf("root %q, tensors %v", p.Root, p.Tensors)
	}
	var uses []string
	for _, d := range p.Dropped {
		uses = append(uses, d.Global+" "+d.Use+" "+d.With)
	}
	if got := strings.Join(uses, "; "); got != `posix.system called ("id"); my.Net constructed ()` {
		t.Errorf("dropped %s", got)
	}
	for _, want := range []string{`"$module": "my.Net"`, `"in_features": 3`, `"$dropped": "posix.system"`, RescueNote, `"epoch": 3`} {
		if !bytes.Contains(p.Sidecar, []byte(want)) {
			t.Errorf("the sidecar does not say %s:\n%s", want, p.Sidecar)
		}
	}
	t.Run("a tensor inside of what is dropped is told", func(t *testing.T) {
		m := made{storages: [][2]string{{"0", floats(6)}, {"1", floats(2)}}, object: dictOf(map[string]string{"w": plain.String(),
			"x": "GLOBAL \"my\" \"Thing\"\n" + view{key: "1", elements: 2, shape: []int{2}, strides: []int{1}}.String() + "TUPLE1\nREDUCE\n"})}
		p, _, _ := written(t, m.zip(t), Options{Level: Rescue})
		if len(p.Left) != 1 || p.Left[0].Name != "storage 1" || p.Left[0].Bytes != 8 {
			t.Errorf("left behind %v", p.Left)
		}
	})
	t.Run("of nothing but code there is nothing to rescue", func(t *testing.T) {
		if _, err := planOf(made{object: system}.zip(t), Options{Level: Rescue}); !errors.Is(err, ErrNoTensors) {
			t.Error(err)
		}
	})
}

func TestSidecarKeepsEverythingThatIsNoTensor(t *testing.T) {
	m := made{storages: [][2]string{{"0", floats(6)}}, object: dictOf(map[string]string{
		"state_dict": dictOf(map[string]string{"w": plain.String()}),
		"epoch":      "BININT1 3", "lr": "BINFLOAT 0.5", "nan": "BINFLOAT nan", "none": "NONE", "flag": "NEWTRUE", "big": "LONG1 1180591620717411303424",
		"text": `BINUNICODE "ü"`, "pair": "BININT1 1\nBININT1 2\nTUPLE2", "ints": "EMPTY_DICT\nBININT1 5\nBININT1 6\nSETITEM",
		"bytes": "GLOBAL \"_codecs\" \"encode\"\nBINUNICODE \"\\u00ff\"\nBINUNICODE \"latin1\"\nTUPLE2\nREDUCE",
		"set":   "GLOBAL \"__builtin__\" \"set\"\nEMPTY_LIST\nBININT1 1\nAPPEND\nTUPLE1\nREDUCE",
		"loop":  "EMPTY_LIST\nBINPUT 9\nBINGET 9\nAPPEND",
	})}
	p, _, got := written(t, m.zip(t), Options{Tool: "test"})
	if p.Root != "state_dict" || got["w"] != floats(6) {
		t.Errorf("root %q", p.Root)
	}
	var doc struct {
		Object map[string]json.RawMessage
	}
	if err := json.Unmarshal(p.Sidecar, &doc); err != nil {
		t.Fatal(err)
	}
	for key, want := range map[string]string{
		"epoch": "3", "lr": "0.5", "nan": `"NaN"`, "none": "null", "flag": "true", "big": `"1180591620717411303424"`, "text": `"ü"`,
		"pair": `{"$tuple":[1,2]}`, "ints": `{"$dict":[[5,6]]}`, "bytes": `{"$bytes":"/w=="}`, "set": `{"$set":[1]}`,
		"loop": `[{"$cycle":"loop.0"}]`, "state_dict": `{"w":{"$tensor":"w"}}`,
	} {
		var b bytes.Buffer
		json.Compact(&b, doc.Object[key])
		if b.String() != want {
			t.Errorf("%s is %s, want %s", key, b.String(), want)
		}
	}
	t.Run("a plain dict of tensors needs none", func(t *testing.T) {
		if p, _, _ := written(t, one(plain).zip(t), Options{}); p.Sidecar != nil {
			t.Errorf("%s", p.Sidecar)
		}
	})
}

// Random views, gathered in blocks and windows, are what indexing element by element gives.
func TestGatherIsIndexing(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		size := []int64{1, 2, 4, 8}[rng.IntN(4)]
		v := &tensor{span: span{storage: &storage{dtype: dtype{size: size}}}, dtype: dtype{size: size}, offset: rng.Int64N(20)}
		last := v.offset
		for range rng.IntN(5) {
			n, step := 1+rng.Int64N(40), []int64{0, 1, 2, 7, 40, 1000, 20000}[rng.IntN(7)]
			if v.elements()*n > 1<<20 || last+(n-1)*step > 1<<22 {
				continue
			}
			v.shape, v.strides = append(v.shape, n), append(v.strides, step)
			last += (n - 1) * step
		}
		src := make([]byte, (last+1)*size)
		for i := range src {
			src[i] = byte(rng.Uint32())
		}
		var want, got []byte
		index := make([]int64, len(v.shape))
		for {
			at := v.offset
			for i := range index {
				at += index[i] * v.strides[i]
			}
			want = append(want, src[at*size:(at+1)*size]...)
			i := len(index) - 1
			for ; i >= 0; i-- {
				if index[i]++; index[i] < v.shape[i] {
					break
				}
				index[i] = 0
			}
			if i < 0 {
				break
			}
		}
		g := gatherer{ctx: context.Background(), r: bytes.NewReader(src)}
		if err := g.gather(v, func(b []byte) error { got = append(got, b...); return nil }); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Fatalf("shape %v strides %v offset %d of %d bytes differ", v.shape, v.strides, v.offset, size)
		}
	}
}

func TestNothingHereCanStartAProcessOrOpenASocket(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", ".").Output()
	if err != nil {
		t.Skipf("the go command cannot list the packages: %v", err)
	}
	for _, p := range strings.Fields(string(out)) {
		switch p {
		case "os/exec", "net", "net/http", "plugin", "bakedin/internal/git":
			t.Errorf("the converter imports %s", p)
		}
	}
}

func TestHeaderIsThatOfTheReferenceWriter(t *testing.T) {
	_, b, _ := written(t, one(plain).zip(t), Options{})
	const want = `{"__metadata__":{"format":"pt"},"w":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]}}`
	if n := binary.LittleEndian.Uint64(b); n%8 != 0 || strings.TrimRight(string(b[8:8+n]), " ") != want {
		t.Errorf("%d %s", n, b[8:8+n])
	}
}
