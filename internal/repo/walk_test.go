package repo

import (
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/afero"
)

func kindOfLeft(t *Tree, path string) string {
	for _, l := range t.Left {
		if l.Path == path {
			return l.Kind
		}
	}
	return ""
}

func noted(t *Tree, kind string) string {
	for _, n := range t.Notes {
		if n.Kind == kind {
			return n.Text
		}
	}
	return ""
}

func TestFoldersOfDependenciesAreLeftOutUnlessGitTracksThem(t *testing.T) {
	dir := t.TempDir()
	gitIn(t, dir, "init", "-q")
	for _, p := range []string{"app.py", "web/node_modules/x/index.js", "kept/node_modules/evil/index.js", "kept/node_modules/weights.pt", "env/pyvenv.cfg", "env/lib/site.py",
		"env/lib/old.ckpt", "pkg/__pycache__/a.pyc"} {
		write(t, filepath.Join(dir, p), "x")
	}
	gitIn(t, dir, "add", "app.py", "kept")
	tree := open(t, dir, Options{})
	if got, want := paths(tree), []string{"app.py", "kept/node_modules/evil/index.js", "kept/node_modules/weights.pt"}; !slices.Equal(got, want) {
		t.Errorf("listed %q, want %q", got, want)
	}
	if got, want := noted(tree, "pruned"), "__pycache__ (1), env (1), node_modules (1)"; !strings.HasSuffix(got, want) {
		t.Errorf("told %q, want %q", got, want)
	}
	if got := noted(tree, "ignored-model-like"); !strings.Contains(got, "env/lib/old.ckpt") {
		t.Errorf("told %q: nobody hears of the checkpoint in the environment", got)
	}
}

func TestIgnoredModelsDatasetsAndAgentsAreNamed(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, ".gitignore"), "out/\n*.parquet\n.claude/\nCLAUDE.local.md\n*.log\n")
	for _, p := range []string{"out/a/best.pt", "train.parquet", ".claude/settings.local.json", "CLAUDE.local.md", "x.log"} {
		write(t, filepath.Join(dir, p), "x")
	}
	for name, reader := range map[string]string{"git": "git", "a walk": "walk"} {
		if name == "git" {
			gitIn(t, dir, "init", "-q")
		} else if err := os.RemoveAll(filepath.Join(dir, ".git")); err != nil {
			t.Fatal(err)
		}
		tree := open(t, dir, Options{})
		if tree.Reader != reader || len(tree.Ignored) < 3 || tree.Counts.IgnoredModelLike != len(tree.Ignored) || slices.Contains(tree.Ignored, "x.log") {
			t.Errorf("%s: reader %s names %q of %+v", name, tree.Reader, tree.Ignored, tree.Counts)
		}
	}
}

