// Package manifest reads dependency manifests: bytes in, packages with positions out. It has no opinion on what it reads
// and opens nothing.
package manifest

// Package is one entry of a manifest or lock file. Byte positions are 0-based offsets into the file, ends exclusive.
type Package struct {
	Ecosystem string   // PyPI, npm, Go, crates.io, conda: the spelling of OSV
	Name      string   // as written
	Norm      string   // normalised: PEP 503 for PyPI, lower case for npm, as is for Go
	Spec      string   // the specifier as written, such as ">=2,<3"; empty when only a name
	Version   string   // set only for an exact version
	Marker    string   // PEP 508 environment marker as written
	Group     string   // main, dev, extra:NAME, group:NAME, build, constraint
	Source    string   // registry, git, url, path, editable
	Ref       string   // git ref or url fragment digest of a Source git or url
	Hashes    []string // digests that pin it, as pip writes them: sha256:…
	Needs     []string // of a lock that says so: the normalised names of what it needs on every platform
	Direct    bool     // stands in the project's own list, not only in a lock
	Start     int
	End       int
	NameStart int
	NameEnd   int
	SpecStart int // equal to SpecEnd when there is no specifier
	SpecEnd   int
}

// File is one manifest.
type File struct {
	Kind     string // requirements, pyproject, uv.lock, poetry.lock, package.json, package-lock, go.mod, …
	Lock     bool
	Project  string // own name, when it says so
	Library  bool   // is itself a published package: ranges are right, pins are not asked for
	Local    bool   // asks for a folder or file of the tree too, which cannot have a hash
	Packages []Package
	Includes []Include
	Unread   []Unread
}

// Include is a reference to another manifest, such as "-r base.txt".
type Include struct {
	Target     string
	Constraint bool
	Start, End int
}

// Unread is a logical line or key that was not understood. It is never dropped.
type Unread struct {
	Start, End int
	Reason     string
}
