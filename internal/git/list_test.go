package git

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func paths(entries []Entry) (out []string) {
	for _, e := range entries {
		out = append(out, string(max(e.Status, ' '))+e.Path)
	}
	return out
}

func read(t *testing.T, b *Blobs, id string) string {
	t.Helper()
	var text string
	err := b.Read(id, func(size int64, r io.Reader) error {
		content, err := io.ReadAll(r)
		text = string(content)
		if int64(len(text)) != size {
			t.Errorf("%d bytes of %d", len(text), size)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestEveryKindOfRepositoryIsRead(t *testing.T) {
	each(t, func(t *testing.T, dir string, k kind) {
		ctx, r := t.Context(), open(t, dir, Options{})
		if r.Format != k.format || r.Shallow == k.first {
			t.Errorf("format %s, shallow %v", r.Format, r.Shallow)
		}
		files, err := r.ListFiles(ctx)
		if want := []string{"a.py", "new.py", "sub/b.py"}; err != nil || !slices.Equal(slices.Sorted(slices.Values(files)), want) {
			t.Errorf("listed %q, want %q (%v)", files, want, err)
		}
		tracked, err := r.Tracked(ctx)
		if got := paths(tracked); err != nil || !slices.Equal(got, []string{" a.py", " sub/b.py"}) {
			t.Errorf("tracked %q (%v)", got, err)
		}
		staged, err := r.Staged(ctx)
		if got := paths(staged); err != nil || !slices.Equal(got, []string{"Ma.py"}) {
			t.Fatalf("staged %q (%v)", got, err)
		}
		blobs := r.Blobs(ctx)
		defer blobs.Close()
		if got := read(t, blobs, staged[0].ID); got != "staged\n" {
			t.Errorf("the index holds %q", got)
		}
		head, _, err := r.Head(ctx)
		if err != nil || !isID(head) {
			t.Fatalf("head %q (%v)", head, err)
		}
		tree, err := r.LsTree(ctx, head)
		if err == nil {
			err = r.WithSizes(ctx, tree)
		}
		if err != nil || len(tree) != 2 || tree[0].Path != "a.py" || tree[0].Size != 4 {
			t.Errorf("tree %+v (%v)", tree, err)
		}
		if got := read(t, blobs, tree[0].ID); got != "two\n" {
			t.Errorf("the commit holds %q", got)
		}
		sizes, err := r.Sizes(ctx, []string{tree[0].ID, head, strings.Repeat("0", len(head))})
		if err != nil || len(sizes) != 1 || sizes[tree[0].ID] != 4 {
			t.Errorf("sizes %v (%v): a commit and a missing object have none", sizes, err)
		}
		first, err := r.Resolve(ctx, "HEAD~1")
		if !k.first {
			if !errors.Is(err, ErrNoRevision) {
				t.Errorf("the parent of a shallow commit: %v", err)
			}
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		changed, err := r.Changed(ctx, first, head)
		if got := paths(changed); err != nil || !slices.Equal(got, []string{"Ma.py", "Dgone.py"}) {
			t.Errorf("changed %q (%v)", got, err)
		}
		if base, err := r.MergeBase(ctx, first, head); err != nil || base != first {
			t.Errorf("merge base %s, want %s (%v)", base, first, err)
		}
	})
}

func TestAnUnbornBranchHasStagedFilesAndNoCommit(t *testing.T) {
	dir := t.TempDir()
	shell(t, dir, "init", "-q")
	write(t, filepath.Join(dir, "a.py"), "x")
	shell(t, dir, "add", ".")
	r := open(t, dir, Options{})
	if commit, branch, err := r.Head(t.Context()); err != nil || commit != "" || branch != "main" {
		t.Errorf("commit %q, branch %q (%v)", commit, branch, err)
	}
	staged, err := r.Staged(t.Context())
	if got := paths(staged); err != nil || !slices.Equal(got, []string{"Aa.py"}) {
		t.Errorf("staged %q (%v)", got, err)
	}
}

func TestAFolderBelowTheTopLevelSeesItsOwnPart(t *testing.T) {
	dir := t.TempDir()
	history(t, dir)
	write(t, filepath.Join(dir, "sub/b.py"), "changed\n")
	shell(t, dir, "add", ".")
	r := open(t, filepath.Join(dir, "sub"), Options{})
	if prefix, err := r.Prefix(); err != nil || prefix != "sub/" {
		t.Errorf("prefix %q (%v)", prefix, err)
	}
	files, err := r.ListFiles(t.Context())
	if err != nil || !slices.Equal(files, []string{"b.py"}) {
		t.Errorf("listed %q (%v)", files, err)
	}
	staged, err := r.Staged(t.Context())
	if got := paths(staged); err != nil || !slices.Equal(got, []string{"Mb.py"}) {
		t.Errorf("staged %q (%v): paths are relative to the folder", got, err)
	}
}

func TestNamesComeThroughByteForByte(t *testing.T) {
	dir := t.TempDir()
	shell(t, dir, "init", "-q")
	names := []string{"a\nb.py", "\xff\xfe.py", "tab\there", "ü.py", "-rf", ":(glob)x", `back\slash`}
	for _, n := range names {
		write(t, filepath.Join(dir, n), "x")
	}
	shell(t, dir, "add", ".")
	r := open(t, dir, Options{})
	slices.Sort(names)
	files, err := r.ListFiles(t.Context())
	if err != nil || !slices.Equal(slices.Sorted(slices.Values(files)), names) {
		t.Errorf("listed %q, want %q (%v)", files, names, err)
	}
	staged, err := r.Staged(t.Context())
	if err != nil || len(staged) != len(names) {
		t.Errorf("staged %q (%v)", paths(staged), err)
	}
}

func TestLinksGitlinksAndIntentToAdd(t *testing.T) {
	dir, other := t.TempDir(), t.TempDir()
	history(t, other)
	shell(t, dir, "init", "-q")
	write(t, filepath.Join(dir, "planned.py"), "x")
	shell(t, dir, "add", "-N", "planned.py")
	shell(t, dir, "submodule", "--quiet", "add", "file://"+filepath.ToSlash(other), "module")
	id := strings.TrimSpace(shell(t, dir, "hash-object", "-w", "--", "planned.py"))
	shell(t, dir, "update-index", "--add", "--cacheinfo", "120000,"+id+",link")
	staged, err := open(t, dir, Options{}).Staged(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	modes := map[string]string{}
	for _, e := range staged {
		modes[e.Path] = e.Mode
	}
	if modes["module"] != ModeGitlink || modes["link"] != ModeLink {
		t.Errorf("modes %v", modes)
	}
	if _, ok := modes["planned.py"]; ok {
		t.Error("a file that is only meant to be added has no content to look at")
	}
}

func TestAHookReadsTheIndexThatGitNamesAndNobodyElseDoes(t *testing.T) {
	dir := t.TempDir()
	history(t, dir)
	index := filepath.Join(dir, ".git", "next-index-1.lock")
	write(t, index, "")
	shell(t, dir, "read-tree", "--index-output="+index, "HEAD")
	env := []string{"GIT_INDEX_FILE=" + index, "HOME=" + t.TempDir()}
	for hook, want := range map[bool]int{true: 0, false: 1} {
		staged, err := open(t, dir, Options{HookEnv: hook, Environ: env}).Staged(t.Context())
		if err != nil || len(staged) != want {
			t.Errorf("as a hook %v: staged %q, want %d (%v)", hook, paths(staged), want, err)
		}
	}
}

func TestBlobsOfAnySizeInAnyOrderAndPartly(t *testing.T) {
	dir := t.TempDir()
	shell(t, dir, "init", "-q")
	var ids []string
	for i, size := range []int{0, 1, 100_000, 3 << 20} {
		write(t, filepath.Join(dir, "f"), strings.Repeat(fmt.Sprint(i), size))
		ids = append(ids, strings.TrimSpace(shell(t, dir, "hash-object", "-w", "f")))
	}
	blobs := open(t, dir, Options{}).Blobs(t.Context())
	defer blobs.Close()
	gone := strings.Repeat("1", 40)
	for _, i := range []int{3, 0, 2, 1, 3} {
		half := errors.New("seen enough")
		err := blobs.Read(ids[i], func(size int64, r io.Reader) error {
			_, _ = io.CopyN(io.Discard, r, size/2)
			return half
		})
		if !errors.Is(err, half) {
			t.Errorf("blob %d: %v", i, err)
		}
		if err := blobs.Read(gone, nil); !errors.Is(err, ErrMissingObject) {
			t.Errorf("a missing object: %v", err)
		}
		if got := read(t, blobs, ids[i]); strings.Trim(got, fmt.Sprint(i)) != "" {
			t.Errorf("blob %d has the bytes of another", i)
		}
	}
	for _, bad := range []string{"", "HEAD", ":f", ids[0] + "\n" + ids[1], "--batch-all-objects"} {
		if err := blobs.Read(bad, nil); err == nil {
			t.Errorf("%q was asked for", bad)
		}
	}
}

// An object that a partial clone never fetched is missing. It is not fetched now, and what is there is still read.
func TestAPartialCloneIsNotCompleted(t *testing.T) {
	dir, main := t.TempDir(), filepath.Join(t.TempDir(), "main")
	mkdir(t, main)
	history(t, main)
	shell(t, main, "config", "uploadpack.allowFilter", "true")
	shell(t, dir, "clone", "-q", "--no-checkout", "--filter=blob:none", "file://"+filepath.ToSlash(main), ".")
	write(t, filepath.Join(dir, "here.py"), "here\n")
	here := strings.TrimSpace(shell(t, dir, "hash-object", "-w", "here.py"))
	r := open(t, dir, Options{})
	head, _, err := r.Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	tree, err := r.LsTree(t.Context(), head)
	if err != nil || len(tree) != 2 {
		t.Fatalf("tree %+v (%v)", tree, err)
	}
	sizes, err := r.Sizes(t.Context(), []string{tree[0].ID, here})
	if err != nil || len(sizes) != 1 || sizes[here] != 5 {
		t.Errorf("sizes %v (%v)", sizes, err)
	}
	blobs := r.Blobs(t.Context())
	defer blobs.Close()
	if err := blobs.Read(tree[0].ID, nil); !errors.Is(err, ErrMissingObject) {
		t.Errorf("a blob that was not fetched: %v", err)
	}
	if got := read(t, blobs, here); got != "here\n" {
		t.Errorf("a blob after the missing one: %q", got)
	}
}
