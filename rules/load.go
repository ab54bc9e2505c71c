package rules

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/BurntSushi/toml"
)

//go:embed guideline.toml */*.toml data/*.txt
var embedded embed.FS

// Families are the folders of rules.
var families = []string{"agent", "code", "data", "dependency", "deploy", "model", "prompt", "repo"}

// Data returns a table of facts that rules lean on, such as a reviewed list of names, by its file name.
func Data(name string) ([]byte, error) {
	for _, dir := range []string{"tables", "data"} {
		if b, err := embedded.ReadFile(dir + "/" + name); err == nil {
			return b, nil
		}
	}
	return nil, fmt.Errorf("there is no table %q", name)
}

// Load decodes the embedded guideline and rules. The files are decoded side by side: every run begins with this.
func Load() (*Set, error) {
	var files []string
	for _, family := range families {
		names, err := fs.Glob(embedded, family+"/*.toml")
		if err != nil {
			return nil, err
		}
		files = append(files, names...)
	}
	set := &Set{Rules: make([]*Rule, len(files))}
	errs := make([]error, len(files)+2)
	sources := make([][]byte, len(files))
	var wg sync.WaitGroup
	wg.Go(func() { set.Guideline, errs[len(files)] = loadGuideline() })
	wg.Go(func() { set.Signals, errs[len(files)+1] = loadSignals() })
	for i, name := range files {
		wg.Go(func() {
			if sources[i], errs[i] = embedded.ReadFile(name); errs[i] == nil {
				set.Rules[i], errs[i] = Parse(name, sources[i])
			}
		})
	}
	wg.Wait()
	if err := errors.Join(errs[len(files):]...); err != nil {
		return nil, err
	}
	sum := sha256.New()
	for i, name := range files {
		fmt.Fprintf(sum, "%s\x00%d\x00", name, len(sources[i]))
		sum.Write(sources[i])
	}
	set.Digest = "sha256:" + hex.EncodeToString(sum.Sum(nil))
	set.Rules = slices.DeleteFunc(set.Rules, func(r *Rule) bool { return r == nil })
	slices.SortFunc(set.Rules, func(a, b *Rule) int { return strings.Compare(a.ID, b.ID) })
	return set, errors.Join(errs...)
}

func loadGuideline() (*Guideline, error) {
	src, err := embedded.ReadFile("guideline.toml")
	if err != nil {
		return nil, err
	}
	var g Guideline
	if _, err := toml.Decode(string(src), &g); err != nil {
		return nil, fmt.Errorf("guideline.toml: %w", err)
	}
	sum := sha256.Sum256(src)
	g.Digest = "sha256:" + hex.EncodeToString(sum[:])
	return &g, nil
}

// Parse reads one rule file.
func Parse(name string, src []byte) (*Rule, error) {
	var r Rule
	md, err := toml.Decode(string(src), &r)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	for _, k := range md.Undecoded() {
		return nil, fmt.Errorf("%s: unknown key %s", name, k)
	}
	r.Family = path.Base(path.Dir(name))
	sum := sha256.Sum256(src)
	r.Digest = "sha256:" + hex.EncodeToString(sum[:])
	return &r, nil
}

// loadSignals reads which rules realise which signal. A signal that is not in the table, or has an empty list, is not
// looked for.
func loadSignals() (map[string][]string, error) {
	src, err := embedded.ReadFile("tables/signals.toml")
	if err != nil {
		return nil, err
	}
	var table struct {
		Signals map[string][]string `toml:"signals"`
	}
	if _, err := toml.Decode(string(src), &table); err != nil {
		return nil, fmt.Errorf("tables/signals.toml: %w", err)
	}
	return table.Signals, nil
}
