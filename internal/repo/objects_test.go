package repo

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func openIndex(t *testing.T, dir string, paths []string, opt Options) *Tree {
	t.Helper()
	tree, err := OpenIndex(t.Context(), dir, paths, opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { tree.Close() })
	return tree
}

func openRev(t *testing.T, dir, rev string, opt Options) *Tree {
	t.Helper()
	tree, err := OpenRev(t.Context(), dir, rev, opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { tree.Close() })
	return tree
}

// threeVersions is a folder with a.py committed, staged and changed, in three versions.
func threeVersions(t *testing.T, dir string, initArgs ...string) {
	t.Helper()
	gitIn(t, dir, append([]string{"init", "-q"}, initArgs...)...)
	write(t, filepath.Join(dir, "a.py"), "committed")
	write(t, filepath.Join(dir, "docs/b.md"), "unchanged")
	gitIn(t, dir, "add", ".")
	gitIn(t, dir, "commit", "-qm", "one")
	edited(t, dir)
}

func edited(t *testing.T, dir string) {
	t.Helper()
	write(t, filepath.Join(dir, "a.py"), "staged")
	gitIn(t, dir, "add", "a.py")
	write(t, filepath.Join(dir, "a.py"), "edited")
}

func TestFolderIndexAndRevisionOfEveryKindOfRepository(t *testing.T) {
	clone := func(t *testing.T, dir string, args ...string) {
		main := filepath.Join(t.TempDir(), "main")
		if err := os.MkdirAll(main, 0o755); err != nil {
			t.Fatal(err)
		}
		threeVersions(t, main)
		gitIn(t, dir, append(append([]string{"clone", "-q"}, args...), "file://"+filepath.ToSlash(main), ".")...)
		edited(t, dir)
	}
	for _, k := range []struct {
		name  string
		make  func(t *testing.T, dir string)
		files []string
	}{
		{"a plain repository", func(t *testing.T, dir string) { threeVersions(t, dir) }, []string{"a.py", "docs/b.md"}},
		{"a repository of SHA-256", func(t *testing.T, dir string) { threeVersions(t, dir, "--object-format=sha256") }, []string{"a.py", "docs/b.md"}},
		{"a shallow clone", func(t *testing.T, dir string) { clone(t, dir, "--depth=1") }, []string{"a.py", "docs/b.md"}},
		{"a linked work tree", func(t *testing.T, dir string) {
			main := filepath.Join(t.TempDir(), "main")
			if err := os.MkdirAll(main, 0o755); err != nil {
				t.Fatal(err)
			}
			threeVersions(t, main)
			gitIn(t, main, "worktree", "add", "-q", "-f", "--detach", dir)
			edited(t, dir)
		}, []string{"a.py", "docs/b.md"}},
		{"a sparse checkout", func(t *testing.T, dir string) {
			threeVersions(t, dir)
			gitIn(t, dir, "sparse-checkout", "set", "--no-cone", "/a.py")
		}, []string{"a.py"}},
	} {
		t.Run(k.name, func(t *testing.T) {
			dir := t.TempDir()
			k.make(t, dir)
			for want, tree := range map[string]*Tree{"edited": open(t, dir, Options{}), "staged": openIndex(t, dir, nil, Options{}), "committed": openRev(t, dir, "HEAD", Options{})} {
				if b, err := tree.ReadFile("a.py", 100); err != nil || string(b) != want {
					t.Errorf("%s has %q, want %q (%v)", tree.Reader, b, want, err)
				}
				if tree.VCS.Commit == "" {
					t.Errorf("%s does not know its commit", tree.Reader)
				}
			}
			tree := open(t, dir, Options{})
			if !slices.Equal(paths(tree), k.files) || tree.Reader != "git" || tree.Why != "" {
				t.Errorf("reader %s (%s) listed %q", tree.Reader, tree.Why, paths(tree))
			}
			if sparse := noted(tree, "partial-run") != ""; sparse != (len(k.files) == 1) {
				t.Errorf("told that the checkout is sparse: %v", sparse)
			}
		})
	}
}

