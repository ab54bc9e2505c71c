package cli

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/charmbracelet/x/vt"
	"github.com/spf13/pflag"

	"bakedin/ui"
)

// person sits before a terminal that exists in memory: the real program, the real engine, files on disk.
type person struct {
	t      *testing.T
	screen *terminal
	keys   *io.PipeWriter
	ended  chan error
	dir    string
}

// sit opens the UI on a folder of files.
func sit(t *testing.T, w, h int, files map[string]string, with ...func(*ui.Options)) *person {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		p := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	a, opt := quietApp()
	s, err := a.newSession(t.Context(), opt, []string{dir})
	if err != nil {
		t.Fatal(err)
	}
	p := sitBefore(t, w, h, s, with...)
	p.dir = dir
	return p
}

// sitAtTheDemo opens the UI on the sample repository, in memory.
func sitAtTheDemo(t *testing.T, w, h int, with ...func(*ui.Options)) *person {
	t.Helper()
	a, opt := quietApp()
	s, err := a.demoSession(t.Context(), opt)
	if err != nil {
		t.Fatal(err)
	}
	return sitBefore(t, w, h, s, with...)
}

func quietApp() (*app, *checkFlags) {
	a := &app{streams: Streams{In: strings.NewReader(""), Out: io.Discard, Err: io.Discard}, env: func(string) (string, bool) { return "", false }}
	// Every look at the clock is a batch later: what a journey sees of a scan does not hang on how fast the machine is.
	var looks atomic.Int64
	a.now, a.started = time.Unix(1800000000, 0), func() time.Duration { return time.Duration(looks.Add(1)) * batchGap }
	opt := &checkFlags{}
	opt.register(pflag.NewFlagSet("journey", pflag.ContinueOnError))
	return a, opt
}

// terminal is a screen in memory that the program writes to while a person reads it.
type terminal struct {
	mu sync.Mutex
	*vt.Emulator
}

func (t *terminal) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.Emulator.Write(b)
}

func (t *terminal) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.Emulator.String()
}

func (t *terminal) IsAltScreen() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.Emulator.IsAltScreen()
}

func sitBefore(t *testing.T, w, h int, s *session, with ...func(*ui.Options)) *person {
	t.Helper()
	p := &person{t: t, screen: &terminal{Emulator: vt.NewEmulator(w, h)}, ended: make(chan error, 1)}
	in, keys := io.Pipe()
	p.keys = keys
	go func() { _, _ = io.Copy(io.Discard, p.screen) }() // answers to queries
	_, _ = p.screen.Write([]byte("\x1b[20h"))            // a new line also returns
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(cancel)
	o := ui.Options{
		Set: s.rules.Set, Title: "repo", Scanner: &scanner{session: s}, Fixer: fixer{s}, In: in, Out: p.screen, Width: w, Height: h, Still: true,
		Environ: []string{"TERM=xterm-256color"},
	}
	for _, f := range with {
		f(&o)
	}
	go func() { p.ended <- ui.Run(ctx, o) }()
	return p
}

// press types keys, one after the other.
func (p *person) press(keys ...string) *person {
	p.t.Helper()
	names := map[string]string{"enter": "\r", "esc": "\x1b", "down": "\x1b[B", "space": " ", "backspace": "\x7f"}
	for _, k := range keys {
		if n, ok := names[k]; ok {
			k = n
		}
		if _, err := p.keys.Write([]byte(k)); err != nil {
			p.t.Fatal(err)
		}
		time.Sleep(60 * time.Millisecond) // a lone escape is told from a sequence by the pause behind it
	}
	return p
}

// sees waits until all of the words stand on the screen.
func (p *person) sees(words ...string) *person {
	p.t.Helper()
	for range 400 {
		text := p.screen.String()
		missing := ""
		for _, w := range words {
			if !strings.Contains(text, w) {
				missing = w
				break
			}
		}
		if missing == "" {
			return p
		}
		time.Sleep(25 * time.Millisecond)
	}
	p.t.Fatalf("%q is not on the screen:\n%s", words, p.screen.String())
	return p
}

// missing waits until none of the words stands on the screen.
func (p *person) missing(words ...string) *person {
	p.t.Helper()
	for range 400 {
		text, found := p.screen.String(), false
		for _, w := range words {
			found = found || strings.Contains(text, w)
		}
		if !found {
			return p
		}
		time.Sleep(25 * time.Millisecond)
	}
	p.t.Fatalf("one of %q is still on the screen:\n%s", words, p.screen.String())
	return p
}

// waits lets the grace pass in which keys in flight are dropped.
func (p *person) waits() *person {
	time.Sleep(500 * time.Millisecond)
	return p
}

func (p *person) read(name string) string {
	p.t.Helper()
	b, err := os.ReadFile(filepath.Join(p.dir, name))
	if err != nil {
		p.t.Fatal(err)
	}
	return string(b)
}

