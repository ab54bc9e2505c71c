package repo

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/afero"
)

// git runs git in a folder that the test made.
func gitIn(t *testing.T, dir string, args ...string) {
	t.Helper()
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("git is not on this machine")
	}
	cmd := exec.Command("git", append([]string{"-C", dir, "-c", "user.name=A Person", "-c", "user.email=person@example.org", "-c", "protocol.file.allow=always"}, args...)...)
	cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL="+os.DevNull, "GIT_CONFIG_SYSTEM="+os.DevNull)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("git %v: %v\n%s", args, err, out)
	}
}

func open(t *testing.T, dir string, opt Options) *Tree {
	t.Helper()
	tree, err := OpenDir(t.Context(), dir, opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { tree.Close() })
	return tree
}

func paths(t *Tree) []string {
	var out []string
	for _, f := range t.Files {
		out = append(out, f.Path)
	}
	return out
}

func TestGitDecidesWhatIsListed(t *testing.T) {
	dir := t.TempDir()
	gitIn(t, dir, "init", "-q")
	write(t, filepath.Join(dir, ".gitignore"), "*.log\nmodels/\n")
	write(t, filepath.Join(dir, "app.py"), "x")
	write(t, filepath.Join(dir, "new.py"), "untracked")
	write(t, filepath.Join(dir, "a.log"), "ignored")
	write(t, filepath.Join(dir, "models/old.ckpt"), "ignored")
	write(t, filepath.Join(dir, "models/kept.pkl"), "tracked although ignored")
	write(t, filepath.Join(dir, "gone.py"), "deleted later")
	gitIn(t, dir, "add", "app.py", "gone.py", ".gitignore")
	gitIn(t, dir, "add", "-f", "models/kept.pkl")
	os.Remove(filepath.Join(dir, "gone.py"))
	tree := open(t, dir, Options{})
	if got, want := paths(tree), []string{".gitignore", "app.py", "models/kept.pkl", "new.py"}; !slices.Equal(got, want) {
		t.Errorf("listed %v, want %v", got, want)
	}
	if tree.Reader != "git" || tree.Counts.Ignored != 2 || !slices.Equal(tree.Ignored, []string{"models/old.ckpt"}) {
		t.Errorf("reader %s, %+v, %v", tree.Reader, tree.Counts, tree.Ignored)
	}
	if !slices.ContainsFunc(tree.Notes, func(n Note) bool { return n.Kind == "ignored-model-like" }) {
		t.Error("nobody is told of the ignored checkpoint")
	}
	if all := open(t, dir, Options{IncludeIgnored: true}); len(all.Files) != 6 {
		t.Errorf("with ignored files: %v", paths(all))
	}
}

func TestAWalkReadsTheIgnoreFilesItself(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, ".gitignore"), "*.log\n/build/\n")
	write(t, filepath.Join(dir, "sub/.gitignore"), "!keep.log\n")
	for _, p := range []string{"a.log", "sub/keep.log", "build/x.py", "sub/build/y.py", "main.py", "node_modules/x/index.js", "env/pyvenv.cfg", "env/lib/z.pt"} {
		write(t, filepath.Join(dir, p), "x")
	}
	tree := open(t, dir, Options{})
	if got, want := paths(tree), []string{".gitignore", "main.py", "sub/.gitignore", "sub/build/y.py", "sub/keep.log"}; !slices.Equal(got, want) {
		t.Errorf("listed %v, want %v", got, want)
	}
	if tree.Reader != "walk" || !slices.Equal(tree.Ignored, []string{"env/lib/z.pt"}) {
		t.Errorf("reader %s, looks like a model: %v", tree.Reader, tree.Ignored)
	}
}

