package draft

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"bakedin/checks"
	"bakedin/internal/posture"
	"bakedin/internal/repo"
	"bakedin/rules"
)

// Facts are what a scan knows, in the shape in which documents ask for it. Files of tests, examples and vendored code are not
// part of the system and are left out.
type Facts struct {
	Name    string // of the repository
	Date    string // the day of the scan, 2006-01-02
	Folder  string // that the document is about; "." for all
	Models  []Model
	Data    []File
	Prompts []File
	Agents  []File
	Deploy  []File
	Signals map[string][]Place // what the system does, by signal of the guideline
	Threats []Threat           // of the table, those that apply here

	set      *rules.Set
	findings []checks.Finding
	evidence []checks.Finding
}

// File is an asset.
type File struct {
	Path, Format string
	Size         int64 // bytes
}

// Model is a model file with what its headers say. What was not measured is empty.
type Model struct {
	File
	SHA256   string
	Tensors  int
	Elements int64
	DTypes   []string
	Outcome  string // findings, inconclusive, clean, weights-only
	Metadata [][2]string
}

// Place is a line of a file.
type Place struct {
	Path string
	Line int
}

// Measure reads the headers of a model file.
type Measure func(path string) (Model, error)

// Of gathers the facts of a report. Measure may be nil; a model that it cannot read is listed by its name and size alone.
func Of(r *posture.Report, signals []checks.Context, set *rules.Set, date string, measure Measure) (*Facts, error) {
	f := &Facts{Name: r.Target.Name, Date: date, Folder: ".", Signals: map[string][]Place{}, set: set, findings: r.Findings, evidence: r.Evidence}
	for _, a := range r.Assets {
		if a.InTests {
			continue
		}
		file := File{a.Path, a.Format, a.Size}
		switch a.Kind {
		case repo.Model:
			m := Model{File: file}
			if measure != nil {
				if measured, err := measure(a.Path); err == nil {
					m = measured
					m.File = file
				}
			}
			f.Models = append(f.Models, m)
		case repo.Dataset:
			f.Data = append(f.Data, file)
		case repo.Prompt:
			f.Prompts = append(f.Prompts, file)
		case repo.Agent:
			f.Agents = append(f.Agents, file)
		case repo.Deploy:
			f.Deploy = append(f.Deploy, file)
		}
	}
	for _, c := range signals {
		if !c.InTests {
			f.Signals[c.Signal] = append(f.Signals[c.Signal], Place{c.Path, c.Line})
		}
	}
	for k := range f.Signals {
		slices.SortFunc(f.Signals[k], func(a, b Place) int {
			if a.Path != b.Path {
				return strings.Compare(a.Path, b.Path)
			}
			return a.Line - b.Line
		})
		f.Signals[k] = slices.Compact(f.Signals[k])
	}
	all, err := loadThreats(set)
	if err != nil {
		return nil, err
	}
	for _, t := range all {
		if f.has(t.When) {
			f.Threats = append(f.Threats, t)
		}
	}
	return f, nil
}

// in narrows the models and data to a folder.
func (f *Facts) in(folder string) *Facts {
	if folder == "." && !slices.ContainsFunc(f.Models, func(m Model) bool { return path.Dir(m.Path) == "." }) && !slices.ContainsFunc(f.Data, func(d File) bool { return path.Dir(d.Path) == "." }) {
		return f
	}
	g := *f
	g.Folder = folder
	g.Models = slices.DeleteFunc(slices.Clone(f.Models), func(m Model) bool { return path.Dir(m.Path) != folder })
	g.Data = slices.DeleteFunc(slices.Clone(f.Data), func(d File) bool { return path.Dir(d.Path) != folder })
	return &g
}

// has tells whether one of these is here: a signal of the guideline, or a kind of asset. An empty list asks for nothing.
func (f *Facts) has(any []string) bool {
	return len(any) == 0 || slices.ContainsFunc(any, func(what string) bool {
		switch what {
		case "model":
			return len(f.Models) > 0
		case "dataset":
			return len(f.Data) > 0
		case "prompt":
			return len(f.Prompts) > 0
		case "agent":
			return len(f.Agents) > 0
		}
		return len(f.Signals[what]) > 0
	})
}

// Has is has for templates.
func (f *Facts) Has(any ...string) bool { return f.has(any) }

// Open returns the open findings of some rules, in the words "slug (3 places)".
func (f *Facts) Open(slugs []string) []string {
	var out []string
	for _, slug := range slugs {
		n := 0
		for i := range f.findings {
			if f.findings[i].Rule == slug && f.findings[i].Status == checks.Open && !f.findings[i].InTests {
				n++
			}
		}
		if n > 0 {
			out = append(out, fmt.Sprintf("%s (%s)", slug, count(n, "place")))
		}
	}
	return out
}

// Seen returns the evidence of some rules, in the words "title, E2 (path)".
func (f *Facts) Seen(slugs []string) []string {
	var out []string
	for _, slug := range slugs {
		for i := range f.evidence {
			e := &f.evidence[i]
			if e.Rule != slug {
				continue
			}
			where := ""
			if e.Location != nil {
				where = " (" + e.Location.Path + ")"
			}
			out = append(out, f.set.Rule(slug).Title+where)
			break
		}
	}
	return out
}

// written is the file in which people wrote such a document already, under whatever name: a file that is one by its name, or
// text of substance. For drafts that there is one for each folder, that folder's. Empty when there is none.
func (f *Facts) written(d *Draft, folder string) string {
	for _, e := range f.evidence {
		if !slices.Contains(d.Rules, e.Rule) || e.Location == nil || e.Strength < rules.E2 && e.Location.Kind != "binary" {
			continue
		}
		if d.Each == "" || path.Dir(e.Location.Path) == folder {
			return e.Location.Path
		}
	}
	return ""
}

// Gaps counts the open findings by severity, the worst first, without those of tests.
func (f *Facts) Gaps() []string {
	var out []string
	for _, s := range []rules.Severity{rules.Critical, rules.High, rules.Medium, rules.Low} {
		n := 0
		for i := range f.findings {
			if f.findings[i].Severity == s && f.findings[i].Status == checks.Open && !f.findings[i].InTests {
				n++
			}
		}
		if n > 0 {
			out = append(out, fmt.Sprintf("%d %s", n, s))
		}
	}
	return out
}
