package ui

import (
	"fmt"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"

	"bakedin/checks"
	"bakedin/rules"
)

// shown is a diff as a reader sees it, without colours.
func shown(c *change, w int) string {
	return ansi.Strip(strings.Join(drawDiff(newTheme(true, false, false), c, w, 0).lines, "\n"))
}

func changeOf(before, after string) *change {
	c := &change{}
	c.addFile(&FileChange{Path: "a.py", Before: []byte(before), After: []byte(after)})
	return c
}

func TestADiffIsReadLikeAPage(t *testing.T) {
	for name, c := range map[string]struct {
		before, after string
		want          []string
	}{
		"a changed line":                   {"a\nb\nc\n", "a\nB\nc\n", []string{" a.py", "     1  a", " -   2  b", " +   2  B", "     3  c"}},
		"an added line has its new number": {"a\nb\n", "a\nx\nb\n", []string{" a.py", "     1  a", " +   2  x", "     3  b"}},
		"a removed line has its old one":   {"a\nx\nb\n", "a\nb\n", []string{" a.py", "     1  a", " -   2  x", "     2  b"}},
		"no new line at the end is told":   {"a\nb", "a\nB", []string{" a.py", "     1  a", " -   2  b", "   No newline at end of file", " +   2  B", "   No newline at end of file"}},
		"a carriage return is seen":        {"a\n", "a\r\n", []string{" a.py", " -   1  a", ` +   1  a\x0d`}},
	} {
		if got, want := shown(changeOf(c.before, c.after), 80), strings.Join(c.want, "\n"); got != want {
			t.Errorf("%s:\n%s\nwant\n%s", name, got, want)
		}
	}
}

func TestAChangedLineIsShownWholeOnANarrowScreen(t *testing.T) {
	long := `return torch.load(os.path.join(root, "checkpoints", name), map_location=device, weights_only=True, mmap=False)`
	for _, w := range []int{20, 33, 41, 60, 200} {
		var got strings.Builder
		for _, l := range strings.Split(shown(changeOf("x\n", long+"\n"), w), "\n") {
			if strings.HasPrefix(l, " +") {
				got.WriteString(l[8:])
			}
		}
		if w > 24 && got.String() != long { // below, eight lines are not enough and the rest is cut
			t.Errorf("%d wide it reads %q", w, got.String())
		}
	}
}

func TestWhatDiffersIsFound(t *testing.T) {
	for _, c := range [][3]string{
		{"load(a)", "load(a, b)", ", b"}, {"x = 1", "x = 2", "2"}, {"", "new", "new"}, {"same", "same", ""}, {"aaa", "aaaa", "a"}, {"日本", "日本語", "語"},
	} {
		a, b := []rune(c[0]), []rune(c[1])
		from, aTo, bTo := differ(a, b)
		if got := string(b[from:bTo]); got != c[2] {
			t.Errorf("%q, then %q: %q differs, want %q", c[0], c[1], got, c[2])
		}
		if again := string(a[:from]) + string(b[from:bTo]) + string(a[aTo:]); again != c[1] {
			t.Errorf("%q with what differs is %q, want %q", c[0], again, c[1])
		}
	}
}

func TestHunksAreJumpedTo(t *testing.T) {
	var before, after []string
	for i := range 60 {
		before = append(before, fmt.Sprint("line ", i))
		after = append(after, fmt.Sprint("line ", i))
	}
	after[3], after[50] = strings.Repeat("changed ", 20), "changed too"
	v := drawDiff(newTheme(true, false, false), changeOf(strings.Join(before, "\n"), strings.Join(after, "\n")), 40, 0)
	if len(v.heads) != 2 {
		t.Fatalf("the heads are %v", v.heads)
	}
	for _, h := range v.heads[1:] {
		if l := ansi.Strip(v.lines[h]); !strings.Contains(l, "···") {
			t.Errorf("a head is %q", l)
		}
	}
}

// A credential in a change is never on the screen, whether it goes, comes or stands beside.
func TestTheDiffMasksCredentials(t *testing.T) {
	set, err := rules.Load()
	if err != nil {
		t.Fatal(err)
	}
	mask, err := checks.NewMask(set)
	if err != nil {
		t.Fatal(err)
	}
	key := "sk-proj-" + strings.Repeat("Zk3Jq9Vn2L", 5)
	p := &Preview{Files: []FileChange{{Path: "a.py", Before: []byte("k = \"" + key + "\"\nx = 1\n"), After: []byte("k = os.environ[\"K\"]\nx = 1\n")}}}
	for _, l := range newChange(p, nil, nil, mask).lines {
		if strings.Contains(l.text, key) {
			t.Errorf("the screen shows %q", l.text)
		}
	}
}