func TestWhatCannotBeReadIsListedWithItsReason(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no pipes and links here")
	}
	dir := t.TempDir()
	write(t, filepath.Join(dir, "in.txt"), "x")
	write(t, filepath.Join(t.TempDir(), "secret"), "secret")
	for link, to := range map[string]string{"out": "/etc/hostname", "dangling": "nowhere", "inside": "in.txt", "loop": "loop"} {
		if err := os.Symlink(to, filepath.Join(dir, link)); err != nil {
			t.Fatal(err)
		}
	}
	if err := mkfifo(filepath.Join(dir, "pipe.pkl")); err != nil {
		t.Fatal(err)
	}
	tree := open(t, dir, Options{})
	got := map[string]string{}
	for _, l := range tree.Left {
		got[l.Path] = l.Kind
	}
	for path, kind := range map[string]string{"out": "link-escapes", "dangling": "link-escapes", "loop": "link-escapes", "pipe.pkl": "unsupported"} {
		if got[path] != kind {
			t.Errorf("%s: %q, want %q", path, got[path], kind)
		}
	}
	if got["inside"] != "" || !slices.Equal(paths(tree), []string{"in.txt"}) {
		t.Errorf("files %v, left %v", paths(tree), got)
	}
	for _, p := range []string{"out", "pipe.pkl", "../x", "/etc/hostname"} {
		if b, err := tree.Open(p); err == nil {
			b.Close()
			t.Errorf("%s was opened", p)
		}
	}
	os.Remove(filepath.Join(dir, "in.txt"))
	if _, err := tree.Assets(tree.Files[0]); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a file that vanished: %v", err)
	}
}

func TestSubmodulesAndEmbeddedRepositories(t *testing.T) {
	dir, other := t.TempDir(), t.TempDir()
	gitIn(t, other, "init", "-q")
	write(t, filepath.Join(other, "lib.py"), "x")
	gitIn(t, other, "add", ".")
	gitIn(t, other, "commit", "-qm", "one")
	gitIn(t, dir, "init", "-q")
	gitIn(t, dir, "submodule", "--quiet", "add", other, "vendored")
	write(t, filepath.Join(dir, "inner/model.py"), "x")
	write(t, filepath.Join(dir, "inner/.gitignore"), "*.tmp\n")
	write(t, filepath.Join(dir, "inner/a.tmp"), "x")
	gitIn(t, filepath.Join(dir, "inner"), "init", "-q")
	tree := open(t, dir, Options{})
	if !slices.Contains(paths(tree), "inner/model.py") || slices.Contains(paths(tree), "inner/a.tmp") {
		t.Errorf("the embedded repository is not walked by its own rules: %v", paths(tree))
	}
	if !slices.ContainsFunc(tree.Left, func(l Left) bool { return l.Path == "vendored" && l.Kind == "submodule" }) {
		t.Errorf("the submodule is not named: %v", tree.Left)
	}
}