func (p *person) write(name, text string) {
	p.t.Helper()
	at := filepath.Join(p.dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil {
		p.t.Fatal(err)
	}
	if err := os.WriteFile(at, []byte(text), 0o644); err != nil {
		p.t.Fatal(err)
	}
}

// leaves quits and demands that the terminal is as it was.
func (p *person) leaves() {
	p.t.Helper()
	p.press("q")
	select {
	case err := <-p.ended:
		if err != nil {
			p.t.Errorf("the program ended with %v", err)
		}
	case <-time.After(20 * time.Second):
		p.t.Fatalf("q does not leave:\n%s", p.screen.String())
	}
	if p.screen.IsAltScreen() {
		p.t.Error("the alternate screen is still on")
	}
}

const unsafeLoad = "import torch\n\n\ndef load(path):\n    return torch.load(path)\n"

func TestAPersonFindsFixesAndTakesBack(t *testing.T) {
	t.Parallel()
	p := sit(t, 100, 30, map[string]string{"load.py": unsafeLoad, "other.py": strings.Replace(unsafeLoad, "load(path):", "read(path):", 1)})
	p.sees("Posture between", "torch.load runs code", "safe fix")
	p.press("2", "/", "rule:torch", "enter", "G", "enter").sees("Why it matters", "weights_only", "What to do")
	p.press("f").sees("Preview, scanned again", "weights_only=True", "Nothing is written yet")
	if p.read("load.py") != unsafeLoad {
		t.Error("a preview wrote")
	}
	p.waits().press("space").sees("[x] in 1 other place too", "2 files")
	p.waits().press("enter").sees("✓ recheck", "u undoes")
	for _, name := range []string{"load.py", "other.py"} {
		if !strings.Contains(p.read(name), "torch.load(path, weights_only=True)") {
			t.Errorf("%s is %q", name, p.read(name))
		}
	}
	p.press("u").sees("taken back, byte for byte")
	if p.read("load.py") != unsafeLoad {
		t.Errorf("undo left %q", p.read("load.py"))
	}
	p.press("5").sees("undone", "written", "torch-load-unrestricted: 2 findings, then 0")
	p.leaves()
}

func TestAFileThatChangesUnderAPreviewIsNotWritten(t *testing.T) {
	t.Parallel()
	p := sit(t, 80, 24, map[string]string{"load.py": unsafeLoad})
	p.sees("safe fix").press("F").sees("Nothing is written yet")
	theirs := "# mine now\n" + unsafeLoad
	p.write("load.py", theirs)
	p.waits().press("enter").sees("changed under us")
	if p.read("load.py") != theirs {
		t.Errorf("their work is gone: %q", p.read("load.py"))
	}
	p.press("enter").sees("What to do next", "complete") // scanned again
	p.press("F").sees("Nothing is written yet")
	p.waits().press("enter").sees("u undoes")
	if got := p.read("load.py"); !strings.HasPrefix(got, "# mine now\n") || !strings.Contains(got, "weights_only=True") {
		t.Errorf("after the second plan: %q", got)
	}
	p.press("esc").leaves()
}

func TestAnIncompleteScanIsSaidOnEveryMainScreen(t *testing.T) {
	t.Parallel()
	p := sit(t, 80, 24, map[string]string{"load.py": unsafeLoad, "pyproject.toml": "[project\n"})
	p.sees("INCOMPLETE", "pyproject.toml")
	for _, k := range []string{"2", "3", "4", "5"} {
		p.press(k).sees("INCOMPLETE")
	}
	p.leaves()
}

func TestWhereThereIsNoAIThereAreNoGaps(t *testing.T) {
	t.Parallel()
	p := sit(t, 80, 24, map[string]string{"main.go": "package main\n", "README.md": "# A tool\n"})
	p.sees("No posture for this run", "no AI assets found")
	p.leaves()
}

func TestHostileNamesAndTextsStayText(t *testing.T) {
	t.Parallel()
	name := "a\x1b[2Jb\u202e.py"
	p := sit(t, 80, 24, map[string]string{name: strings.Replace(unsafeLoad, "path)", "\"\x1b]0;owned\x07\")", 1)})
	p.sees("torch.load runs").press("2", "/", "rule:torch", "enter", "G", "enter").sees(`\x1b[2Jb`, "Evidence")
	p.press("esc").leaves()
}

func TestRescanSeesWhatAPersonDidByHand(t *testing.T) {
	t.Parallel()
	p := sit(t, 100, 30, map[string]string{"load.py": unsafeLoad, "train.py": "import torch\nfrom transformers import Trainer\n"})
	p.sees("torch.load runs code")
	p.write("load.py", strings.Replace(unsafeLoad, "path)\n", "path, weights_only=True)\n", 2))
	p.press("R").sees("complete")
	p.press("2", "/", "rule:torch", "enter").sees("0 results")
	p.leaves()
}

func TestRescanHearsAWaiverThatWasJustWritten(t *testing.T) {
	p := sit(t, 100, 30, map[string]string{"load.py": unsafeLoad})
	p.sees("torch.load runs code").press("/", "rule:torch", "enter", "G", "w").sees("[[waiver]]", "id       = \"bk1:")
	p.press("esc")
	p.write(".bakedin.toml", "version = 1\n\n[[waiver]]\nrule = \"torch-load-unrestricted\"\npaths = [\"load.py\"]\nreason = \"only what the build made\"\n"+
		"owner = \"@ml\"\ncreated = 2027-01-10\nexpires = 2027-02-10\n")
	p.press("R").sees("waived").press("1").sees("Next to run out   a waiver on 2027-02-10")
	p.leaves()
}
