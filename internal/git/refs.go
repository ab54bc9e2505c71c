package git

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strings"
)

// Head returns the commit and the branch. The commit is empty on an unborn branch, the branch when HEAD is detached.
func (r *Repo) Head(ctx context.Context) (commit, branch string, err error) {
	commit, err = r.Resolve(ctx, "HEAD")
	if errors.Is(err, ErrNoRevision) {
		err = nil
	}
	if err != nil {
		return "", "", err
	}
	// HEAD is a small text file, and reading it is cheaper than a process.
	f, err := os.Open(r.head)
	if err != nil {
		return commit, "", nil
	}
	defer f.Close()
	text, _ := io.ReadAll(io.LimitReader(f, 4096))
	if ref, ok := strings.CutPrefix(strings.TrimSpace(string(text)), "ref: refs/heads/"); ok && ref != ".invalid" { // .invalid: reftable
		branch = ref
	}
	return commit, branch, nil
}

// ErrNoRevision says that a name is no commit of the repository.
var ErrNoRevision = errors.New("no such revision")

// Resolve turns a revision that a person wrote into the full id of a commit.
func (r *Repo) Resolve(ctx context.Context, rev string) (string, error) {
	if rev == "" || rev[0] == '-' || strings.ContainsAny(rev, "\x00\n") {
		return "", fmt.Errorf("%q: %w", rev, ErrNoRevision)
	}
	out, err := r.run(ctx, 4096, "rev-parse", "--verify", "--quiet", "--end-of-options", rev+"^{commit}")
	var failed *Error
	if errors.As(err, &failed) {
		return "", fmt.Errorf("%q: %w", rev, ErrNoRevision)
	}
	if err != nil {
		return "", err
	}
	id := strings.TrimSpace(string(out))
	if !isID(id) {
		return "", fmt.Errorf("%q: %w", rev, ErrNoRevision)
	}
	return id, nil
}

// MergeBase returns the best common ancestor of two commits, given by full ids. In a shallow clone there may be none.
func (r *Repo) MergeBase(ctx context.Context, a, b string) (string, error) {
	out, err := r.run(ctx, 4096, "merge-base", "--", a, b)
	if err != nil {
		hint := ""
		if r.Shallow {
			hint = "; the clone is shallow, fetch more history"
		}
		return "", fmt.Errorf("no common ancestor of %.12s and %.12s%s: %w", a, b, hint, err)
	}
	return strings.TrimSpace(string(out)), nil
}

// Prefix returns Dir relative to the top level with a slash at its end, or the empty string at the top level.
func (r *Repo) Prefix() (string, error) {
	dir, err := filepath.EvalSymlinks(r.Dir)
	if err != nil {
		return "", err
	}
	top, err := filepath.EvalSymlinks(r.Toplevel)
	if err != nil {
		return "", err
	}
	rel, err := filepath.Rel(top, dir)
	if err != nil || !filepath.IsLocal(rel) {
		return "", fmt.Errorf("%s does not lie in the work tree %s", r.Dir, r.Toplevel)
	}
	if rel == "." {
		return "", nil
	}
	return filepath.ToSlash(rel) + "/", nil
}

// Config returns the values of a configuration key, the strongest last. What this package sets itself is left out.
func (r *Repo) Config(ctx context.Context, key string) ([]string, error) {
	out, err := r.run(ctx, 1<<20, "config", "-z", "--show-origin", "--get-all", key)
	var failed *Error
	if errors.As(err, &failed) && failed.Stderr == "" { // exit 1: not set
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var values []string
	recs := records(out)
	for i := 0; i+1 < len(recs); i += 2 { // origin, value
		if recs[i] != "command line:" {
			values = append(values, recs[i+1])
		}
	}
	return values, nil
}

// Remote returns the address of origin without user information and query, or the empty string.
func (r *Repo) Remote(ctx context.Context) (string, error) {
	values, err := r.Config(ctx, "remote.origin.url")
	if err != nil || len(values) == 0 {
		return "", err
	}
	return stripURL(values[len(values)-1]), nil
}

// stripURL removes what can hold a credential. The short form "user@host:path" loses its user too.
func stripURL(raw string) string {
	raw = strings.TrimSpace(raw)
	if strings.Contains(raw, "://") {
		u, err := url.Parse(raw)
		if err != nil {
			return ""
		}
		u.User, u.RawQuery, u.ForceQuery, u.Fragment, u.RawFragment = nil, "", false, "", ""
		return u.String()
	}
	colon := strings.IndexByte(raw, ':')
	if colon < 0 || strings.ContainsRune(raw[:colon], '/') {
		return "" // a path of this machine is nobody's business
	}
	host := raw[:colon]
	if at := strings.LastIndexByte(host, '@'); at >= 0 {
		host = host[at+1:]
	}
	path, _, _ := strings.Cut(raw[colon:], "?")
	return host + path
}

// HooksPath returns the absolute directory that git runs hooks from, by core.hooksPath or the default, and whether
// core.hooksPath set it.
func (r *Repo) HooksPath(ctx context.Context) (dir string, configured bool, err error) {
	values, err := r.Config(ctx, "core.hooksPath")
	if err != nil {
		return "", false, err
	}
	if len(values) == 0 || values[len(values)-1] == "" {
		return filepath.Join(r.Common, "hooks"), false, nil
	}
	dir = values[len(values)-1]
	if rest, ok := strings.CutPrefix(dir, "~/"); ok {
		home, err := os.UserHomeDir()
		if err != nil {
			return "", true, fmt.Errorf("core.hooksPath %q: %w", Safe(dir), err)
		}
		dir = filepath.Join(home, rest)
	}
	if !filepath.IsAbs(dir) {
		dir = filepath.Join(r.Toplevel, dir) // git runs hooks from there
	}
	return filepath.Clean(dir), true, nil
}

// Sparse tells whether the work tree holds only some of the tracked files.
func (r *Repo) Sparse(ctx context.Context) (bool, error) {
	values, err := r.Config(ctx, "core.sparseCheckout")
	return len(values) > 0 && strings.EqualFold(values[len(values)-1], "true"), err
}
