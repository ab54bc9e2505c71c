package manifest

import (
	"fmt"
	"path"
	"regexp"
	"strings"
)

// Limits bound the work on one file. Zero fields mean the defaults.
type Limits struct {
	Bytes    int // most bytes; 32 MiB, lock files are large
	Packages int // most entries; 200,000
}

func (l Limits) withDefaults() Limits {
	if l.Bytes == 0 {
		l.Bytes = 32 << 20
	}
	if l.Packages == 0 {
		l.Packages = 200_000
	}
	return l
}

// Error is a manifest that cannot be read.
type Error struct {
	Off int // byte
	Msg string
}

func (e *Error) Error() string { return fmt.Sprintf("byte %d: %s", e.Off, e.Msg) }

// reader is one format.
type reader struct {
	kind string
	lock bool
	read func(p *parser) error
}

// parser is one file being read.
type parser struct {
	*File
	path string
	src  []byte
	lim  Limits
}

// readers by base name.
var readers = map[string]reader{
	"pyproject.toml":      {"pyproject", false, readPyproject},
	"uv.lock":             {"uv.lock", true, readLockLines},
	"poetry.lock":         {"poetry.lock", true, readLockLines},
	"pdm.lock":            {"pdm.lock", true, readLockLines},
	"pylock.toml":         {"pylock", true, readLockLines},
	"Pipfile":             {"Pipfile", false, readPipfile},
	"Pipfile.lock":        {"Pipfile.lock", true, readPipfileLock},
	"package.json":        {"package.json", false, readPackageJSON},
	"package-lock.json":   {"package-lock", true, readNothing},
	"npm-shrinkwrap.json": {"package-lock", true, readNothing},
	"pnpm-lock.yaml":      {"pnpm-lock", true, readNothing},
	"yarn.lock":           {"yarn.lock", true, readNothing},
	"bun.lock":            {"bun.lock", true, readNothing},
	"go.mod":              {"go.mod", false, readGoMod},
	"go.sum":              {"go.sum", true, readNothing},
	"Cargo.lock":          {"Cargo.lock", true, readLockLines},
}

var (
	requirementsName = regexp.MustCompile(`(?i)^(?:[\w.-]*requirements?[\w.-]*\.(?:txt|in|pip)|[\w.-]*-reqs\.txt|constraints[\w.-]*\.txt)$`)
	requirementsDir  = regexp.MustCompile(`(?i)(?:^|/)(?:requirements|reqs)/(?:[^/]+/)?[^/]+\.(?:txt|in)$`)
	condaName        = regexp.MustCompile(`^(?:[\w.-]*environment[\w.-]*|conda(?:[_-]?env)?)\.ya?ml$`)
)

func readerOf(name string) (reader, bool) {
	base := path.Base(name)
	if r, ok := readers[base]; ok {
		return r, true
	}
	switch {
	case requirementsName.MatchString(base), requirementsDir.MatchString(name):
		return reader{"requirements", false, readRequirements}, true
	case condaName.MatchString(base):
		return reader{"conda", false, readConda}, true
	case strings.HasPrefix(base, "pylock.") && strings.HasSuffix(base, ".toml"):
		return readers["pylock.toml"], true
	}
	return reader{}, false
}

// IsManifest tells by its name whether a file is a manifest or lock file that this package reads.
func IsManifest(name string) bool {
	_, ok := readerOf(name)
	return ok
}

// Parse reads the manifest or lock file of that path. It returns nil for a file that is none, an *Error for one that is not
// valid in its format. What is valid but not understood is in File.Unread.
func Parse(name string, src []byte, lim Limits) (*File, error) {
	r, ok := readerOf(name)
	if !ok {
		return nil, nil
	}
	lim = lim.withDefaults()
	p := &parser{File: &File{Kind: r.kind, Lock: r.lock}, path: name, src: src, lim: lim}
	if len(src) > lim.Bytes {
		return p.File, &Error{lim.Bytes, fmt.Sprintf("%d bytes of manifest, more than the %d that are read", len(src), lim.Bytes)}
	}
	return p.File, r.read(p)
}

func (p *parser) add(pkg Package) error {
	if len(p.Packages) >= p.lim.Packages {
		return &Error{pkg.Start, fmt.Sprintf("more than %d packages", p.lim.Packages)}
	}
	p.Packages = append(p.Packages, pkg)
	return nil
}

func (p *parser) unread(start, end int, reason string) {
	p.Unread = append(p.Unread, Unread{start, end, reason})
}

// readNothing is for locks whose presence is what counts.
func readNothing(*parser) error { return nil }

var separators = regexp.MustCompile(`[-_.]+`)

// NormPyPI normalises a name as PEP 503 says.
func NormPyPI(name string) string {
	return strings.ToLower(separators.ReplaceAllString(name, "-"))
}
