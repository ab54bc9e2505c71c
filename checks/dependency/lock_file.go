package dependency

import (
	"context"
	"path"
	"regexp"
	"slices"

	"bakedin/checks"
	"bakedin/internal/repo"
	"bakedin/internal/safe"
	"bakedin/rules"
)

// digests as lock files write them: of pip, poetry and uv, of npm, pnpm and yarn, of Cargo, of Go
var lockedDigest = regexp.MustCompile(`sha256:[0-9a-f]{64}|"?integrity"?:? "?sha(?:512|384|256|1)-|checksum = "[0-9a-f]{64}"|checksum: [0-9a-f/]{60,}|(?m)^\S+ v\S+ h1:[\w+/=]{40,}`)

// lockFile reports a lock that fixes packages by digest. It is wired when every manifest of the product whose packages are
// installed has such a lock.
func lockFile(_ context.Context, p *checks.Pass) error {
	if m, err := checks.Manifest.Of(p.File); err != nil || m != nil && !m.Lock {
		return err
	}
	text, err := p.File.Bytes()
	if err != nil {
		return err
	}
	name, digest := path.Base(p.File.Path), lockedDigest.FindIndex(text)
	if digest == nil {
		p.Whole(name + " holds no digest of a package.").Strength = rules.E1
		return nil
	}
	f := p.At(digest[0], digest[1], name+" fixes packages by digest.")
	f.Anchor, f.Strength = "lock", rules.E3
	if bare := withoutLock(p.Repo); bare != "" {
		f.Strength, f.Message = rules.E2, safe.Line(name+" fixes packages by digest, and no lock covers "+bare+".")
	}
	return nil
}

// more locks, for ecosystems whose manifests are not asked to be pinned
var otherLocks = map[string][]string{"Go": {"go.sum"}, "crates.io": {"Cargo.lock"}, "conda": {"conda-lock.yml"}}

// withoutLock returns a manifest of the product whose packages no lock with content covers; empty when there is none.
func withoutLock(r *checks.Repo) string {
	filled := map[string]bool{}
	for _, pkg := range r.Packages {
		if !pkg.Direct {
			filled[pkg.Path] = true
		}
	}
	for _, pkg := range r.Packages {
		if !pkg.Direct || pkg.Source != "registry" || pkg.Group != "main" || len(pkg.Hashes) > 0 || repo.PlaceOf(pkg.Path) != repo.Product || filled[pkg.Path] {
			continue
		}
		names := slices.Concat(locks[pkg.Ecosystem], otherLocks[pkg.Ecosystem])
		if len(names) > 0 && !coveredBy(r, pkg.Path, names, filled) && !compiled(r, pkg.Path, nil) {
			return pkg.Path
		}
	}
	return ""
}

// coveredBy tells whether one of the locks lies beside the manifest or above it, and names packages.
func coveredBy(r *checks.Repo, file string, names []string, filled map[string]bool) bool {
	for dir := path.Dir(file); ; dir = path.Dir(dir) {
		for _, name := range names {
			if lock := path.Join(dir, name); r.Has(lock) && (filled[lock] || name == "go.sum" || name == "bun.lockb") {
				return true
			}
		}
		if dir == "." || dir == "/" {
			return false
		}
	}
}
