package python

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
	"testing"
)

// calls prints, for each file named on standard input, its calls as CPython's own parser sees them.
const oracle = `
import ast, sys
def dotted(n):
    parts = []
    while isinstance(n, ast.Attribute):
        parts.append(n.attr); n = n.value
    parts.append(n.id if isinstance(n, ast.Name) else "?")
    return ".".join(reversed(parts))
for path in sys.stdin.read().split("\n"):
    if not path: continue
    try:
        tree = ast.parse(open(path, "rb").read())
    except Exception:
        continue
    print("=" + path)
    for n in ast.walk(tree):
        if isinstance(n, ast.Call):
            keys = ",".join(sorted(k.arg or "**" for k in n.keywords))
            print(dotted(n.func) + "\t" + str(len(n.args)) + "\t" + keys)
`

func library(t testing.TB) []string {
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("python3 is not installed; its library is what this test reads")
	}
	out, err := exec.Command(python, "-c", "import sysconfig; print(sysconfig.get_paths()['stdlib'])").Output()
	if err != nil {
		t.Skip("python3 does not tell where its library is: " + err.Error())
	}
	var files []string
	filepath.Walk(strings.TrimSpace(string(out)), func(p string, info os.FileInfo, err error) error {
		if err == nil && info.IsDir() && info.Name() == "site-packages" {
			return filepath.SkipDir
		}
		if err == nil && strings.HasSuffix(p, ".py") && info.Size() < 4<<20 {
			files = append(files, p)
		}
		return nil
	})
	if len(files) == 0 {
		t.Skip("python3 has no library in source form")
	}
	return files
}

func TestCallsAreThoseOfCPython(t *testing.T) {
	files := library(t)
	cmd := exec.Command("python3", "-W", "ignore", "-c", oracle)
	cmd.Stdin = strings.NewReader(strings.Join(files, "\n"))
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	total, missing, extra, off := 0, 0, 0, 0
	for _, part := range strings.Split(string(out), "\n=") {
		path, want, _ := strings.Cut(strings.TrimPrefix(part, "="), "\n")
		counts := map[string]int{}
		for line := range strings.Lines(want) {
			counts[strings.TrimSuffix(line, "\n")]++
			total++
		}
		src, err := os.ReadFile(strings.TrimSpace(path))
		if err != nil {
			t.Fatal(err)
		}
		f, err := Scan(src, Limits{})
		if err != nil {
			t.Logf("%s: %v", path, err)
		}
		for i := range f.Calls {
			counts[signature(f, &f.Calls[i])]--
		}
		bad := false
		for sig, n := range counts {
			if n == 0 || sig == "" {
				continue
			}
			bad = true
			if n > 0 {
				missing += n
			} else {
				extra -= n
			}
			if testing.Verbose() && off < 25 {
				t.Logf("%s: %+d %s", path, n, strings.ReplaceAll(sig, "\t", " "))
			}
		}
		if bad {
			off++
		}
	}
	t.Logf("%d files, %d calls: %d missing, %d extra, in %d files", len(files), total, missing, extra, off)
	if missing*10_000 > total || extra*10_000 > total {
		t.Errorf("%d of %d calls missing, %d extra: more than 1 in 10,000", missing, total, extra)
	}
}

func signature(f *File, c *Call) string {
	positional := 0
	var keys []string
	for _, a := range c.Args {
		switch {
		case a.Name != 0:
			keys = append(keys, f.identifier(a.Name))
		case a.Stars == 2:
			keys = append(keys, "**")
		default:
			positional++
		}
	}
	sort.Strings(keys)
	return f.Callee(c) + "\t" + strconv.Itoa(positional) + "\t" + strings.Join(keys, ",")
}

func BenchmarkScan(b *testing.B) {
	var src [][]byte
	size := 0
	for _, p := range library(b) {
		text, err := os.ReadFile(p)
		if err != nil {
			b.Fatal(err)
		}
		if size += len(text); size > 16<<20 {
			break
		}
		src = append(src, text)
	}
	total := len(bytes.Join(src, nil))
	b.SetBytes(int64(total))
	for b.Loop() {
		for _, s := range src {
			f, err := Scan(s, Limits{})
			if err != nil && f == nil {
				b.Fatal(fmt.Errorf("no facts: %w", err))
			}
		}
	}
}
