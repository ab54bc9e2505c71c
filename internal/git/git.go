// Package git asks git about a repository that nobody trusts. It knows how to start git so that the repository's own
// configuration starts nothing in turn, and how to read its answers; it does not know what the answers are for. It is the
// only package that starts a process for a scan.
package git

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// Reasons for working without git. Test with errors.Is.
var (
	ErrNoGit         = errors.New("git is not installed")
	ErrTooOld        = errors.New("git is too old")
	ErrNoRepository  = errors.New("not a git repository")
	ErrMissingObject = errors.New("the object is not in this clone")
)

// floor is the oldest git that is used: rev-parse knows --end-of-options since 2.30.
var floor = Version{2, 30}

// Version is the first two numbers of git's version.
type Version struct{ Major, Minor int }

func (v Version) String() string { return fmt.Sprintf("%d.%d", v.Major, v.Minor) }

func (v Version) before(o Version) bool {
	return v.Major < o.Major || v.Major == o.Major && v.Minor < o.Minor
}

// Repo is a work tree seen through git. Its methods may be called from several goroutines.
type Repo struct {
	Dir      string // what paths are relative to; the work tree's top level or a folder below it
	Toplevel string // absolute
	Common   string // absolute: the .git directory that linked work trees share
	Format   string // sha1 or sha256
	Shallow  bool
	Version  Version

	head string // path of the HEAD file
	exe  string
	env  []string
}

// Options of Open.
type Options struct {
	HookEnv bool     // keep GIT_DIR, GIT_INDEX_FILE, GIT_WORK_TREE and GIT_PREFIX: run by a git hook, in its directory
	Environ []string // nil: the environment of this process
}

// Open finds git and the work tree that dir lies in. The error wraps ErrNoGit, ErrTooOld or ErrNoRepository, or says why
// git refuses, such as dubious ownership.
func Open(ctx context.Context, dir string, opt Options) (*Repo, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	exe, err := find(dir)
	if err != nil {
		return nil, err
	}
	env := opt.Environ
	if env == nil {
		env = os.Environ()
	}
	r := &Repo{Dir: dir, exe: exe, env: environment(env, opt.HookEnv)}
	if r.Version, err = r.version(ctx); err != nil {
		return nil, err
	}
	if r.Version.before(floor) {
		return nil, fmt.Errorf("%w: %s is %s, needed is %s or newer", ErrTooOld, exe, r.Version, floor)
	}
	out, err := r.run(ctx, 64<<10, "rev-parse", "--is-shallow-repository", "--show-object-format",
		"--git-path", "HEAD", "--git-common-dir", "--show-toplevel")
	if err != nil {
		if strings.Contains(err.Error(), "not a git repository") {
			return nil, fmt.Errorf("%s: %w", dir, ErrNoRepository)
		}
		return nil, err
	}
	lines := strings.Split(strings.TrimSuffix(string(out), "\n"), "\n")
	if len(lines) != 5 {
		return nil, fmt.Errorf("%q: git's answer has %d lines where 5 were expected; a path with a line end in it cannot be read through git", dir, len(lines))
	}
	r.Shallow, r.Format = lines[0] == "true", lines[1]
	r.head, r.Common, r.Toplevel = r.abs(lines[2]), r.abs(lines[3]), r.abs(lines[4])
	return r, nil
}

// abs makes a path of git's answer absolute: git prints some relative to where it runs.
func (r *Repo) abs(path string) string {
	path = filepath.FromSlash(path)
	if !filepath.IsAbs(path) {
		path = filepath.Join(r.Dir, path)
	}
	return filepath.Clean(path)
}

// find returns the absolute path of git. One that lies in the scanned tree is refused: a hostile repository may be the
// current directory of somebody whose PATH is careless.
func find(dir string) (string, error) {
	exe, err := exec.LookPath("git")
	if err != nil || !filepath.IsAbs(exe) {
		return "", ErrNoGit
	}
	real, err := filepath.EvalSymlinks(exe)
	if err != nil {
		return "", fmt.Errorf("%w: %v", ErrNoGit, err)
	}
	if top, err := filepath.EvalSymlinks(dir); err == nil {
		if rel, err := filepath.Rel(top, real); err == nil && filepath.IsLocal(rel) {
			return "", fmt.Errorf("%w: the one found lies in the repository itself (%s)", ErrNoGit, exe)
		}
	}
	return exe, nil
}

// version asks git for its version. No repository is read for that.
func (r *Repo) version(ctx context.Context) (Version, error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, r.exe, "--version")
	cmd.Env, cmd.WaitDelay = r.env, time.Second
	out, err := cmd.Output()
	if err != nil {
		return Version{}, fmt.Errorf("%w: %s --version: %v", ErrNoGit, r.exe, err)
	}
	return parseVersion(string(out))
}

// parseVersion reads "git version 2.39.5 (Apple Git-154)" and "git version 2.45.1.windows.1".
func parseVersion(s string) (Version, error) {
	fields := strings.Fields(s)
	if len(fields) >= 3 && fields[0] == "git" && fields[1] == "version" {
		parts := strings.Split(fields[2], ".")
		if len(parts) >= 2 {
			major, err1 := strconv.Atoi(parts[0])
			minor, err2 := strconv.Atoi(parts[1])
			if err1 == nil && err2 == nil {
				return Version{major, minor}, nil
			}
		}
	}
	return Version{}, fmt.Errorf("%w: cannot read its version from %q", ErrTooOld, firstLine(s))
}