func TestTheIndexIsReadAndNotTheFolder(t *testing.T) {
	dir := t.TempDir()
	gitIn(t, dir, "init", "-q")
	write(t, filepath.Join(dir, "a.py"), "staged")
	gitIn(t, dir, "add", "a.py")
	write(t, filepath.Join(dir, "a.py"), "worktree")
	write(t, filepath.Join(dir, "b.py"), "not staged")
	tree, err := OpenIndex(t.Context(), dir, nil, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer tree.Close()
	if b, _ := tree.ReadFile("a.py", 100); string(b) != "staged" || len(tree.Files) != 1 || !tree.Partial() {
		t.Errorf("read %q of %v", b, paths(tree))
	}
	named, err := OpenIndex(t.Context(), dir, []string{"b.py"}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer named.Close()
	if b, _ := named.ReadFile("b.py", 100); string(b) != "not staged" || len(named.Files) != 1 {
		t.Errorf("named: %q of %v", b, paths(named))
	}
	if _, err := OpenIndex(t.Context(), t.TempDir(), nil, Options{}); err == nil {
		t.Error("an index outside a repository")
	}
}

func TestErrorsSayWhatToDo(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "file"), "x")
	for path, want := range map[string]string{"nowhere": "there is no such folder", "file": "name the folder it lies in"} {
		if _, err := OpenDir(t.Context(), filepath.Join(dir, path), Options{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", path, err)
		}
	}
}

// A repository whose configuration would start programs starts none when it is listed and its index read.
func TestAHostileConfigurationStartsNothing(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("needs a shell")
	}
	dir := t.TempDir()
	marker := filepath.Join(t.TempDir(), "started")
	script := filepath.Join(t.TempDir(), "run.sh")
	write(t, script, "#!/bin/sh\necho \"$0 $*\" >> "+marker+"\ncat\n")
	if err := os.Chmod(script, 0o755); err != nil {
		t.Fatal(err)
	}
	gitIn(t, dir, "init", "-q")
	write(t, filepath.Join(dir, "a.py"), "x = 1\n")
	gitIn(t, dir, "add", ".")
	gitIn(t, dir, "commit", "-qm", "one")
	write(t, filepath.Join(dir, "a.py"), "x = 2\n")
	gitIn(t, dir, "add", ".")
	write(t, filepath.Join(dir, ".gitattributes"), "* diff=x filter=x\n")
	config := fmt.Sprintf(`[core]
	fsmonitor = %[1]s
	hooksPath = %[2]s
	editor = %[1]s
	pager = %[1]s
	sshCommand = %[1]s
	alternateRefsCommand = %[1]s
	askPass = %[1]s
	excludesFile = %[2]s/hide-all
[diff]
	external = %[1]s
[diff "x"]
	textconv = %[1]s
	command = %[1]s
[filter "x"]
	clean = %[1]s
	smudge = %[1]s
	process = %[1]s
	required = true
[alias]
	ls-files = !%[1]s
	cat-file = !%[1]s
	diff = !%[1]s
	rev-parse = !%[1]s
[gpg]
	program = %[1]s
[credential]
	helper = %[1]s
`, script, filepath.Dir(script))
	write(t, filepath.Join(filepath.Dir(script), "hide-all"), "*\n")
	for _, hook := range []string{"pre-commit", "post-index-change", "fsmonitor-watchman", "reference-transaction"} {
		write(t, filepath.Join(filepath.Dir(script), hook), "#!/bin/sh\necho hook >> "+marker+"\n")
		os.Chmod(filepath.Join(filepath.Dir(script), hook), 0o755)
	}
	f, err := os.OpenFile(filepath.Join(dir, ".git/config"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprint(f, config)
	f.Close()
	t.Setenv("GIT_EXTERNAL_DIFF", script)
	t.Setenv("GIT_CONFIG_COUNT", "1")
	t.Setenv("GIT_CONFIG_KEY_0", "core.fsmonitor")
	t.Setenv("GIT_CONFIG_VALUE_0", script)

	tree := open(t, dir, Options{})
	if tree.Reader != "git" || !slices.Contains(paths(tree), ".gitattributes") {
		t.Errorf("reader %s (%s), files %v: an exclude file of the repository hid untracked files", tree.Reader, tree.Why, paths(tree))
	}
	index, err := OpenIndex(t.Context(), dir, nil, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer index.Close()
	if b, _ := index.ReadFile("a.py", 100); string(b) != "x = 2\n" {
		t.Errorf("the index says %q", b)
	}
	if started, err := os.ReadFile(marker); err == nil {
		t.Errorf("these were started:\n%s", started)
	}
}

func TestACancelledWalkEnds(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	m := afero.NewMemMapFs()
	if err := afero.WriteFile(m, "a", []byte("x"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenFS(ctx, m, "x", Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func BenchmarkOpenDir(b *testing.B) {
	dir := b.TempDir()
	for i := range 3000 {
		p := filepath.Join(dir, fmt.Sprintf("pkg%d/mod%d.py", i/50, i))
		os.MkdirAll(filepath.Dir(p), 0o755)
		os.WriteFile(p, []byte("import torch\n"), 0o644)
	}
	for b.Loop() {
		tree, err := OpenDir(b.Context(), dir, Options{})
		if err != nil {
			b.Fatal(err)
		}
		for _, f := range tree.Files {
			if _, err := tree.Assets(f); err != nil {
				b.Fatal(err)
			}
		}
		tree.Close()
	}
}

func TestATreeThatListsNothingReadsByName(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "a.toml"), []byte("x"), 0o644); err != nil {
		t.Fatal(err)
	}
	tree, err := OpenDir(t.Context(), dir, Options{Unlisted: true})
	if err != nil {
		t.Fatal(err)
	}
	defer tree.Close()
	b, err := tree.ReadFile("a.toml", 10)
	if err != nil || string(b) != "x" || len(tree.Files) != 0 {
		t.Errorf("%q %v, %d files", b, err, len(tree.Files))
	}
	if _, err := tree.ReadFile("b.toml", 10); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a file that is not there: %v", err)
	}
}
