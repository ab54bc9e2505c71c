package model_test

import (
	"archive/zip"
	"bytes"
	"io"
	"strings"
	"testing"

	"github.com/spf13/afero"

	"bakedin/checks"
	"bakedin/checks/builtin"
	"bakedin/checks/checkstest"
	"bakedin/internal/format/pickle/asm"
	"bakedin/internal/format/safetensors"
	"bakedin/internal/repo"
)

const weight = `BINUNICODE "w"
GLOBAL "torch._utils" "_rebuild_tensor_v2"
MARK
MARK
BINUNICODE "storage"
GLOBAL "torch" "FloatStorage"
BINUNICODE "0"
BINUNICODE "cpu"
BININT1 2
TUPLE
BINPERSID
BININT1 0
BININT1 2
TUPLE1
BININT1 1
TUPLE1
NEWFALSE
GLOBAL "collections" "OrderedDict"
EMPTY_TUPLE
REDUCE
TUPLE
REDUCE
`

func checkpointOf(t *testing.T, more string) []byte {
	t.Helper()
	object, err := asm.Assemble("PROTO 2\nEMPTY_DICT\nMARK\n" + weight + more + "SETITEMS\nSTOP")
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, m := range [][2]string{{"m/data.pkl", string(object)}, {"m/data/0", "12345678"}, {"m/version", "3\n"}} {
		f, err := w.CreateHeader(&zip.FileHeader{Name: m[0]})
		if err != nil {
			t.Fatal(err)
		}
		io.WriteString(f, m[1])
	}
	w.Close()
	return b.Bytes()
}

// A finding in a checkpoint carries the conversion: planned, written, read back, and taken back.
func TestAFindingInACheckpointCanBeConverted(t *testing.T) {
	rs, err := builtin.Ruleset()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, more, rule, fix string
		files                 string
	}{
		{"of tensors alone: exactly", "", "pickle-format-model", "convert", "models/net.safetensors"},
		{"with a call: its weights alone", "BINUNICODE \"x\"\nGLOBAL \"posix\" \"system\"\nBINUNICODE \"id\"\nTUPLE1\nREDUCE\n", "pickle-runs-code", "rescue",
			"models/net.safetensors models/net.extra.json"},
	} {
		t.Run(c.name, func(t *testing.T) {
			ctx := t.Context()
			mem := afero.NewMemMapFs()
			afero.WriteFile(mem, "models/net.pt", checkpointOf(t, c.more), 0o644)
			open := func() *repo.Tree {
				tree, err := repo.OpenFS(ctx, mem, "test", repo.Options{})
				if err != nil {
					t.Fatal(err)
				}
				return tree
			}
			tree := open()
			var res checkstest.Result
			if err := checks.Run(ctx, tree, rs, checks.Options{Profile: "strict"}, &res); err != nil {
				t.Fatal(err)
			}
			found := res.Of(c.rule)
			if len(found) != 1 || len(found[0].Fixes) != 1 || found[0].Fixes[0].ID != c.fix || found[0].Fixes[0].Applicability != checks.Unsafe {
				t.Fatalf("%+v", found)
			}
			plan, err := checks.PlanFix(ctx, tree, rs, found[0], c.fix)
			if err != nil {
				t.Fatal(err)
			}
			var files []string
			for _, e := range plan.Edits {
				files = append(files, e.Target())
			}
			if strings.Join(files, " ") != c.files {
				t.Errorf("it makes %v", files)
			}
			if s := plan.Edits[0].(repo.Stream); len(s.Table) < 2 || s.Table[1][0] != "w" {
				t.Errorf("the preview is %v", s.Table)
			}
			space := repo.MemWorkspace(mem)
			entry, err := repo.Apply(ctx, space, plan)
			if err != nil {
				t.Fatal(err)
			}
			b, _ := afero.ReadFile(mem, "models/net.safetensors")
			f, err := safetensors.Parse(bytes.NewReader(b), int64(len(b)), safetensors.Limits{Header: 1 << 20, Depth: 8})
			if err != nil || len(f.Problems) > 0 || len(f.Tensors) != 1 || string(b[f.Data:]) != "12345678" {
				t.Errorf("%v %+v", err, f)
			}
			var again checkstest.Result
			if err := checks.Run(ctx, open(), rs, checks.Options{Profile: "strict"}, &again); err != nil {
				t.Fatal(err)
			}
			if found := again.Of(c.rule); len(found) != 1 || len(found[0].Fixes) != 1 || found[0].Fixes[0].ID != "use-safetensors" {
				t.Error("where its file is already, the remedy is to use it")
			}
			for _, f := range again.Findings {
				if f.Location != nil && f.Location.Path == "models/net.safetensors" && f.Says == "gap" && strings.HasPrefix(f.Rule, "safetensors") {
					t.Errorf("the new file has a finding: %s", f.Message)
				}
			}
			if err := repo.Undo(ctx, space, entry.ID); err != nil {
				t.Fatal(err)
			}
			for _, name := range files {
				if ok, _ := afero.Exists(mem, name); ok {
					t.Errorf("%s is still there", name)
				}
			}
		})
	}
}