func TestAnUnbornBranchIsStagedAndHasNoRevision(t *testing.T) {
	dir := t.TempDir()
	gitIn(t, dir, "init", "-q")
	write(t, filepath.Join(dir, "a.py"), "x")
	gitIn(t, dir, "add", ".")
	if tree := open(t, dir, Options{}); tree.Reader != "git" || len(tree.Files) != 1 || tree.VCS.Commit != "" {
		t.Errorf("reader %s, files %q, commit %q", tree.Reader, paths(tree), tree.VCS.Commit)
	}
	if tree := openIndex(t, dir, nil, Options{}); len(tree.Files) != 1 {
		t.Errorf("staged %q", paths(tree))
	}
	if _, err := OpenRev(t.Context(), dir, "HEAD", Options{}); err == nil {
		t.Error("a revision of an unborn branch was opened")
	}
}

func TestWithoutGitTheTreeIsWalkedAndSaysWhy(t *testing.T) {
	dir := t.TempDir()
	threeVersions(t, dir)
	write(t, filepath.Join(dir, ".gitignore"), "docs/\n")
	t.Run("git is missing", func(t *testing.T) {
		t.Setenv("PATH", t.TempDir())
		tree := open(t, dir, Options{})
		if tree.Reader != "walk" || !strings.Contains(tree.Why, "not installed") || !strings.Contains(noted(tree, "git-fallback"), "not installed") {
			t.Errorf("reader %s, why %q, notes %v", tree.Reader, tree.Why, tree.Notes)
		}
		if got := paths(tree); !slices.Equal(got, []string{".gitignore", "a.py"}) {
			t.Errorf("listed %q", got)
		}
		for name, err := range map[string]error{
			"index":    second(OpenIndex(t.Context(), dir, nil, Options{})),
			"revision": second(OpenRev(t.Context(), dir, "HEAD", Options{})),
		} {
			if err == nil || !strings.Contains(err.Error(), "not installed") {
				t.Errorf("%s: %v", name, err)
			}
		}
		elsewhere := t.TempDir()
		if tree := open(t, elsewhere, Options{}); tree.Why != "" || tree.VCS != nil {
			t.Errorf("outside a repository nobody misses git: %q", tree.Why)
		}
	})
	t.Run("git refuses", func(t *testing.T) {
		if os.Geteuid() != 0 {
			t.Skip("only root can give a folder away")
		}
		t.Setenv("HOME", t.TempDir())
		for _, p := range []string{dir, filepath.Join(dir, ".git")} {
			if err := os.Chown(p, 12345, 12345); err != nil {
				t.Fatal(err)
			}
		}
		if tree := open(t, dir, Options{}); tree.Reader != "walk" || !strings.Contains(tree.Why, "dubious ownership") {
			t.Errorf("reader %s, why %q", tree.Reader, tree.Why)
		}
	})
}

func second[T any](_ T, err error) error { return err }

func TestWhatTheIndexHoldsBesidesFiles(t *testing.T) {
	dir := t.TempDir()
	threeVersions(t, dir)
	large := strings.Repeat("0123456789abcdef", blobInMemory/16) + "end"
	write(t, filepath.Join(dir, "large.bin"), large)
	write(t, filepath.Join(dir, "left.py"), "x")
	gitIn(t, dir, "add", "large.bin", "left.py")
	if err := os.Symlink("a.py", filepath.Join(dir, "link")); err == nil {
		gitIn(t, dir, "add", "link")
	}
	gitIn(t, dir, "update-index", "--add", "--cacheinfo", "160000,"+strings.Repeat("a", 40)+",module")
	gitIn(t, dir, "update-index", "--add", "--info-only", "--cacheinfo", "100644,"+strings.Repeat("b", 40)+",missing.py")
	tree := openIndex(t, dir, nil, Options{Exclude: []string{"left.py"}})
	if got := paths(tree); !slices.Equal(got, []string{"a.py", "large.bin"}) || tree.Counts.Excluded != 1 {
		t.Errorf("listed %q, %+v", got, tree.Counts)
	}
	if kindOfLeft(tree, "module") != "submodule" || kindOfLeft(tree, "missing.py") != "object-missing" {
		t.Errorf("left %v", tree.Left)
	}
	for range 2 {
		if b, err := tree.ReadFile("large.bin", 1<<30); err != nil || string(b) != large {
			t.Errorf("%d bytes of a large blob (%v)", len(b), err)
		}
	}
	b, err := tree.Open("large.bin")
	if err != nil {
		t.Fatal(err)
	}
	end := make([]byte, 3)
	if _, err := b.ReadAt(end, b.Size()-3); err != nil || string(end) != "end" {
		t.Errorf("read %q by range (%v)", end, err)
	}
	name := b.(spooled).Name()
	if err := b.Close(); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(name); !errors.Is(err, os.ErrNotExist) {
		t.Error("the content of a commit is left in a temporary file")
	}
}

