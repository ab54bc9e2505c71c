package repo

import (
	"io"
	"os"

	"github.com/spf13/afero"
)

// Tree is a repository opened read-only: a directory through os.OpenRoot, the index or a revision of git, or an in-memory
// afero file system. All of them are read by the same code.
type Tree struct {
	Name   string // shown to people: the base name of the directory, or "demo"
	Reader string // git, walk, index, rev, memory
	Why    string // why Reader is walk in a git repository, else empty
	VCS    *VCS   // nil outside git
	Files  []File // sorted by Path: regular files to look at
	Left   []Left // what was met and is not in Files because it cannot be read, with the reason
	Counts Counts

	Ignored []string // ignored or pruned files whose name looks like a model, a dataset or an agent configuration
	Notes   []Note   // pruned folders, git-fallback, embedded repositories, shallow history: notices for a person

	fs      afero.Fs
	root    *os.Root          // nil for memory and previews
	overlay map[string][]byte // contents that stand in front of fs; nil: removed
	rev     *revision         // set when the tree is that of a commit
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
	Path string // relative to the root, slashes
	Size int64
	Blob string // git blob id, only when the tree is an index or a revision
}

// Left is a thing the walk met that is no readable regular file. Kind is a skip kind of report json-v1: unreadable,
// link-escapes, submodule, unsupported (FIFO, device, socket).
type Left struct {
	Path   string
	Kind   string
	Detail string
}

// Note becomes a notice of the run.
type Note struct {
	Kind string // pruned, git-fallback, embedded-repository, shallow, ignored-model-like
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
	IncludeIgnored bool
	HookEnv        bool // keep GIT_DIR, GIT_INDEX_FILE, GIT_WORK_TREE and GIT_PREFIX: run by a git hook
}

// Blob is an open file of a tree.
type Blob interface {
	io.ReaderAt
	io.Closer
	Size() int64
}
