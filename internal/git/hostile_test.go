package git

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// canary is a program that writes its name and arguments into a file when somebody starts it.
type canary struct{ script, sung string }

func newCanary(t *testing.T) canary {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("the canary is a shell script")
	}
	dir := t.TempDir()
	c := canary{filepath.Join(dir, "canary"), filepath.Join(dir, "sung")}
	script := "#!/bin/sh\necho \"$0 $*\" >> '" + c.sung + "'\n"
	for _, name := range []string{"canary", "pre-commit", "post-index-change", "post-checkout", "reference-transaction", "fsmonitor-watchman", "pre-auto-gc"} {
		write(t, filepath.Join(dir, name), script)
		if err := os.Chmod(filepath.Join(dir, name), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	write(t, filepath.Join(dir, "hide-all"), "*\n")
	write(t, filepath.Join(dir, "attributes"), "* filter=x diff=x\n")
	return c
}

func (c canary) silent(t *testing.T) {
	t.Helper()
	if sung, err := os.ReadFile(c.sung); err == nil {
		t.Errorf("these were started:\n%s", sung)
	}
}

// config is everything in a git configuration that names a program, and what routes files through them.
func (c canary) config() string {
	text := strings.ReplaceAll(`
[core]
	fsmonitor = CANARY
	fsmonitorHookVersion = 2
	hooksPath = DIR
	editor = CANARY
	pager = CANARY
	sshCommand = CANARY
	gitProxy = CANARY
	alternateRefsCommand = CANARY
	askPass = CANARY
	excludesFile = DIR/hide-all
	attributesFile = DIR/attributes
	untrackedCache = true
[diff]
	external = CANARY
	tool = x
[diff "x"]
	textconv = CANARY
	command = CANARY
	cachetextconv = true
[merge "x"]
	driver = CANARY
[filter "x"]
	clean = CANARY
	smudge = CANARY
	process = CANARY
	required = true
[gpg]
	program = CANARY
[log]
	showSignature = true
[credential]
	helper = CANARY
[pager]
	ls-files = CANARY
	diff = CANARY
	config = CANARY
[sequence]
	editor = CANARY
[uploadpack]
	packObjectsHook = CANARY
[submodule "x"]
	update = !CANARY
[remote "origin"]
	uploadpack = CANARY
	promisor = true
	partialclonefilter = blob:none
[include]
	path = DIR/included
`, "CANARY", c.script)
	for _, verb := range []string{"rev-parse", "ls-files", "diff", "cat-file", "merge-base", "ls-tree", "config"} {
		text += fmt.Sprintf("[alias]\n\t%s = !%s\n", verb, c.script)
	}
	return strings.ReplaceAll(text, "DIR", filepath.Dir(c.script))
}

// plant makes the repository of dir hostile.
func (c canary) plant(t *testing.T, dir string) {
	t.Helper()
	write(t, filepath.Join(filepath.Dir(c.script), "included"), "[core]\n\tfsmonitor = "+c.script+"\n")
	write(t, filepath.Join(dir, ".gitattributes"), "* diff=x filter=x merge=x\n")
	common := strings.TrimSpace(shell(t, dir, "rev-parse", "--git-common-dir"))
	if !filepath.IsAbs(common) {
		common = filepath.Join(dir, common)
	}
	for _, embedded := range []string{"bare", "inner/.git"} { // one without a .git folder around it, one with
		shell(t, dir, "init", "-q", "--bare", embedded)
		write(t, filepath.Join(dir, embedded, "config"), "[core]\n\trepositoryformatversion = 0\n\tbare = true\n"+c.config())
	}
	f, err := os.OpenFile(filepath.Join(common, "config"), os.O_APPEND|os.O_WRONLY, 0)
	if err == nil {
		_, err = io.WriteString(f, c.config())
	}
	if err != nil {
		t.Fatal(err)
	}
	f.Close()
	for name, value := range map[string]string{"GIT_EXTERNAL_DIFF": c.script, "GIT_PAGER": c.script, "GIT_EDITOR": c.script, "GIT_ASKPASS": c.script, "GIT_SSH_COMMAND": c.script,
		"GIT_PROXY_COMMAND": c.script, "GIT_TRACE": c.sung, "GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "core.fsmonitor", "GIT_CONFIG_VALUE_0": c.script,
		"GIT_CONFIG_PARAMETERS": "'core.fsmonitor=" + c.script + "'"} {
		t.Setenv(name, value)
	}
}

// A canary that cannot sing proves nothing.
func TestTheHostileRepositoryIsHostile(t *testing.T) {
	c, dir := newCanary(t), t.TempDir()
	history(t, dir)
	c.plant(t, dir)
	cmd := exec.Command("git", "-C", dir, "-c", "safe.bareRepository=all", "diff")
	cmd.Env = append(os.Environ(), "GIT_TRACE=")
	_ = cmd.Run()
	sung, err := os.ReadFile(c.sung)
	if err != nil || strings.Count(string(sung), "\n") < 2 {
		t.Fatalf("an ordinary git diff started %q (%v): this repository tests nothing", sung, err)
	}
}

func TestAHostileRepositoryStartsNothing(t *testing.T) {
	more := append([]kind{
		{"an unborn branch", "sha1", false, func(t *testing.T, dir string) {
			shell(t, dir, "init", "-q")
			change(t, dir)
		}},
		{"a partial clone", "sha1", false, func(t *testing.T, dir string) {
			main := filepath.Join(t.TempDir(), "main")
			mkdir(t, main)
			history(t, main)
			shell(t, main, "config", "uploadpack.allowFilter", "true")
			shell(t, dir, "clone", "-q", "--no-checkout", "--filter=blob:none", "file://"+filepath.ToSlash(main), ".")
			write(t, filepath.Join(dir, "new.py"), "untracked\n")
		}},
	}, kinds...)
	for _, k := range more {
		t.Run(k.name, func(t *testing.T) {
			c, dir := newCanary(t), t.TempDir()
			k.make(t, dir)
			c.plant(t, dir)
			for _, hook := range []bool{false, true} {
				everything(t, dir, Options{HookEnv: hook})
			}
			if _, err := Open(t.Context(), filepath.Join(dir, "bare"), Options{}); err == nil {
				t.Error("a bare repository in the tree was taken for a repository")
			}
			c.silent(t)
		})
	}
}

// everything asks git all that this package can ask. What fails may fail; nothing may be started by it.
func everything(t *testing.T, dir string, opt Options) {
	t.Helper()
	ctx, r := t.Context(), open(t, dir, opt)
	files, err := r.ListFiles(ctx)
	if err != nil || !strings.Contains(strings.Join(files, "\n"), "new.py") {
		t.Errorf("listed %q (%v): the repository's own exclude file hides what is not tracked", files, err)
	}
	if _, err := r.Tracked(ctx); err != nil {
		t.Error(err)
	}
	entries, err := r.Staged(ctx)
	if err != nil {
		t.Error(err)
	}
	head, _, err := r.Head(ctx)
	if err != nil {
		t.Error(err)
	}
	if head != "" {
		tree, err := r.LsTree(ctx, head)
		if err != nil {
			t.Error(err)
		}
		entries = append(entries, tree...)
		if _, err := r.Changed(ctx, head, head); err != nil {
			t.Error(err)
		}
		if _, err := r.MergeBase(ctx, head, head); err != nil {
			t.Error(err)
		}
		if first, err := r.Resolve(ctx, "HEAD~1"); err == nil {
			if _, err := r.Changed(ctx, first, head); err != nil {
				t.Error(err)
			}
		}
	}
	if err := r.WithSizes(ctx, entries); err != nil {
		t.Error(err)
	}
	blobs := r.Blobs(ctx)
	defer blobs.Close()
	for _, e := range entries {
		_ = blobs.Read(e.ID, func(_ int64, in io.Reader) error {
			_, err := io.Copy(io.Discard, in)
			return err
		})
	}
	_, _ = r.Config(ctx, "core.editor")
	_, _ = r.Remote(ctx)
	_, _ = r.Sparse(ctx)
	_, _, _ = r.HooksPath(ctx)
	_, _ = r.Prefix()
}
