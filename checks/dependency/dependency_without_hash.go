package dependency

import (
	"bytes"
	"context"
	"fmt"
	"path"
	"slices"
	"strings"

	"bakedin/checks"
	"bakedin/internal/manifest"
	"bakedin/internal/repo"
)

// withoutHash reports a requirements file that pins exact versions without hashes while a lock of the repository holds the
// hashes of all of them. A file of pins that no lock knows is left alone: nobody could mend it without the network.
func withoutHash(_ context.Context, p *checks.Pass) error {
	m, err := checks.Manifest.Of(p.File)
	if err != nil || m == nil || m.Kind != "requirements" {
		return err
	}
	var pins []manifest.Package
	for _, pkg := range m.Packages {
		if len(pkg.Hashes) > 0 || pkg.Group != "main" {
			return nil
		}
		if pkg.Source == "registry" && pkg.Version == "" {
			return nil // not fixed at all, which is another rule's matter
		}
		if pkg.Source == "registry" {
			pins = append(pins, pkg)
		}
	}
	if len(pins) == 0 {
		return nil
	}
	lock, ok := lockOf(p.Repo, pins)
	if !ok {
		return nil
	}
	first := pins[0]
	f := p.At(first.Start, first.End, fmt.Sprintf("%d packages are pinned without hashes, which %s holds.", len(pins), lock.path))
	f.Anchor = "without-hash"
	missing := lock.missing(pins)
	if len(pins) == len(m.Packages) && !m.Local && len(m.Includes) == 0 && len(missing) == 0 {
		text, err := p.File.Bytes()
		if err != nil {
			return err
		}
		f.Fixes = append(f.Fixes, checks.Fix{
			ID: "hash-from-lock", Title: fmt.Sprintf("Write the hashes of %s", lock.path), Applicability: checks.Unsafe, Edits: lock.hash(p, text, pins),
			Breaks: "pip then refuses every package that has no hash here. Install once in a clean environment on each platform you support.",
		})
	}
	f.Fixes = append(f.Fixes, checks.Fix{ID: "export", Title: "Let the lock write this file", Applicability: checks.Manual, Steps: lock.export(path.Base(p.File.Path), missing)})
	return nil
}

// lock is a lock file and what it says of each package: name to version to entry.
type lock struct {
	path    string
	entries map[string]map[string]manifest.Package
}

// lockOf returns the first lock, by path, that holds hashes for all of the pins.
func lockOf(r *checks.Repo, pins []manifest.Package) (lock, bool) {
	have := map[string]map[string]map[string]manifest.Package{}
	for _, pkg := range r.Packages {
		if pkg.Ecosystem != "PyPI" || pkg.Version == "" || !slices.Contains(locks["PyPI"], path.Base(pkg.Path)) {
			continue
		}
		if have[pkg.Path] == nil {
			have[pkg.Path] = map[string]map[string]manifest.Package{}
		}
		if have[pkg.Path][pkg.Norm] == nil {
			have[pkg.Path][pkg.Norm] = map[string]manifest.Package{}
		}
		have[pkg.Path][pkg.Norm][pkg.Version] = pkg.Package
	}
	paths := make([]string, 0, len(have))
	for file := range have {
		paths = append(paths, file)
	}
	slices.Sort(paths)
	for _, file := range paths {
		all := true
		for _, pin := range pins {
			all = all && len(have[file][pin.Norm][pin.Version].Hashes) > 0
		}
		if all {
			return lock{file, have[file]}, true
		}
	}
	return lock{}, false
}

// missing lists what an install of the pins brings besides them, as far as the lock says so; with hashes, pip asks for those
// too. A lock that says nothing of needs stands for all it holds.
func (l lock) missing(pins []manifest.Package) []string {
	listed := map[string]bool{}
	for _, pin := range pins {
		listed[pin.Norm] = true
	}
	var out []string
	says := false
	for name, versions := range l.entries {
		for _, entry := range versions {
			says = says || len(entry.Needs) > 0
			if !listed[name] && entry.Group == "main" && entry.Source == "registry" {
				out = append(out, name)
			}
		}
	}
	if says {
		out = nil
		for _, pin := range pins {
			out = append(out, slices.DeleteFunc(slices.Clone(l.entries[pin.Norm][pin.Version].Needs), func(name string) bool { return listed[name] })...)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// hash is the edits that give each pin the hashes of the lock, in the layout of pip-compile.
func (l lock) hash(p *checks.Pass, text []byte, pins []manifest.Package) []repo.TextEdit {
	newline := " \\\n    "
	if bytes.Contains(text, []byte("\r\n")) {
		newline = " \\\r\n    "
	}
	var edits []repo.TextEdit
	for _, pin := range pins {
		var b strings.Builder
		digests := slices.Clone(l.entries[pin.Norm][pin.Version].Hashes)
		slices.Sort(digests)
		for _, digest := range slices.Compact(digests) {
			b.WriteString(newline + "--hash=" + digest)
		}
		edits = append(edits, p.Replace(pin.End, pin.End, b.String()))
	}
	return edits
}

// export is how the tool of the lock writes a requirements file with hashes.
func (l lock) export(file string, missing []string) []string {
	command := map[string]string{
		"uv.lock":      "uv export --frozen --no-emit-project --format requirements.txt -o " + file,
		"poetry.lock":  "poetry export --format requirements.txt --output " + file + " (of poetry-plugin-export)",
		"pdm.lock":     "pdm export --format requirements --prod --output " + file,
		"Pipfile.lock": "pipenv requirements --hash > " + file,
	}[path.Base(l.path)]
	if command == "" {
		command = "uv pip compile --generate-hashes -o " + file + ", with the list of what you ask for"
	}
	steps := []string{"Beside " + l.path + ", run " + command + ".", "Install with pip install --require-hashes -r " + file + ", in CI and in images."}
	if n := len(missing); n > 0 {
		names := strings.Join(missing[:min(3, n)], ", ")
		if n > 3 {
			names += fmt.Sprintf(" and %d more", n-3)
		}
		steps = append([]string{"With hashes pip asks for every package that comes along, and this file does not list " + names + "."}, steps...)
	}
	return steps
}