func TestNamesThatAreNotUTF8OrDifferInCaseAreRead(t *testing.T) {
	dir := t.TempDir()
	names := []string{"\xff\xfe model.pkl", "a\nb.py", "Model.py", "model.py", "d\xe9p/x.py", "\u202egpj.py"}
	for _, n := range names {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, n)), 0o755); err != nil {
			t.Skipf("no such names here: %v", err)
		}
		if err := os.WriteFile(filepath.Join(dir, n), []byte(n), 0o644); err != nil {
			t.Skipf("no such names here: %v", err)
		}
	}
	if entries, _ := os.ReadDir(dir); len(entries) != len(names) {
		t.Skip("this file system folds names")
	}
	slices.Sort(names)
	check := func(tree *Tree) {
		t.Helper()
		if got := paths(tree); !slices.Equal(got, names) {
			t.Errorf("%s listed %q, want %q", tree.Reader, got, names)
		}
		for _, f := range tree.Files {
			if b, err := tree.ReadFile(f.Path, 100); err != nil || string(b) != f.Path {
				t.Errorf("%s: %q reads %q (%v)", tree.Reader, f.Path, b, err)
			}
		}
	}
	check(open(t, dir, Options{}))
	gitIn(t, dir, "init", "-q")
	check(open(t, dir, Options{}))
	gitIn(t, dir, "add", ".")
	index, err := OpenIndex(t.Context(), dir, nil, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer index.Close()
	check(index)
	gitIn(t, dir, "commit", "-qm", "one")
	rev, err := OpenRev(t.Context(), dir, "HEAD", Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer rev.Close()
	check(rev)
}

func TestDevicesSocketsAndPipesAreNamedAndNotOpened(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no such files here")
	}
	dir, err := os.MkdirTemp("", "s") // the address of a socket is short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	want := map[string]string{"pipe": "named pipe", "socket": "socket"}
	if err := mkfifo(filepath.Join(dir, "pipe")); err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("unix", filepath.Join(dir, "socket"))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if err := endless(filepath.Join(dir, "device")); err == nil {
		want["device"] = "device"
	}
	gitIn(t, dir, "init", "-q")
	tree := open(t, dir, Options{})
	if len(tree.Files) != 0 || len(tree.Left) != len(want) {
		t.Errorf("files %q, left %v", paths(tree), tree.Left)
	}
	for _, l := range tree.Left {
		if l.Kind != "unsupported" || !strings.Contains(l.Detail, want[l.Path]) {
			t.Errorf("%s is left as %s: %s", l.Path, l.Kind, l.Detail)
		}
		if b, err := tree.Open(l.Path); err == nil {
			b.Close()
			t.Errorf("%s was opened", l.Path)
		}
	}
}

func TestLinksAreToldWhenWhatTheyLeadToIsNotLookedAt(t *testing.T) {
	dir := t.TempDir()
	gitIn(t, dir, "init", "-q")
	write(t, filepath.Join(dir, ".gitignore"), "hidden/\n")
	write(t, filepath.Join(dir, "models/real.pt"), "x")
	write(t, filepath.Join(dir, "hidden/evil.pt"), "x")
	for link, to := range map[string]string{
		"file": "models/real.pt", "folder": "models", "through": "folder/real.pt", "chain": "file", "up": "models/../models/real.pt", "root": ".",
		"ignored": "hidden/evil.pt", "own": ".git/config", "deep/out": "../../../etc/passwd", "absolute": "/etc/passwd", "gone": "nowhere", "circle": "circle",
	} {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, link)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(to, filepath.Join(dir, link)); err != nil {
			t.Skipf("no links here: %v", err)
		}
	}
	tree := open(t, dir, Options{})
	var told []string
	for _, l := range tree.Left {
		if l.Kind != "link-escapes" {
			t.Errorf("%+v", l)
		}
		told = append(told, l.Path)
	}
	if want := []string{"absolute", "circle", "deep/out", "gone", "ignored", "own"}; !slices.Equal(told, want) {
		t.Errorf("told %q, want %q", told, want)
	}
	if got := paths(tree); !slices.Equal(got, []string{".gitignore", "models/real.pt"}) {
		t.Errorf("listed %q", got)
	}
	for _, p := range []string{"file", "absolute", "own", ".git/config", "models/../.git/config", ".GIT/config", "git~1/config", ".g\u200cit/config", ".git::$INDEX_ALLOCATION/config", "..", ""} {
		if b, err := tree.Open(p); err == nil {
			b.Close()
			t.Errorf("%q was opened", p)
		}
	}
}

func TestGitsOwnFolderUnderAnotherSpellingIsNamed(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, ".GIT/hooks/x"), "x")
	if _, err := os.Stat(filepath.Join(dir, ".git")); err == nil {
		t.Skip("here .GIT is git's own folder")
	}
	if tree := open(t, dir, Options{}); len(tree.Files) != 0 || kindOfLeft(tree, ".GIT") != "unsupported" {
		t.Errorf("files %q, left %v", paths(tree), tree.Left)
	}
}

