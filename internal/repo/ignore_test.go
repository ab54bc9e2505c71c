package repo

import (
	"bytes"
	"math/rand/v2"
	"os/exec"
	"strings"
	"testing"
)

func TestIgnoreRules(t *testing.T) {
	for _, c := range []struct {
		name, text, path string
		dir, want        bool
	}{
		{"a name matches at any depth", "*.pyc", "a/b/c.pyc", false, true},
		{"a slash anchors", "/build", "a/build", true, false},
		{"a slash in the middle anchors too", "a/b", "x/a/b", false, false},
		{"a folder pattern does not match a file", "logs/", "logs", false, false},
		{"a folder pattern matches a folder", "logs/", "x/logs", true, true},
		{"the last pattern wins", "*.log\n!keep.log", "keep.log", false, false},
		{"two stars span folders", "a/**/z", "a/b/c/z", false, true},
		{"two stars span none", "a/**/z", "a/z", false, true},
		{"trailing stars match what is inside", "a/**", "a/b", false, true},
		{"but not the folder", "a/**", "a", true, false},
		{"leading stars match at the root", "**/foo", "foo", false, true},
		{"a class", "[ab]*.txt", "b1.txt", false, true},
		{"a negated class", "[!ab].txt", "a.txt", false, false},
		{"a quoted star", `\*.txt`, "a.txt", false, false},
		{"a quoted hash", `\#x`, "#x", false, true},
		{"a trailing space is cut", "x ", "x", false, true},
		{"unless it is quoted", `x\ `, "x ", false, true},
		{"comments are none", "# x", "# x", false, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			var g ignorer
			g.enter("", c.text)
			if got := g.ignored(c.path, c.dir); got != c.want {
				t.Errorf("%q on %q: %v, want %v", c.text, c.path, got, c.want)
			}
		})
	}
}

// git itself is the oracle: thousands of random patterns on random paths.
func TestIgnoreAgreesWithGit(t *testing.T) {
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("git is not on this machine: the matcher is not held against it")
	}
	dir := t.TempDir()
	if out, err := exec.Command("git", "init", "-q", dir).CombinedOutput(); err != nil {
		t.Skipf("git init: %v %s", err, out)
	}
	r := rand.New(rand.NewPCG(1, 2))
	pick := func(from []string) string { return from[r.IntN(len(from))] }
	names := []string{"a", "b", "ab", "build", "logs", "x.py", "a.txt", ".env", "[x]", "a b"}
	pieces := []string{"a", "b", "ab", "*", "**", "?", "*.py", "[ab]", "[!a]*", "build", "logs", "x*", `\a`, "[[:alpha:]]", ".*", "a*b"}
	wrong, total := 0, 0
	for range 60 {
		var lines []string
		for range 1 + r.IntN(4) {
			p := pick(pieces)
			for range r.IntN(3) {
				p += "/" + pick(pieces)
			}
			if r.IntN(4) == 0 {
				p = "/" + p
			}
			if r.IntN(4) == 0 {
				p += "/"
			}
			if r.IntN(5) == 0 {
				p = "!" + p
			}
			lines = append(lines, p)
		}
		text := strings.Join(lines, "\n") + "\n"
		var paths []string
		for range 60 {
			p := pick(names)
			for range r.IntN(3) {
				p += "/" + pick(names)
			}
			paths = append(paths, p)
		}
		cmd := exec.Command("git", "-C", dir, "-c", "core.excludesFile=/dev/null", "check-ignore", "--no-index", "-z", "--stdin")
		write(t, dir+"/.gitignore", text)
		cmd.Stdin = strings.NewReader(strings.Join(paths, "\x00") + "\x00")
		out, _ := cmd.Output() // exit 1: nothing is ignored
		said := map[string]bool{}
		for _, p := range bytes.Split(out, []byte{0}) {
			said[string(p)] = true
		}
		for _, p := range paths {
			total++
			if got := ignoredWithParents(text, p); got != said[p] {
				wrong++
				if wrong < 10 {
					t.Errorf("%q on %q: %v, git says %v", lines, p, got, said[p])
				}
			}
		}
	}
	if wrong > 0 {
		t.Errorf("%d of %d decisions differ", wrong, total)
	}
}

func ignoredWithParents(text, path string) bool {
	var g ignorer
	g.enter("", text)
	parts := strings.Split(path, "/")
	for i := range parts {
		if g.ignored(strings.Join(parts[:i+1], "/"), i < len(parts)-1) {
			return true
		}
	}
	return false
}

func FuzzIgnore(f *testing.F) {
	f.Add("*.log\n!a/**/b[c-d]\\ ", "a/x/bc ")
	f.Add("[[:alpha:]", "a")
	f.Fuzz(func(t *testing.T, text, path string) {
		if path == "" || strings.Count(text, "*") > 20 {
			return
		}
		ignoredWithParents(text, path) // no panic, no hang
	})
}
