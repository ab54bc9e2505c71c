package git

import (
	"bytes"
	"context"
	"fmt"
	"strings"
)

// Modes of entries that are no regular files.
const (
	ModeLink    = "120000"
	ModeGitlink = "160000"
)

// listMax bounds the output of a listing: a million paths of 250 bytes.
const listMax = 256 << 20

// Entry is one path of the index, of a tree, or of a difference between two.
type Entry struct {
	Path   string // relative to Repo.Dir, slashes, any bytes but NUL
	Mode   string // 100644, 100755, ModeLink, ModeGitlink; 000000 when deleted
	ID     string // object id; all zeros when deleted
	Size   int64  // bytes, once WithSizes filled it in; -1 for what has none: a gitlink, an object that is not here
	Status byte   // A, M, T, C, D; only of differences
}

// ListFiles returns tracked and untracked files that no ignore rule hides, in git's order. Traps: tracked files that were
// deleted are listed; a gitlink is listed as its folder, an embedded repository as its folder with a slash at the end.
func (r *Repo) ListFiles(ctx context.Context) ([]string, error) {
	out, err := r.run(ctx, listMax, "ls-files", "-z", "-co", "--exclude-standard", "--")
	if err != nil {
		return nil, err
	}
	return records(out), nil
}

// Tracked returns the entries of the index.
func (r *Repo) Tracked(ctx context.Context) ([]Entry, error) {
	out, err := r.run(ctx, listMax, "ls-files", "-s", "-z", "--")
	if err != nil {
		return nil, err
	}
	var entries []Entry
	for _, rec := range records(out) { // "100644 <id> 0\tpath"
		meta, path, ok := strings.Cut(rec, "\t")
		f := strings.Fields(meta)
		if !ok || len(f) != 3 || !isID(f[1]) {
			return nil, fmt.Errorf("git ls-files: cannot read %q", Safe(rec))
		}
		entries = append(entries, Entry{Path: path, Mode: f[0], ID: f[1]})
	}
	return entries, nil
}

// LsTree lists the files of a commit or tree, given by its full id. Git is not asked for sizes here: for that it would stop
// at the first object that a partial clone does not have.
func (r *Repo) LsTree(ctx context.Context, id string) ([]Entry, error) {
	out, err := r.run(ctx, listMax, "ls-tree", "-r", "-z", id, "--")
	if err != nil {
		return nil, err
	}
	var entries []Entry
	for _, rec := range records(out) { // "100644 blob <id>\tpath"
		meta, path, ok := strings.Cut(rec, "\t")
		f := strings.Fields(meta)
		if !ok || len(f) != 3 || !isID(f[2]) {
			return nil, fmt.Errorf("git ls-tree: cannot read %q", Safe(rec))
		}
		entries = append(entries, Entry{Path: path, Mode: f[0], ID: f[2]})
	}
	return entries, nil
}

// WithSizes fills in the sizes of entries.
func (r *Repo) WithSizes(ctx context.Context, entries []Entry) error {
	var ids []string
	for _, e := range entries {
		if e.Mode != ModeGitlink {
			ids = append(ids, e.ID)
		}
	}
	sizes, err := r.Sizes(ctx, ids)
	if err != nil {
		return err
	}
	for i := range entries {
		size, ok := sizes[entries[i].ID]
		if !ok {
			size = -1
		}
		entries[i].Size = size
	}
	return nil
}

var (
	stagedArgs = []string{"--cached", "--raw", "-z", "--no-abbrev", "--no-renames", "--diff-filter=ACMT",
		"--no-ext-diff", "--no-textconv", "--ignore-submodules=none", "--"}
	treeArgs = []string{"--raw", "-z", "--no-abbrev", "--no-renames", "--no-ext-diff", "--no-textconv", "--ignore-submodules=none"}
)

// Staged lists what the next commit adds or changes. There is no HEAD in the call: on an unborn branch that would be an
// error, and without it git compares with the empty tree.
func (r *Repo) Staged(ctx context.Context) ([]Entry, error) {
	out, err := r.run(ctx, listMax, append([]string{"diff"}, stagedArgs...)...)
	if err != nil {
		return nil, err
	}
	return r.below(parseRaw(out))
}

// Changed lists what differs between two commits or trees, given by full ids; what the second has not is included with
// status D.
func (r *Repo) Changed(ctx context.Context, from, to string) ([]Entry, error) {
	args := append(append([]string{"diff"}, treeArgs...), from, to, "--")
	out, err := r.run(ctx, listMax, args...)
	if err != nil {
		return nil, err
	}
	return r.below(parseRaw(out))
}

// parseRaw reads ":100644 100644 <id> <id> M\0path\0" repeated.
func parseRaw(out []byte) ([]Entry, error) {
	var entries []Entry
	recs := records(out)
	for i := 0; i+1 < len(recs); i += 2 {
		f := strings.Fields(strings.TrimPrefix(recs[i], ":"))
		if len(f) != 5 || !isID(f[3]) || len(f[4]) != 1 {
			return nil, fmt.Errorf("git diff: cannot read %q", Safe(recs[i]))
		}
		entries = append(entries, Entry{Path: recs[i+1], Mode: f[1], ID: f[3], Status: f[4][0]})
	}
	if len(recs)%2 != 0 {
		return nil, fmt.Errorf("git diff: cannot read %q", Safe(recs[len(recs)-1]))
	}
	return entries, nil
}

// below keeps the entries under Dir and makes their paths relative to it: git diff prints paths from the top level.
func (r *Repo) below(entries []Entry, err error) ([]Entry, error) {
	if err != nil {
		return nil, err
	}
	prefix, err := r.Prefix()
	if err != nil || prefix == "" {
		return entries, err
	}
	kept := entries[:0]
	for _, e := range entries {
		if rest, ok := strings.CutPrefix(e.Path, prefix); ok {
			e.Path = rest
			kept = append(kept, e)
		}
	}
	return kept, nil
}

// records splits NUL-terminated records.
func records(out []byte) []string {
	out = bytes.TrimSuffix(out, []byte{0})
	if len(out) == 0 {
		return nil
	}
	return strings.Split(string(out), "\x00")
}