func TestUnreadableFoldersAndFilesAreNamed(t *testing.T) {
	if os.Geteuid() == 0 || runtime.GOOS == "windows" {
		t.Skip("nothing is unreadable for root")
	}
	dir := t.TempDir()
	write(t, filepath.Join(dir, "closed/a.py"), "x")
	write(t, filepath.Join(dir, "open.py"), "x")
	if err := os.Chmod(filepath.Join(dir, "closed"), 0); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.Chmod(filepath.Join(dir, "closed"), 0o755) })
	if tree := open(t, dir, Options{}); kindOfLeft(tree, "closed") != "unreadable" || !slices.Equal(paths(tree), []string{"open.py"}) {
		t.Errorf("files %q, left %v", paths(tree), tree.Left)
	}
}

// failing is a file system in which some names cannot be had any more when they are asked for.
type failing struct {
	afero.Fs
	stat, open map[string]error
}

func (f failing) Stat(name string) (fs.FileInfo, error) {
	if err := f.stat[filepath.ToSlash(name)]; err != nil {
		return nil, &fs.PathError{Op: "stat", Path: name, Err: err}
	}
	return f.Fs.Stat(name)
}

func (f failing) Open(name string) (afero.File, error) {
	if err := f.open[filepath.ToSlash(name)]; err != nil {
		return nil, &fs.PathError{Op: "open", Path: name, Err: err}
	}
	return f.Fs.Open(name)
}

func TestWhatVanishesOrClosesDuringTheWalkIsNamed(t *testing.T) {
	m := afero.NewMemMapFs()
	for _, p := range []string{"a.py", "gone.py", "closed.py", "secret/b.py"} {
		if err := afero.WriteFile(m, p, []byte("x"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	f := failing{m, map[string]error{"gone.py": fs.ErrNotExist, "closed.py": fs.ErrPermission}, map[string]error{"secret": fs.ErrPermission}}
	tree, err := OpenFS(t.Context(), f, "x", Options{})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(paths(tree), []string{"a.py"}) {
		t.Errorf("listed %q", paths(tree))
	}
	for path, detail := range map[string]string{"gone.py": "vanished", "closed.py": "permission denied", "secret": "permission denied"} {
		i := slices.IndexFunc(tree.Left, func(l Left) bool { return l.Path == path })
		if i < 0 || tree.Left[i].Kind != "unreadable" || !strings.Contains(tree.Left[i].Detail, detail) {
			t.Errorf("%s is not left as unreadable, %s: %v", path, detail, tree.Left)
		}
	}
}

// On a file system that folds names git may list another spelling than the folder has.
func TestAListedFileUnderAnotherSpellingIsRead(t *testing.T) {
	m := afero.NewMemMapFs()
	if err := afero.WriteFile(m, "model.pkl", []byte("x"), 0o644); err != nil {
		t.Fatal(err)
	}
	tree := &Tree{Reader: "git", src: &files{fs: m}}
	w, err := newWalk(tree, folding{m}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	w.git = newListing([]string{"Model.pkl"}, questions{})
	if err := w.run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := paths(tree); !slices.Equal(got, []string{"Model.pkl"}) {
		t.Errorf("listed %q", got)
	}
}

type folding struct{ afero.Fs }

func (f folding) Stat(name string) (fs.FileInfo, error) { return f.Fs.Stat(strings.ToLower(name)) }

func TestAFolderThatTookThePlaceOfATrackedFile(t *testing.T) {
	dir := t.TempDir()
	gitIn(t, dir, "init", "-q")
	write(t, filepath.Join(dir, "a/x.py"), "x")
	write(t, filepath.Join(dir, "b/x.py"), "x")
	write(t, filepath.Join(dir, "c"), "x")
	gitIn(t, dir, "add", ".")
	for _, p := range []string{"a", "b", "c"} {
		if err := os.RemoveAll(filepath.Join(dir, p)); err != nil {
			t.Fatal(err)
		}
	}
	write(t, filepath.Join(dir, "a"), "now a file")
	write(t, filepath.Join(dir, "c/y.py"), "now a folder")
	if err := os.Symlink("c", filepath.Join(dir, "b")); err != nil {
		t.Skipf("no links here: %v", err)
	}
	tree := open(t, dir, Options{})
	if got := paths(tree); !slices.Equal(got, []string{"a", "c/y.py"}) || len(tree.Left) != 0 {
		t.Errorf("listed %q, left %v", got, tree.Left)
	}
}
