package cli_test

import (
	"encoding/json"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// layers says which of our packages a package may import, by prefix. What is not listed may import nothing of ours.
var layers = map[string][]string{
	"bakedin":                     {"internal/cli"},
	"bakedin/internal/cli":        {"ui", "internal", "checks", "rules"},
	"bakedin/ui":                  {"internal/posture", "internal/patch", "internal/safe", "internal/repo", "checks", "rules", "ui"},
	"bakedin/internal/report":     {"internal/posture", "internal/safe", "internal/repo", "checks", "rules"},
	"bakedin/internal/hook":       {"internal/posture", "internal/safe", "internal/repo", "internal/git", "checks", "rules"},
	"bakedin/internal/posture":    {"internal/policy", "internal/repo", "internal/safe", "internal/glob", "checks", "rules"},
	"bakedin/internal/draft":      {"internal/posture", "internal/repo", "internal/safe", "checks", "rules"},
	"bakedin/internal/policy":     {"internal/glob"},
	"bakedin/internal/demo":       {"internal/format/pickle/asm", "internal/repo"},
	"bakedin/checks":              {"rules", "internal/repo", "internal/format", "internal/lang", "internal/manifest", "internal/advisory", "internal/convert", "internal/glob", "internal/needle", "internal/secret", "internal/checkdigit", "internal/address", "internal/safe", "checks"},
	"bakedin/internal/repo":       {"internal/git", "internal/glob", "internal/safe", "internal/format/sniff", "internal/format/bom"},
	"bakedin/internal/git":        {"internal/safe"},
	"bakedin/internal/format":     {"internal/format"},
	"bakedin/internal/convert":    {"internal/format"},
	"bakedin/internal/lang":       {"internal/lang"},
	"bakedin/internal/manifest":   {"internal/lang"},
	"bakedin/internal/needle":     nil,
	"bakedin/internal/secret":     nil,
	"bakedin/internal/checkdigit": nil,
	"bakedin/internal/address":    nil,
	"bakedin/internal/glob":       nil,
	"bakedin/internal/patch":      nil,
	"bakedin/internal/safe":       nil,
	"bakedin/rules":               nil,
}

// owners says who alone may import a package of others.
var owners = map[string][]string{
	"os/exec":                            {"bakedin/internal/git", "bakedin/ui"},
	"net":                                {"bakedin/internal/advisory"},
	"net/http":                           {"bakedin/internal/advisory"},
	"syscall":                            {"bakedin", "bakedin/internal/cli", "bakedin/internal/repo"},
	"plugin":                             {},
	"unsafe":                             {},
	"charm.land/bubbletea/v2":            {"bakedin/ui"},
	"charm.land/bubbles/v2/":             {"bakedin/ui"},
	"github.com/spf13/cobra":             {"bakedin/internal/cli"},
	"bakedin/internal/git":               {"bakedin/internal/repo", "bakedin/internal/cli", "bakedin/internal/hook"},
	"bakedin/internal/format/pickle/asm": {"bakedin/internal/demo", "bakedin/checks/checkstest", "bakedin/checks/model", "bakedin/internal/cli"},
}

type goPackage struct {
	ImportPath string
	Imports    []string
}

func listPackages(t *testing.T) []goPackage {
	t.Helper()
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports", "bakedin/...").Output()
	if err != nil {
		t.Skipf("the go command cannot list the packages: %v", err)
	}
	var all []goPackage
	for d := json.NewDecoder(strings.NewReader(string(out))); d.More(); {
		var p goPackage
		if err := d.Decode(&p); err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
	if len(all) < 15 {
		t.Fatalf("only %d packages were listed", len(all))
	}
	return all
}

func TestFactsPolicyEffectsAndFacesStayApart(t *testing.T) {
	for _, p := range listPackages(t) {
		layer := ""
		for prefix := range layers {
			if (p.ImportPath == prefix || strings.HasPrefix(p.ImportPath, prefix+"/")) && len(prefix) > len(layer) && (prefix != "bakedin" || p.ImportPath == "bakedin") {
				layer = prefix
			}
		}
		if layer == "" {
			t.Errorf("%s is in no layer; add it to the table of this test", p.ImportPath)
			continue
		}
		for _, imported := range p.Imports {
			ours, ok := strings.CutPrefix(imported, "bakedin/")
			if !ok {
				continue
			}
			if !slices.ContainsFunc(layers[layer], func(allowed string) bool { return ours == allowed || strings.HasPrefix(ours, allowed+"/") }) {
				t.Errorf("remove the import of %s from %s: %s may import only %v", imported, p.ImportPath, layer, layers[layer])
			}
		}
	}
}

func TestOnlyOwnersStartProcessesOpenSocketsOrDrawScreens(t *testing.T) {
	for _, p := range listPackages(t) {
		for _, imported := range p.Imports {
			for guarded, who := range owners {
				if imported == guarded || strings.HasSuffix(guarded, "/") && strings.HasPrefix(imported, guarded) {
					if !slices.ContainsFunc(who, func(o string) bool {
						return p.ImportPath == o || o != "bakedin" && strings.HasPrefix(p.ImportPath, o+"/")
					}) {
						t.Errorf("remove the import of %s from %s: only %v may", imported, p.ImportPath, who)
					}
				}
			}
		}
	}
}
