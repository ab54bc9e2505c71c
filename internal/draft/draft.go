// Package draft starts the documents that a recommendation asks for: it writes down what a scan has seen and leaves a marker
// where only a person knows the answer. It knows the templates and which rules a document answers to; it neither scans nor
// writes a file. A document with a marker left is E1 evidence, never more (checks holds that).
package draft

import (
	"bytes"
	"embed"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"text/template"

	"github.com/BurntSushi/toml"

	"bakedin/rules"
)

// Draft is a document that bakedin can start.
type Draft struct {
	ID              string   // name of its template
	Title           string   `toml:"title"`           // "Threat model"
	Path            string   `toml:"path"`            // where it goes; "{folder}" stands for that of the models or data it describes
	Each            string   `toml:"each"`            // "", or what there is one for: "model-folder", "data-folder"
	Rules           []string `toml:"rules"`           // evidence that it is a start of
	Needs           []string `toml:"needs"`           // signals or kinds of asset without one of which there is nothing to write
	Without         []string `toml:"without"`         // paths of which none may be there: they are the same document
	Complete        bool     `toml:"complete"`        // nothing in it is for a person to write
	Recommendations []string `toml:"recommendations"` // that it speaks to beyond those of its rules

	named []string // the recommendations in the order in which its rules and its head name them
	body  *template.Template
}

// Document is the start of one file.
type Document struct {
	Draft *Draft
	Path  string
	Text  []byte
}

//go:embed templates/* threats.toml
var files embed.FS

// fence ends the head of a template, which is TOML, and begins its text.
const fence = "+++\n"

// Load reads the drafts that come with bakedin, in the order of their names.
func Load(set *rules.Set) ([]*Draft, error) {
	entries, err := fs.ReadDir(files, "templates")
	if err != nil {
		return nil, err
	}
	var out []*Draft
	for _, e := range entries {
		src, err := files.ReadFile(path.Join("templates", e.Name()))
		if err != nil {
			return nil, err
		}
		d, err := parse(e.Name(), string(src), set)
		if err != nil {
			return nil, fmt.Errorf("templates/%s: %w", e.Name(), err)
		}
		out = append(out, d)
	}
	return out, nil
}

func parse(name, src string, set *rules.Set) (*Draft, error) {
	head, body, ok := strings.Cut(strings.TrimPrefix(src, fence), fence)
	if !ok {
		return nil, fmt.Errorf("no %q between head and text", strings.TrimSpace(fence))
	}
	d := &Draft{ID: strings.TrimSuffix(name, path.Ext(name))}
	meta, err := toml.Decode(head, d)
	if err != nil {
		return nil, err
	}
	if u := meta.Undecoded(); len(u) > 0 {
		return nil, fmt.Errorf("unknown key %s", u[0])
	}
	for _, slug := range d.Rules {
		r := set.Rule(slug)
		if r == nil || r.Says != rules.Evidence {
			return nil, fmt.Errorf("%s is no rule of evidence", slug)
		}
		d.named = append(d.named, r.Supports...)
	}
	d.named = append(d.named, d.Recommendations...)
	d.Recommendations = slices.Clone(d.named)
	slices.Sort(d.Recommendations)
	d.Recommendations = slices.Compact(d.Recommendations)
	d.body, err = template.New(d.ID).Funcs(words).Parse(body)
	return d, err
}

// For returns the drafts that speak to a recommendation, the one made for it first: the nearer to the front a rule of the
// draft names it.
func For(all []*Draft, recommendation string) []*Draft {
	var out []*Draft
	for _, d := range all {
		if slices.Contains(d.Recommendations, recommendation) {
			out = append(out, d)
		}
	}
	slices.SortStableFunc(out, func(a, b *Draft) int { return a.rank(recommendation) - b.rank(recommendation) })
	return out
}

func (d *Draft) rank(recommendation string) int {
	best := slices.Index(d.named, recommendation)
	if best < 0 {
		best = len(d.named)
	}
	return best
}

// There is the file that is such a document already, under whatever name; empty when there is none.
func (d *Draft) There(f *Facts, exists func(path string) bool) string {
	for _, p := range append([]string{d.Path}, d.Without...) {
		if exists(p) {
			return p
		}
	}
	return f.written(d, ".")
}

// Write starts the document, or one for each folder. It is nothing when there is nothing to write about, when every file is
// there already, or when people wrote such a document under another name.
func (d *Draft) Write(f *Facts, exists func(path string) bool) ([]Document, error) {
	if !f.has(d.Needs) || slices.ContainsFunc(d.Without, exists) {
		return nil, nil
	}
	folders := []string{"."}
	switch d.Each {
	case "model-folder":
		folders = foldersOf(f.Models, func(m Model) string { return m.Path })
	case "data-folder":
		folders = foldersOf(f.Data, func(a File) string { return a.Path })
	}
	var out []Document
	for _, folder := range folders {
		to := path.Join(strings.ReplaceAll(d.Path, "{folder}", folder))
		if exists(to) || f.written(d, folder) != "" {
			continue
		}
		var b bytes.Buffer
		if err := d.body.Execute(&b, f.in(folder)); err != nil {
			return nil, fmt.Errorf("the start of %s: %w", to, err)
		}
		out = append(out, Document{d, to, tidy(b.Bytes())})
	}
	return out, nil
}

func foldersOf[T any](list []T, at func(T) string) []string {
	var out []string
	for _, x := range list {
		if dir := path.Dir(at(x)); !slices.Contains(out, dir) {
			out = append(out, dir)
		}
	}
	slices.Sort(out)
	return out
}

// tidy takes out the empty lines that a template leaves where it has nothing to say: never more than one together.
func tidy(b []byte) []byte {
	for bytes.Contains(b, []byte("\n\n\n")) {
		b = bytes.ReplaceAll(b, []byte("\n\n\n"), []byte("\n\n"))
	}
	return append(bytes.TrimSpace(b), '\n')
}