// pointer writes a git-lfs pointer, and its object when it has one.
func pointer(t *testing.T, dir, path, content string, object bool) {
	t.Helper()
	sum := sha256.Sum256([]byte(content))
	oid := hex.EncodeToString(sum[:])
	write(t, filepath.Join(dir, path), fmt.Sprintf("version https://git-lfs.github.com/spec/v1\noid sha256:%s\nsize %d\n", oid, len(content)))
	if object {
		write(t, filepath.Join(dir, ".git/lfs/objects", oid[:2], oid[2:4], oid), content)
	}
}

func TestAGitLFSObjectIsReadInThePlaceOfItsPointer(t *testing.T) {
	dir := t.TempDir()
	gitIn(t, dir, "init", "-q")
	pickle := "\x80\x04\x95\x0a\x00\x00\x00\x00\x00\x00\x00K\x01."
	pointer(t, dir, "here.pkl", pickle, true)
	pointer(t, dir, "away.pkl", pickle+"more", false)
	pointer(t, dir, "table.csv", "a,b\n1,2\n", true)
	gitIn(t, dir, "add", ".")
	for _, tree := range []*Tree{open(t, dir, Options{}), openIndex(t, dir, nil, Options{})} {
		for path, want := range map[string]struct {
			format  string
			size    int64
			present bool
		}{"here.pkl": {"pickle", int64(len(pickle)), true}, "away.pkl": {"lfs-pointer", 128, false}} {
			f, _ := tree.File(path)
			assets, err := tree.Assets(f)
			if err != nil || len(assets) != 1 {
				t.Fatalf("%s: %v (%v)", path, assets, err)
			}
			a := assets[0]
			if a.Kind != Model || a.Format != want.format || a.LFS == nil || a.LFS.Present != want.present || want.present && a.Size != want.size {
				t.Errorf("%s: %s is %+v, %+v", tree.Reader, path, a, a.LFS)
			}
			b, err := tree.OpenObject(*a.LFS)
			if want.present != (err == nil) || err != nil && !errors.Is(err, ErrMissingObject) {
				t.Errorf("%s: %s: %v", tree.Reader, path, err)
			}
			if err == nil {
				b.Close()
				short := *a.LFS
				short.Size--
				if _, err := tree.OpenObject(short); !errors.Is(err, ErrMissingObject) {
					t.Errorf("an object of another size than its pointer says: %v", err)
				}
			}
		}
	}
	for _, oid := range []string{"", "../../../../etc/passwd", strings.Repeat("A", 64), strings.Repeat("a", 63) + "/"} {
		if _, err := open(t, dir, Options{}).OpenObject(LFS{OID: oid}); err == nil {
			t.Errorf("%q was opened", oid)
		}
	}
}

func TestThePlacesAreThoseOfTheGuideline(t *testing.T) {
	text, err := os.ReadFile("../../rules/guideline.toml")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range placeGlobs {
		quoted := make([]string, len(p.globs))
		for i, g := range p.globs {
			quoted[i] = fmt.Sprintf("%q", g)
		}
		if line := fmt.Sprintf("\n%s = [%s]\n", p.place, strings.Join(quoted, ", ")); !strings.Contains(string(text), line) {
			t.Errorf("rules/guideline.toml has no line %s", line)
		}
	}
}
