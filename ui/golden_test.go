package ui

import (
	"context"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
	"github.com/rogpeppe/go-internal/txtar"

	"bakedin/checks"
	"bakedin/internal/posture"
)

var update = flag.Bool("update", false, "write the golden frames again")

// sizes at which every screen is held to its golden frame
var sizes = [][2]int{{120, 40}, {100, 30}, {80, 24}, {60, 15}, {40, 10}}

// screens are ways to every screen, from the overview of the fixture.
var screens = []struct {
	name string
	with func(*Options) // nil: a scan that has ended, with a fixer
	keys []string
}{
	{"overview", nil, nil},
	{"overview_incomplete", incomplete, nil},
	{"overview_saved", savedReport, nil},
	{"checklist", nil, strings.Fields("2 ] ] ] ] l j")},
	{"checklist_filtered", nil, []string{"2", "/", "f", "i", "l", "e", ":", "a", "p", "p", "enter", "j", "j", "j"}},
	{"checklist_typing_a_wrong_filter", nil, []string{"2", "/", "f", "u", "z", "z", ":", "x"}},
	{"recommendation", nil, strings.Fields("2 l j j l j enter")},
	{"recommendation_gap", nil, strings.Fields("2 ] ] ] enter tab")},
	{"finding", nil, strings.Fields("1 G k k k k enter")},
	{"finding_model", nil, strings.Fields("1 G k k k k k enter")},
	{"actions", nil, strings.Fields("1 G enter j")},
	{"assets", nil, []string{"3"}},
	{"asset", nil, strings.Fields("3 enter")},
	{"fixes", nil, []string{"4"}},
	{"fix_preview", nil, strings.Fields("4 enter")},
	{"fix_done", nil, strings.Fields("4 enter enter")},
	{"fix_by_hand", nil, strings.Fields("4 G enter")},
	{"log", nil, strings.Fields("4 enter enter esc 5")},
	{"help", nil, strings.Fields("2 ?")},
	{"palette", nil, strings.Fields(": u n")},
	{"attest", nil, strings.Fields("2 l j j l j a")},
	{"waive", nil, strings.Fields("1 G k k k k enter w")},
}

func incomplete(o *Options) {
	r := *o.Report
	r.Run.Complete = false
	p := *r.Posture
	p.Shares, p.Within, p.Complete = posture.Shares{Proven: 8, Attested: 41, Gap: 16, Open: 35}, posture.Within{Waived: 3, Unknown: 6}, false
	r.Posture = &p
	r.Skipped = []checks.Skipped{{Path: "models/big.pt", Kind: "limit", Detail: "4.1 GB is above the limit of 2 GB"}, {Path: "app/x.py", Kind: "parse", Detail: "line 14, column 3"}}
	o.Report = &r
}

func savedReport(o *Options) {
	o.Title, o.Subtitle, o.Frozen, o.Fixer = "report of acme-rag, bakedin 0.3.0", "3f2c1e0", "this is a saved report", nil
}

// acmeModel is the program over the fixture.
func acmeModel(t testing.TB, with func(*Options)) *Model {
	t.Helper()
	set, report := acme(t)
	o := Options{Set: set, Report: report, Title: "./acme-rag", Subtitle: "main@3f2c1e0", Clock: stopped{}, Fixer: &acmeFixer{report}}
	if with != nil {
		with(&o)
	}
	if _, ours := o.Fixer.(*acmeFixer); ours {
		o.Fixer = &acmeFixer{o.Report}
	}
	m := newModel(t.Context(), o)
	m.now = noon
	return m
}

// acmeFixer previews the change to app/load.py and takes the findings of the chosen rule away.
type acmeFixer struct{ report *posture.Report }

