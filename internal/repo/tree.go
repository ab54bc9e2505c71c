package repo

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"

	"bakedin/internal/git"
)

// Tree is a repository opened read-only: a directory through os.OpenRoot, the index or a revision of git, or an in-memory
// afero file system. All of them are read by the same code.
type Tree struct {
	Name   string // shown to people: the base name of the directory, or "demo"
	Reader string // git, walk, index, rev, memory
	Why    string // why Reader is walk in a git repository, else empty
	VCS    *VCS   // nil outside git
	Files  []File // sorted by Path: regular files to look at
	Left   []Left // sorted by Path: what was met and is not in Files because it cannot be read, with the reason
	Counts Counts

	Ignored []string // ignored or pruned files whose name looks like a model, a dataset or an agent configuration
	Notes   []Note   // pruned folders, git-fallback, embedded repositories: notices for a person

	src     source
	partial bool
}

// VCS is what git says of the tree.
type VCS struct {
	Kind    string  `json:"kind"`   // git, none
	Commit  string  `json:"commit"` // full id, empty on an unborn branch
	Branch  string  `json:"branch"`
	Dirty   *bool   `json:"dirty"`  // nil: not asked
	Remote  string  `json:"remote"` // without user information and query
	BaseRef *string `json:"base_ref"`
	Reader  string  `json:"reader"`
}

// File is a regular file of the tree.
type File struct {
	Path string // relative to the root, slashes; any bytes but NUL
	Size int64
	Blob string // git blob id, only when the tree is an index or a revision
}

// Left is a thing the walk met that is no readable regular file. Kind is a skip kind of report json-v1: unreadable,
// link-escapes, submodule, unsupported (FIFO, device, socket), limit, object-missing.
type Left struct {
	Path   string
	Kind   string
	Detail string
}

// Note becomes a notice of the run.
type Note struct {
	Kind string // pruned, git-fallback, embedded-repository, partial-run, ignored-model-like
	Text string
	Ref  string
}

// Counts of files, as report json-v1 run.files shows them.
type Counts struct {
	Seen             int `json:"seen"`
	Scanned          int `json:"scanned"`
	Excluded         int `json:"excluded"`
	Ignored          int `json:"ignored"`
	IgnoredModelLike int `json:"ignored_model_like"`
	Skipped          int `json:"skipped"`
}

// Options of opening a tree.
type Options struct {
	Exclude        []string // doublestar globs left out and counted
	Only           []string // restrict to these paths (files or folders), relative to the root
	Unlisted       bool     // list nothing: a directory or file system is opened to read a few files by name
	IncludeIgnored bool
	HookEnv        bool // keep GIT_DIR, GIT_INDEX_FILE, GIT_WORK_TREE and GIT_PREFIX: run by a git hook
}

// Blob is an open file of a tree.
type Blob interface {
	io.ReaderAt
	io.Closer
	Size() int64
}

// Reasons for not having a file's bytes. Test with errors.Is.
var (
	ErrTooLarge      = errors.New("file is too large")
	ErrMissingObject = git.ErrMissingObject
)

// Partial tells whether only a part of the root was listed.
func (t *Tree) Partial() bool { return t.partial }

// Close lets go of the root directory or of git. Blobs that are open stay open.
func (t *Tree) Close() error {
	if t.src == nil {
		return nil
	}
	return t.src.Close()
}

// Open opens a file of the tree for reading by ranges. Links are not followed, devices are not opened, nothing inside .git
// is reached. The error wraps fs.ErrNotExist when there is no such file.
func (t *Tree) Open(path string) (Blob, error) {
	if err := checkPath(path); err != nil {
		return nil, err
	}
	return t.src.open(path)
}

// OpenObject opens the object that a git-lfs pointer stands for. The error wraps ErrMissingObject when it is not here in
// the size that the pointer says. Its content is not checked against the digest: that would read all of a large model.
func (t *Tree) OpenObject(l LFS) (Blob, error) {
	if !isOID(l.OID) {
		return nil, fmt.Errorf("git-lfs object id %q is not 64 hex digits", l.OID)
	}
	b, err := t.src.object(l.OID)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("git-lfs object %.12s: %w; git lfs pull fetches it", l.OID, ErrMissingObject)
	case err != nil:
		return nil, err
	case b.Size() != l.Size:
		b.Close()
		return nil, fmt.Errorf("git-lfs object %.12s has %d bytes where its pointer says %d: %w", l.OID, b.Size(), l.Size, ErrMissingObject)
	}
	return b, nil
}

// ReadFile reads a whole file of at most limit bytes. A larger one is ErrTooLarge.
func (t *Tree) ReadFile(path string, limit int64) ([]byte, error) {
	b, err := t.Open(path)
	if err != nil {
		return nil, err
	}
	defer b.Close()
	if b.Size() > limit {
		return nil, fmt.Errorf("%s: %w: %d bytes, at most %d are read", path, ErrTooLarge, b.Size(), limit)
	}
	buf := make([]byte, b.Size())
	n, err := b.ReadAt(buf, 0)
	if err != nil && err != io.EOF {
		return nil, err
	}
	return buf[:n], nil
}

// File returns the entry of a path, when it is one of Files.
func (t *Tree) File(path string) (File, bool) {
	i, ok := t.find(path)
	if !ok {
		return File{}, false
	}
	return t.Files[i], true
}

func (t *Tree) find(path string) (int, bool) {
	return slices.BinarySearchFunc(t.Files, path, func(f File, p string) int { return strings.Compare(f.Path, p) })
}

func (t *Tree) left(path, kind, detail string) {
	t.Left = append(t.Left, Left{Path: path, Kind: kind, Detail: detail})
}

func (t *Tree) sort() {
	slices.SortFunc(t.Files, func(a, b File) int { return strings.Compare(a.Path, b.Path) })
	slices.SortFunc(t.Left, func(a, b Left) int { return strings.Compare(a.Path, b.Path) })
}
