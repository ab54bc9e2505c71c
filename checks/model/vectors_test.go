package model_test

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"bakedin/checks/checkstest"
	"bakedin/internal/format/pickle/asm"
	"bakedin/rules"
)

// verdict runs the family over one file and writes what was found: "rule severity", sorted, and the skips.
func verdict(t *testing.T, files map[string][]byte) string {
	t.Helper()
	res, err := checkstest.Run(context.Background(), ruleset(t), files)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, f := range res.Findings {
		if f.Says == rules.Gap && f.Rule != "pickle-format-model" {
			out = append(out, fmt.Sprintf("%s %s", f.Rule, f.Severity))
		}
	}
	for _, s := range res.Skips {
		out = append(out, "skipped "+s.Kind)
	}
	slices.Sort(out)
	return strings.Join(slices.Compact(out), ", ")
}

func TestUses(t *testing.T) {
	const reconstructor = "GLOBAL copy_reg _reconstructor\nMARK\nGLOBAL %s\nGLOBAL __builtin__ object\nNONE\nTUPLE\nREDUCE\nSTOP"
	for _, c := range []struct{ name, listing, want string }{
		{"a dangerous function in a lazy map", "PROTO 4\nGLOBAL builtins map\nGLOBAL os system\nEMPTY_TUPLE\nTUPLE2\nNEWOBJ\nSTOP", "pickle-runs-code critical"},
		{"a dangerous function in a partial", "PROTO 4\nGLOBAL functools partial\nGLOBAL os system\nTUPLE1\nREDUCE\nSTOP", "pickle-runs-code critical"},
		{"a class of torch in a partial", "PROTO 4\nGLOBAL functools partial\nGLOBAL torch.nn.modules.normalization LayerNorm\nTUPLE1\nREDUCE\nSTOP", ""},
		{"a factory that is a list", "GLOBAL collections defaultdict\nGLOBAL __builtin__ list\nTUPLE1\nREDUCE\nSTOP", ""},
		{"a factory that runs code", "GLOBAL collections defaultdict\nGLOBAL os getcwd\nTUPLE1\nREDUCE\nSTOP", "pickle-runs-code critical"},
		{"an object of protocol 0", fmt.Sprintf(reconstructor, "argparse Namespace"), ""},
		{"an object of protocol 0 of a stranger", fmt.Sprintf(reconstructor, "my.mod Net"), "pickle-unknown-import high"},
		{"an object of protocol 0 of a dangerous class", fmt.Sprintf(reconstructor, "subprocess Popen"), "pickle-runs-code critical"},
		{"bytes of protocol 2", "PROTO 2\nGLOBAL _codecs encode\nUNICODE abc\nUNICODE latin1\nTUPLE2\nREDUCE\nSTOP", ""},
		{"a codec that unpacks", "PROTO 2\nGLOBAL _codecs encode\nUNICODE abc\nUNICODE zip\nTUPLE2\nREDUCE\nSTOP", "pickle-unknown-call high"},
		{"an allocation", "PROTO 2\nGLOBAL builtins bytearray\nLONG1 99999999999\nTUPLE1\nREDUCE\nSTOP", "pickle-unknown-call high"},
		{"a class that may be made but not called", "GLOBAL xgboost.core Booster\nUNICODE \"model.bin\"\nTUPLE1\nREDUCE\nSTOP", "pickle-unknown-call high"},
		{"items on a deque", "GLOBAL collections deque\nEMPTY_TUPLE\nREDUCE\nNONE\nAPPEND\nSTOP", ""},
		{"the result of a call is called", "GLOBAL collections OrderedDict\nEMPTY_TUPLE\nREDUCE\nEMPTY_TUPLE\nREDUCE\nSTOP", "pickle-unknown-call high"},
		{"a module is patched", "GLOBAL importlib import_module\nUNICODE json\nTUPLE1\nREDUCE\nEMPTY_DICT\nBUILD\nSTOP", "pickle-live-object-write critical, pickle-runs-code critical"},
		{"an inner pickle that is loaded", "PROTO 4\nGLOBAL torch.storage _load_from_bytes\nBINBYTES {\nPROTO 2\nGLOBAL os system\nUNICODE canary\nTUPLE1\nREDUCE\nSTOP\n}\nTUPLE1\nREDUCE\nSTOP", "pickle-hidden-payload high, pickle-runs-code critical"},
		{"a call and then nothing that can be read", "GLOBAL os system\nUNICODE canary\nTUPLE1\nREDUCE\n.raw ff", "pickle-broken-stream medium, pickle-runs-code critical, skipped parse"},
		{"plain data that is cut", "PROTO 2\nEMPTY_DICT\nUNICODE abc\n.truncate 2", "skipped parse"},
		{"a name made at load time", "GLOBAL collections OrderedDict\nEMPTY_TUPLE\nREDUCE\nUNICODE system\nSTACK_GLOBAL\nEMPTY_TUPLE\nREDUCE\nSTOP", "pickle-stream-anomaly high, pickle-unknown-call high"},
	} {
		t.Run(c.name, func(t *testing.T) {
			b, err := asm.Assemble(c.listing)
			if err != nil {
				t.Fatal(err)
			}
			if got := verdict(t, map[string][]byte{"model.pkl": b}); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

func TestAnUnknownImportWeighsLessWhereTheRepositoryProvidesIt(t *testing.T) {
	b, err := asm.Assemble("PROTO 2\nGLOBAL nets.small Net\nEMPTY_TUPLE\nNEWOBJ\nSTOP")
	if err != nil {
		t.Fatal(err)
	}
	alone := verdict(t, map[string][]byte{"model.pkl": b})
	owned := verdict(t, map[string][]byte{"model.pkl": b, "src/nets/small.py": []byte("class Net: pass\n")})
	if alone != "pickle-unknown-import high" || owned != "pickle-unknown-import medium" {
		t.Errorf("alone: %s; owned: %s", alone, owned)
	}
}

func TestAnArchiveInAnArchiveIsNoSecondDirectory(t *testing.T) {
	pack := func(name string, content []byte) []byte {
		var b bytes.Buffer
		w := zip.NewWriter(&b)
		f, err := w.CreateHeader(&zip.FileHeader{Name: name})
		if err == nil {
			_, err = f.Write(content)
		}
		if err == nil {
			err = w.Close()
		}
		if err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	if got := verdict(t, map[string][]byte{"model.pt": pack("inner.zip", pack("readme", []byte("hello")))}); got != "" {
		t.Errorf("got %s", got)
	}
}

func TestAFindingShowsTheOpcodesAboutIt(t *testing.T) {
	b, err := asm.Assemble("PROTO 2\nGLOBAL os system\nUNICODE canary\nTUPLE1\nREDUCE\nSTOP")
	if err != nil {
		t.Fatal(err)
	}
	res, err := checkstest.Run(context.Background(), ruleset(t), map[string][]byte{"model.pkl": b})
	if err != nil {
		t.Fatal(err)
	}
	found := res.Of("pickle-runs-code")
	if len(found) != 1 || found[0].Location.Snippet == nil || found[0].Anchor != "GLOBAL os.system" {
		t.Fatalf("got %+v", found)
	}
	want := "  2: GLOBAL \"os\" \"system\"\n  13: UNICODE canary\n  21: TUPLE1\n> 22: REDUCE\n  23: STOP"
	if got := string(*found[0].Location.Snippet); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if want := "REDUCE of os.system at byte 22 with \"canary\": it is called when the file is loaded"; string(found[0].Message) != want {
		t.Errorf("got %s", found[0].Message)
	}
}
