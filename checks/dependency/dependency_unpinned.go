package dependency

import (
	"context"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"bakedin/checks"
	"bakedin/internal/manifest"
	"bakedin/internal/repo"
)

// names of lock files that fix what a manifest of the same or a lower folder asks for, by ecosystem
var locks = map[string][]string{
	"PyPI":  {"uv.lock", "poetry.lock", "pdm.lock", "Pipfile.lock", "pylock.toml", "conda-lock.yml", "requirements.lock"},
	"conda": {"conda-lock.yml", "conda-lock.yaml", "pixi.lock"},
	"npm":   {"package-lock.json", "npm-shrinkwrap.json", "pnpm-lock.yaml", "yarn.lock", "bun.lock", "bun.lockb"},
}

// unpinned reports a manifest of an application whose packages are open ranges and that no lock covers: once a file, with
// the lines as related places.
func unpinned(_ context.Context, p *checks.Pass) error {
	if a := p.File.Asset(repo.Deploy); a != nil {
		return inImage(p, a)
	}
	m, err := checks.Manifest.Of(p.File)
	if err != nil || m == nil || m.Lock || m.Library {
		return err
	}
	var loose []manifest.Package
	for _, pkg := range m.Packages {
		if pkg.Direct && pkg.Group == "main" && locks[pkg.Ecosystem] != nil && moves(pkg) && !locked(p.Repo, p.File.Path, pkg.Ecosystem) {
			loose = append(loose, pkg)
		}
	}
	if len(loose) == 0 || compiled(p.Repo, p.File.Path, loose) {
		return nil
	}
	first := loose[0]
	names := make([]string, 0, 3)
	for _, pkg := range loose[:min(3, len(loose))] {
		names = append(names, pkg.Name)
	}
	f := p.At(first.Start, first.End, fmt.Sprintf("%d of %d packages have no exact version and no lock covers them: %s.", len(loose), len(m.Packages), strings.Join(names, ", ")))
	f.Anchor = "unpinned"
	for _, pkg := range loose[1:] {
		f.Related = append(f.Related, checks.Related{Role: "same", Message: "no exact version", Start: checks.Position{Byte: pkg.Start}, End: checks.Position{Byte: pkg.End}})
	}
	f.Fixes = pinnedElsewhere(p, m, loose)
	f.Fixes = append(f.Fixes, checks.Fix{ID: "lock", Title: "Lock the dependencies", Applicability: checks.Manual, Steps: steps(first.Ecosystem, p.File.Path)})
	return nil
}

// fixedRef is a commit, or a tag that names a version.
var fixedRef = regexp.MustCompile(`^(?:[0-9a-f]{7,64}|(?:semver:)?[\w.-]*\d+\.\d[\w.-]*)$`)

// moves tells whether a package may be another one tomorrow: it is asked for by a range, or from a branch of a repository.
func moves(pkg manifest.Package) bool {
	if pkg.Source == "git" {
		return !fixedRef.MatchString(pkg.Ref)
	}
	return pkg.Source == "registry" && pkg.Version == "" && len(pkg.Hashes) == 0
}

// pinnedElsewhere pins what a lock of another folder of the repository has tried already.
func pinnedElsewhere(p *checks.Pass, m *manifest.File, loose []manifest.Package) []checks.Fix {
	if m.Kind != "requirements" {
		return nil
	}
	var edits []repo.TextEdit
	lock := ""
	for _, pkg := range loose {
		for _, have := range p.Repo.Packages {
			if pkg.Source != "registry" || have.Ecosystem != pkg.Ecosystem || have.Norm != pkg.Norm || have.Version == "" || !slices.Contains(locks[pkg.Ecosystem], path.Base(have.Path)) || lock != "" && have.Path != lock {
				continue
			}
			lock = have.Path
			edits = append(edits, p.Replace(pkg.SpecStart, pkg.SpecEnd, "=="+have.Version))
			break
		}
	}
	if len(edits) == 0 {
		return nil
	}
	return []checks.Fix{{ID: "pin-to-lock", Title: fmt.Sprintf("Pin %d packages to the versions of %s", len(edits), lock), Applicability: checks.Unsafe, Edits: edits,
		Breaks: "The versions are those that another part of the repository runs with; run the tests of this one."}}
}

func steps(ecosystem, file string) []string {
	switch ecosystem {
	case "conda":
		return []string{"Write a lock: conda-lock -f " + path.Base(file) + ", or move to pixi, which writes pixi.lock.", "Commit it, and make the environment from it in CI and in images."}
	case "npm":
		return []string{"Run npm install --package-lock-only and commit package-lock.json.", "Install with npm ci in CI and in images."}
	}
	return []string{
		"Write a lock with the tool you use: uv lock, poetry lock, or uv pip compile " + path.Base(file) + " --generate-hashes -o requirements.lock.",
		"Commit it, and install from it in CI and in images.",
	}
}

// compiled tells whether a list of wishes has its file of exact versions, beside it or one folder up, as pip-compile and uv
// write it: such a list is loose by design.
func compiled(r *checks.Repo, file string, loose []manifest.Package) bool {
	if path.Ext(file) != ".in" {
		return false
	}
	pinned := map[string]bool{}
	for _, pkg := range r.Packages {
		if dir := path.Dir(pkg.Path); path.Ext(pkg.Path) == ".txt" && pkg.Version != "" && (dir == path.Dir(file) || dir == path.Dir(path.Dir(file))) {
			pinned[pkg.Norm] = true
		}
	}
	return !slices.ContainsFunc(loose, func(pkg manifest.Package) bool { return !pinned[pkg.Norm] })
}

// locked tells whether a lock lies beside the manifest or above it.
func locked(r *checks.Repo, file, ecosystem string) bool {
	for dir := path.Dir(file); ; dir = path.Dir(dir) {
		for _, name := range locks[ecosystem] {
			if r.Has(path.Join(dir, name)) {
				return true
			}
		}
		if dir == "." || dir == "/" {
			return false
		}
	}
}
