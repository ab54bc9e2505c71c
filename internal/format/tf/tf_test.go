package tf

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"

	"bakedin/internal/format/asm"
)

var limits = Limits{Fields: 1 << 20, Depth: 100, Nodes: 1 << 16, Text: 64 << 10, Keep: 1 << 20}

const model = `#1=1 #2{
	#1{#4"serve"}
	#2{
		#1{#1"path" #2"Const" #5{#1"value" #2{#8{#2=7 #8"/etc/passwd"}}}}
		#1{#1"same" #2"Identity" #3"path:0"}
		#1{#1"read" #2"ReadFile" #3"same"}
		#1{#1"call" #2"PartitionedCall" #3"^read" #5{#2{#10{#1"f"}} #1"f"}}
		#2{#1{#1{#1"f"} #3{#1"x" #2"SaveV2"}} #1{#1{#1"g"} #3{#1"y" #2"PyFunc"}}}
	}
	#3{#1"save/Const:0" #2"call:0"}
	#5{#1"serving_default" #2{#2{#1"out" #2{#1"read:0"}}}}
	#6{#1{#1"path:0"} #2"vocab.txt"}
}`

func assemble(tb testing.TB, listing string) *bytes.Reader {
	b, err := asm.Assemble(listing)
	if err != nil {
		tb.Fatal(err)
	}
	return bytes.NewReader(b)
}

func TestSavedModel(t *testing.T) {
	r := assemble(t, model)
	f, err := ParseSavedModel(r, r.Size(), limits)
	if err != nil || len(f.Graphs) != 1 {
		t.Fatalf("%+v, %v", f, err)
	}
	g := f.Graphs[0]
	if len(g.Nodes) != 4 || len(g.Functions) != 2 || g.Functions[1].Nodes[0].Op != "PyFunc" || len(g.Assets) != 1 || g.Assets[0] != (Asset{"path", "vocab.txt"}) {
		t.Errorf("%+v", g)
	}
	reach := g.Reach()
	texts, constant := reach.Texts(nil, g.Nodes[2])
	if !slices.Equal(texts, []string{"/etc/passwd"}) || !constant {
		t.Errorf("texts %q, %v", texts, constant)
	}
	saved := reach.From(g.Saver...)
	if !saved[g.Functions[0].Nodes[0]] || saved[g.Functions[1].Nodes[0]] || !saved[g.Nodes[2]] {
		t.Errorf("the saver reaches %v", saved)
	}
	if served := reach.From(g.Outputs["serving_default"]...); served[g.Nodes[3]] || !served[g.Nodes[0]] {
		t.Errorf("the signature reaches %v", served)
	}
}

func TestKerasMetadata(t *testing.T) {
	r := assemble(t, `#1{#2=0 #3"root" #4"_tf_keras_layer" #5"{\"class_name\": \"Lambda\"}"}`)
	f, err := ParseKeras(r, r.Size(), limits)
	if err != nil || len(f.Keras) != 1 || !strings.Contains(f.Keras[0].JSON, "Lambda") {
		t.Errorf("%+v, %v", f, err)
	}
}

func TestASchemaIsNoGraph(t *testing.T) {
	for _, c := range []struct {
		name, listing string
		want          bool
	}{
		{"two files", `#1{#1"a/b.proto" #2"acme.v1" #4{#1"M"} #12"proto3"} #1{#1"c.proto" #5{#1"E"}}`, true},
		{"an operation of TensorFlow's", `#1{#1"a.proto" #2"acme" #12"proto3"} #1{#1"b.proto" #2"PyFunc"}`, false},
		{"a function of a library", `#1{#1"a.proto" #2"acme" #12"proto3"} #2{#1{#1{#1"acme"} #3{#1"y" #2"PyFunc"}}}`, false},
		{"another name", `#1{#1"a.proto" #2"acme"} #1{#1"b" #2"acme"}`, false},
		{"the last one of a field counts", `#1{#1"a.proto" #2"acme" #2"PyFunc"}`, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := assemble(t, c.listing)
			if got, err := IsSchema(r, r.Size(), limits); got != c.want || err != nil {
				t.Errorf("%v, %v", got, err)
			}
		})
	}
}

func TestDepthIsBounded(t *testing.T) {
	listing := `#1{#1"n" #2"Op" #5{#1"f" #2` + strings.Repeat(`{#10{#1"f" #2{#1"f" #2`, 15) + `"x"` + strings.Repeat(`}}}`, 15) + `}}`
	r := assemble(t, listing)
	_, err := ParseGraph(r, r.Size(), Limits{Fields: 1 << 20, Depth: 20, Nodes: 9, Text: 99})
	var limit *LimitError
	if !errors.As(err, &limit) || limit.Limit != "depth" {
		t.Error(err)
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{model, `#1{#1"a" #2"Const"}`, `#1{#3"root" #5"{}"}`} {
		b, err := asm.Assemble(s)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, parse := range []func(r *bytes.Reader) (*File, error){
			func(r *bytes.Reader) (*File, error) { return ParseSavedModel(r, r.Size(), limits) },
			func(r *bytes.Reader) (*File, error) { return ParseMetaGraph(r, r.Size(), limits) },
			func(r *bytes.Reader) (*File, error) { return ParseGraph(r, r.Size(), limits) },
			func(r *bytes.Reader) (*File, error) { return ParseKeras(r, r.Size(), limits) },
			func(r *bytes.Reader) (*File, error) { _, err := IsSchema(r, r.Size(), limits); return &File{}, err },
		} {
			file, err := parse(bytes.NewReader(b))
			var syntax *SyntaxError
			var limit *LimitError
			if err != nil && !errors.As(err, &syntax) && !errors.As(err, &limit) {
				t.Fatalf("an error of another kind: %v", err)
			}
			for _, g := range file.Graphs {
				reach := g.Reach()
				reach.From(g.Saver...)
				for _, n := range g.Nodes {
					reach.Texts(nil, n)
				}
			}
		}
	})
}