func (x *acmeFixer) Plan(ctx context.Context, choices []Choice) (*Preview, error) {
	p, err := (&pretender{report: x.report}).Plan(ctx, choices)
	if err != nil {
		return nil, err
	}
	p.Title = "Add weights_only=True"
	p.Files = []FileChange{{Path: "app/load.py",
		Before: []byte("import os\n\nimport torch\n\n\ndef load_ranker(path: str):\n    if not os.path.exists(path):\n        raise FileNotFoundError(path)\n    return torch.load(path, map_location=\"cpu\")\n"),
		After:  []byte("import os\n\nimport torch\n\n\ndef load_ranker(path: str):\n    if not os.path.exists(path):\n        raise FileNotFoundError(path)\n    return torch.load(path, map_location=\"cpu\", weights_only=True)\n")}}
	after := *p.Report
	after.Recommendations = append([]posture.Recommendation{}, after.Recommendations...)
	for i := range after.Recommendations {
		if r := &after.Recommendations[i]; r.ID == "SD-3.7" {
			r.Status = posture.NeedsYou
			r.Basis = nil
		}
	}
	p.Report = &after
	return p, nil
}

func (x *acmeFixer) Drafts(string) []Draft { return nil }

func (x *acmeFixer) Apply(_ context.Context, p *Preview) (*Applied, error) {
	return &Applied{UndoID: "7", Report: p.Report}, nil
}
func (x *acmeFixer) Undo(context.Context, string) (*posture.Report, error) { return x.report, nil }

func TestEveryScreenAtEverySizeIsItsGoldenFrame(t *testing.T) {
	for _, s := range screens {
		t.Run(s.name, func(t *testing.T) {
			var got txtar.Archive
			for _, wh := range sizes {
				m := acmeModel(t, s.with)
				size(m, wh[0], wh[1])
				press(m, s.keys...)
				if why := wrongWith(m); why != "" {
					t.Errorf("%dx%d: %s", wh[0], wh[1], why)
				}
				got.Files = append(got.Files, txtar.File{Name: number(wh[0]) + "x" + number(wh[1]), Data: []byte(trimmed(ansi.Strip(m.View().Content)))})
			}
			golden(t, s.name+".txt", txtar.Format(&got))
		})
	}
}

// What a screen looks like in each theme, escape codes and all.
func TestThemesAreTheirGoldenFrames(t *testing.T) {
	themes := map[string]func(*Model){
		"dark":      func(m *Model) {},
		"light":     func(m *Model) { m.t = newTheme(false, true, false) },
		"no_colour": func(m *Model) { m.t = newTheme(true, false, false) },
		"ascii":     func(m *Model) { m.t = newTheme(true, false, true) },
	}
	for name, with := range themes {
		t.Run(name, func(t *testing.T) {
			var got txtar.Archive
			for _, s := range screens {
				if s.name != "overview" && s.name != "checklist" && s.name != "fix_preview" {
					continue
				}
				m := acmeModel(t, nil)
				with(m)
				size(m, 100, 30)
				press(m, s.keys...)
				frame := m.View().Content
				if name == "ascii" {
					for _, r := range frame {
						if r > 0x7e {
							t.Errorf("%s draws %q", s.name, r)
							break
						}
					}
				}
				got.Files = append(got.Files, txtar.File{Name: s.name, Data: []byte(strings.ReplaceAll(trimmed(frame), "\x1b[", "^["))})
			}
			golden(t, "theme_"+name+".txt", txtar.Format(&got))
		})
	}
}

func trimmed(frame string) string {
	lines := strings.Split(frame, "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	return strings.Join(lines, "\n") + "\n"
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", "frames", name)
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	a, b := strings.Split(string(want), "\n"), strings.Split(string(got), "\n")
	for i := range b {
		if i >= len(a) || a[i] != b[i] {
			was := ""
			if i < len(a) {
				was = a[i]
			}
			t.Fatalf("line %d\nwant %q\ngot  %q\n(go test ./ui -update writes it again)", i+1, was, b[i])
		}
	}
	if len(a) != len(b) {
		t.Fatalf("%d lines, want %d", len(b), len(a))
	}
}
