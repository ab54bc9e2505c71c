package git

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
)

func TestOnlyKnownFormsAreRun(t *testing.T) {
	id := strings.Repeat("a", 40)
	for _, args := range [][]string{
		{}, {"status"}, {"diff"}, {"log", "-p"}, {"checkout", "x"}, {"clone", "x"}, {"check-ignore", "x"}, {"apply"}, {"-c", "x=y", "diff"},
		{"diff", "--cached"}, {"diff", "--raw", "HEAD", "--"}, {"diff", "HEAD", "HEAD", "--"},
		{"ls-files"}, {"ls-files", "-z", "-co", "--exclude-from=x", "--"},
		{"cat-file", "--batch", "--filters"}, {"cat-file", "-p", id}, {"cat-file", "--textconv", id},
		{"ls-tree", "-r", "-z", "HEAD", "--"}, {"merge-base", "--", "HEAD", id},
		{"rev-parse"}, {"rev-parse", "--git-path", "hooks"}, {"rev-parse", "--verify", "--quiet", "--end-of-options", "--all"},
		{"config", "--add", "x.y", "z"}, {"config", "-z", "--show-origin", "--get-all", "--edit"}, {"config", "-z", "--show-origin", "--get-all", "x y.z"},
	} {
		if err := allow(args); err == nil {
			t.Errorf("git %q is let through", args)
		}
	}
}

func TestTheEnvironmentCannotRedirectGit(t *testing.T) {
	env := []string{"PATH=/bin", "HOME=/home/x", "GIT_DIR=.git", "GIT_INDEX_FILE=idx", "GIT_CONFIG_COUNT=1", "GIT_CONFIG_PARAMETERS='x'", "GIT_SSH_COMMAND=x",
		"GIT_TRACE=/tmp/x", "git_external_diff=x", "GIT_PREFIX=sub/", "LC_ALL=de_DE", "LANGUAGE=de", "GIT_EXEC_PATH=/tmp", "GIT_NO_LAZY_FETCH=0"}
	always := []string{"GIT_TERMINAL_PROMPT=0", "GIT_NO_LAZY_FETCH=1", "GIT_ALLOW_PROTOCOL=none", "GIT_OPTIONAL_LOCKS=0", "LC_ALL=C"}
	plain := environment(env, false)
	if want := append([]string{"PATH=/bin", "HOME=/home/x"}, always...); !slices.Equal(plain, want) {
		t.Errorf("a scan runs git with %q, want %q", plain, want)
	}
	dir, _ := filepath.Abs(".git")
	index, _ := filepath.Abs("idx")
	hook := environment(env, true)
	if want := append([]string{"PATH=/bin", "HOME=/home/x", "GIT_DIR=" + dir, "GIT_INDEX_FILE=" + index, "GIT_PREFIX=sub/"}, always...); !slices.Equal(hook, want) {
		t.Errorf("a hook runs git with %q, want %q", hook, want)
	}
}

func TestGitsWordsAreMadeSafe(t *testing.T) {
	got := Safe("fatal: \x1b[31mred\x07 \xff\u202e\u200bx\nsecond\n")
	if want := `fatal: \u{1b}[31mred\u{7} \xff\u{202e}\u{200b}x` + "\nsecond"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestErrorsOfGitAreToldInOneLine(t *testing.T) {
	dir := t.TempDir()
	history(t, dir)
	r := open(t, dir, Options{})
	_, err := r.LsTree(t.Context(), strings.Repeat("1", 40))
	var failed *Error
	if !errors.As(err, &failed) || failed.Verb != "ls-tree" || strings.Contains(err.Error(), "\n") {
		t.Errorf("got %v", err)
	}
}

func TestOutputHasALimitAndTimeHasAnEnd(t *testing.T) {
	dir := t.TempDir()
	history(t, dir)
	r := open(t, dir, Options{})
	if _, err := r.run(t.Context(), 5, "ls-files", "-s", "-z", "--"); err == nil || !strings.Contains(err.Error(), "more than 5 bytes") {
		t.Errorf("a listing over the limit: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := r.ListFiles(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled listing: %v", err)
	}
	if err := r.Blobs(ctx).Read(strings.Repeat("1", 40), nil); !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled read: %v", err)
	}
}

func TestVersionsAreReadFromWhatVendorsPrint(t *testing.T) {
	for out, want := range map[string]Version{
		"git version 2.39.5 (Apple Git-154)\n": {2, 39},
		"git version 2.45.1.windows.1\n":       {2, 45},
		"git version 3.0\n":                    {3, 0},
	} {
		if got, err := parseVersion(out); err != nil || got != want {
			t.Errorf("%q is %v (%v)", out, got, err)
		}
	}
	for _, out := range []string{"", "git", "hub version 1.2", "git version x.y"} {
		if _, err := parseVersion(out); !errors.Is(err, ErrTooOld) {
			t.Errorf("%q: %v", out, err)
		}
	}
}

// program puts a shell script called git on PATH.
func program(t *testing.T, dir, script string) {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("needs a shell")
	}
	write(t, filepath.Join(dir, "git"), "#!/bin/sh\n"+script+"\n")
	if err := os.Chmod(filepath.Join(dir, "git"), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir+string(filepath.ListSeparator)+os.Getenv("PATH"))
}

func TestReasonsForWorkingWithoutGit(t *testing.T) {
	t.Run("outside a repository", func(t *testing.T) {
		shell(t, t.TempDir(), "--version")
		if _, err := Open(t.Context(), t.TempDir(), Options{}); !errors.Is(err, ErrNoRepository) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("no git", func(t *testing.T) {
		t.Setenv("PATH", t.TempDir())
		if _, err := Open(t.Context(), t.TempDir(), Options{}); !errors.Is(err, ErrNoGit) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("a git that lies in the scanned tree is not started", func(t *testing.T) {
		dir := t.TempDir()
		started := filepath.Join(t.TempDir(), "started")
		program(t, dir, "echo yes > '"+started+"'")
		if _, err := Open(t.Context(), dir, Options{}); !errors.Is(err, ErrNoGit) {
			t.Errorf("got %v", err)
		}
		if _, err := os.Stat(started); err == nil {
			t.Error("the repository's own git was started")
		}
	})
	t.Run("an old git", func(t *testing.T) {
		program(t, t.TempDir(), "echo git version 2.17.1")
		if _, err := Open(t.Context(), t.TempDir(), Options{}); !errors.Is(err, ErrTooOld) || !strings.Contains(err.Error(), "2.30") {
			t.Errorf("got %v", err)
		}
	})
	t.Run("a repository of somebody else", func(t *testing.T) {
		dir := t.TempDir()
		history(t, dir)
		if os.Geteuid() != 0 {
			t.Skip("only root can give a folder away")
		}
		for _, p := range []string{dir, filepath.Join(dir, ".git")} {
			if err := os.Chown(p, 12345, 12345); err != nil {
				t.Fatal(err)
			}
		}
		_, err := Open(t.Context(), dir, Options{Environ: []string{"HOME=" + t.TempDir()}})
		if err == nil || !strings.Contains(err.Error(), "dubious ownership") {
			t.Errorf("got %v", err)
		}
	})
}
