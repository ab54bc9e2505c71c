package cli

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	"bakedin/internal/posture"
	"bakedin/internal/report"
	"bakedin/ui"
)

// held is a scanner that stops in the middle until it is let go or cancelled.
type held struct {
	ui.Scanner
	at    func(*posture.Report) bool // where it stops
	letGo chan struct{}
}

func (h held) Scan(ctx context.Context, onBatch func(*posture.Report, ui.Progress)) (*posture.Report, error) {
	return h.Scanner.Scan(ctx, func(r *posture.Report, p ui.Progress) {
		onBatch(r, p)
		if h.at(r) {
			select {
			case <-h.letGo:
			case <-ctx.Done():
			}
		}
	})
}

// slowWriter is a fixer that waits before it writes.
type slowWriter struct {
	ui.Fixer
	letGo chan struct{}
}

func (s slowWriter) Apply(ctx context.Context, p *ui.Preview) (*ui.Applied, error) {
	<-s.letGo
	return s.Fixer.Apply(ctx, p)
}

// The screen is there before the first file is opened, on a terminal that never answers a question.
func TestTheFirstFrameComesBeforeTheWalk(t *testing.T) {
	begun := time.Now()
	opened := make(chan struct{})
	p := sit(t, 100, 30, map[string]string{"load.py": unsafeLoad}, func(o *ui.Options) { o.Scanner = waiting{o.Scanner, opened} })
	p.sees("1 Overview", "scanning")
	if took := time.Since(begun); took > 2*time.Second { // the bar is 150 ms; a test machine may be busy
		t.Errorf("the first frame took %v", took)
	} else {
		t.Logf("first frame after %v", took)
	}
	close(opened)
	p.sees("Posture between").leaves()
}

// waiting is a scanner that does not begin before it is told.
type waiting struct {
	ui.Scanner
	begin chan struct{}
}

func (w waiting) Scan(ctx context.Context, onBatch func(*posture.Report, ui.Progress)) (*posture.Report, error) {
	<-w.begin
	return w.Scanner.Scan(ctx, onBatch)
}

func TestAStoppedScanKeepsWhatItFoundAndSaysThatItIsIncomplete(t *testing.T) {
	t.Parallel()
	p := sitAtTheDemo(t, 100, 30, func(o *ui.Options) {
		o.Scanner = held{o.Scanner, func(r *posture.Report) bool { return len(r.Assets) > 0 }, nil}
	})
	p.sees("scanning", "esc stops").press("esc").sees("INCOMPLETE")
	for _, k := range []string{"2", "3", "4", "5", "1"} {
		p.press(k).sees("INCOMPLETE")
	}
	p.press("R").sees("scanning").press("esc").sees("INCOMPLETE").leaves()
}

func TestTheChecklistFillsWhileTheScanRuns(t *testing.T) {
	t.Parallel()
	letGo := make(chan struct{})
	p := sitAtTheDemo(t, 100, 30, func(o *ui.Options) {
		o.Scanner = held{o.Scanner, func(r *posture.Report) bool { return len(r.Assets) > 0 }, letGo}
	})
	p.sees("scanning").press("2").sees("scanning", "SD Secure design").press("j", "j", "j", "l").sees("SD-3.1", "…")
	if strings.Contains(p.screen.String(), "✓") {
		t.Errorf("something is green before its last rule has finished:\n%s", p.screen.String())
	}
	close(letGo)
	p.missing("scanning").sees("SD-3.1", "gap").leaves()
}

func TestASavedReportIsReadAndNotChanged(t *testing.T) {
	t.Parallel()
	a, opt := quietApp()
	s, err := a.demoSession(t.Context(), opt)
	if err != nil {
		t.Fatal(err)
	}
	tree, err := s.open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer tree.Close()
	r, err := s.scan(t.Context(), tree)
	if err != nil {
		t.Fatal(err)
	}
	var saved bytes.Buffer
	if err := report.JSON(&saved, r); err != nil {
		t.Fatal(err)
	}
	again, err := report.Decode(&saved)
	if err != nil {
		t.Fatal(err)
	}
	p := sitBefore(t, 100, 30, s, func(o *ui.Options) {
		o.Scanner, o.Fixer, o.Report, o.Frozen, o.Title = nil, nil, again, "this is a saved report", "report of demo, bakedin dev"
	})
	p.sees("report of demo", "Posture between", "it can be read, not changed")
	for _, k := range []string{"F", "R", "u", "a"} {
		p.press(k).sees("this is a saved report")
	}
	p.press("2", "/", "rule:torch", "enter", "G", "enter").sees("Why it matters", "Evidence", "torch.load(")
	p.press("f").sees("this is a saved report").press("esc").leaves()
}

func TestATickIsEarnedByTheRescan(t *testing.T) {
	t.Parallel()
	p := sitAtTheDemo(t, 100, 30)
	p.sees("Posture between").press("4").sees("Track model files with git-lfs").press("j", "j", "enter")
	p.sees("Nothing is written yet", ".gitattributes (new file)", "DV-2.7").waits().press("enter").sees("✓ recheck", "fixed")
	p.press("esc", "2", "/", "control:dv-2.7", "enter").sees("✓ DV-2.7", "proven")
	p.press("u").sees("taken back, byte for byte", "✗ DV-2.7").leaves()
}

func TestAllSafeFixesAreOneStepAndOneUndo(t *testing.T) {
	t.Parallel()
	files := map[string]string{"load.py": unsafeLoad, "conf.py": "import yaml\n\n\ndef conf(text):\n    return yaml.load(text, Loader=yaml.Loader)\n"}
	p := sit(t, 120, 40, files)
	p.sees("F fixes 2 findings").press("F").sees("2 findings, each with its best remedy", "load.py", "conf.py").waits().press("enter").sees("✓ recheck")
	for name, want := range map[string]string{"load.py": "weights_only=True", "conf.py": "SafeLoader"} {
		if !strings.Contains(p.read(name), want) {
			t.Errorf("%s is %q", name, p.read(name))
		}
	}
	p.press("u").sees("taken back")
	for name, text := range files {
		if p.read(name) != text {
			t.Errorf("undo left %s as %q", name, p.read(name))
		}
	}
	p.leaves()
}

func TestMarkedFindingsAreFixedTogether(t *testing.T) {
	t.Parallel()
	p := sit(t, 100, 30, map[string]string{"a.py": unsafeLoad, "b.py": unsafeLoad, "c.py": unsafeLoad})
	p.sees("Posture between").press("2", "/", "rule:torch control:sd-3.7", "enter", "G", "space").sees("1 marked")
	p.press("k", "space").sees("2 marked").press("f").sees("2 files").waits().press("enter").sees("✓ recheck")
	if p.read("a.py") != unsafeLoad || p.read("b.py") == unsafeLoad || p.read("c.py") == unsafeLoad {
		t.Errorf("a %q\nb %q\nc %q", p.read("a.py"), p.read("b.py"), p.read("c.py"))
	}
	p.press("esc").leaves()
}

// A recommendation that asks for a document starts it, with what the scan saw in it.
func TestADocumentIsStartedFromARecommendation(t *testing.T) {
	t.Parallel()
	p := sit(t, 100, 30, map[string]string{"load.py": unsafeLoad})
	p.sees("Posture between").press("2", "/", "control:sd-2.1", "enter", "G", "enter").sees("d starts the threat model")
	p.press("d").sees("Start a document", "1 Threat model", "2 Risk register", "starts docs/risk-register.md", "# Threat model of", "begun (E1)").waits()
	p.press("2").sees("# Risk register").waits().press("1").sees("# Threat model of").waits().press("enter").sees("✓ recheck")
	if text := p.read("THREAT_MODEL.md"); !strings.Contains(text, "[WRITE: ") || !strings.Contains(text, "# Threat model") {
		t.Errorf("%q", text)
	}
	p.press("u").sees("taken back").press("esc", "esc").leaves()
}

func TestEverythingCanBeDoneOnASmallScreen(t *testing.T) {
	t.Parallel()
	p := sit(t, 60, 15, map[string]string{"load.py": unsafeLoad})
	p.sees("Posture between").press("2", "/", "rule:torch", "enter", "G", "enter").sees("torch.load runs code", "load.py:5").press("f")
	p.sees("3/5 preview", "weights_only=True", "nothing new").waits().press("enter").sees("done", "u undoes")
	if !strings.Contains(p.read("load.py"), "weights_only=True") {
		t.Errorf("%q", p.read("load.py"))
	}
	p.press("u").sees("taken back").press("esc").leaves()
	if p.read("load.py") != unsafeLoad {
		t.Errorf("undo left %q", p.read("load.py"))
	}
}

func TestQuittingWhileAChangeIsWrittenAsks(t *testing.T) {
	t.Parallel()
	letGo := make(chan struct{})
	p := sit(t, 80, 24, map[string]string{"load.py": unsafeLoad}, func(o *ui.Options) { o.Fixer = slowWriter{o.Fixer, letGo} })
	p.sees("F fixes").press("F").sees("Nothing is written yet").waits().press("enter").sees("writing").press("\x03").sees("a change is being written; press again")
	close(letGo)
	p.sees("u undoes").press("esc").leaves()
	if !strings.Contains(p.read("load.py"), "weights_only=True") {
		t.Errorf("%q", p.read("load.py"))
	}
}

func TestPastedTextRunsNoKeys(t *testing.T) {
	t.Parallel()
	p := sitAtTheDemo(t, 80, 24)
	p.sees("Posture between").press("\x1b[200~q2F\r\x1b[201~").sees("What to do next")
	p.press("/", "\x1b[200~rule:torch\x1b[201~").sees("rule:torch", "results").press("esc").leaves()
}

func TestTheAnswerOfAPersonIsABlockToCommit(t *testing.T) {
	t.Parallel()
	p := sitAtTheDemo(t, 100, 30)
	p.sees("Posture between").press("2", "/", "control:sd-2.1", "enter", "G", "a").sees("[[attestation]]", `recommendation = "SD-2.1"`, "second", "never as proven")
	p.press("esc").sees("SD-2.1").press("/", "esc", "/", "rule:torch", "enter", "G", "w").sees("[[waiver]]", "expires", "A waived gap is not met")
	p.press("esc").press("esc").leaves()
}

// Keys that were on their way when a preview opened confirm nothing.
func TestKeysInFlightDoNotApplyAFix(t *testing.T) {
	t.Parallel()
	p := sit(t, 80, 24, map[string]string{"load.py": unsafeLoad})
	p.sees("F fixes")
	if _, err := p.keys.Write([]byte("F\r\r\r")); err != nil {
		t.Fatal(err)
	}
	p.sees("Nothing is written yet").waits()
	if p.read("load.py") != unsafeLoad {
		t.Error("a key in flight wrote a file")
	}
	p.press("esc").leaves()
}

// block reads the TOML that a box on the screen shows.
func (p *person) block(first, last string) string {
	p.t.Helper()
	p.sees(first, last)
	var out []string
	for _, l := range strings.Split(p.screen.String(), "\n") {
		parts := strings.Split(l, "│")
		for _, cell := range parts {
			if len(out) == 0 && !strings.Contains(cell, first) || !strings.HasPrefix(cell, "   ") {
				continue
			}
			out = append(out, strings.TrimSpace(cell))
			if strings.HasPrefix(strings.TrimSpace(cell), last) {
				return strings.Join(out, "\n") + "\n"
			}
		}
	}
	p.t.Fatalf("no block from %s to %s:\n%s", first, last, p.screen.String())
	return ""
}

// What the boxes say to commit is taken as it stands.
func TestTheBlocksThatAreShownAreTaken(t *testing.T) {
	t.Parallel()
	p := sit(t, 120, 40, map[string]string{"load.py": unsafeLoad})
	p.sees("Posture between").press("2", "/", "control:sd-1.1", "enter", "G", "a")
	p.write(".bakedin/attestations.toml", "version = 1\n\n"+p.block("[[attestation]]", "dated"))
	p.press("esc", "/", "esc", "/", "rule:torch", "enter", "G", "w")
	p.write(".bakedin.toml", "version = 1\n\n"+p.block("[[waiver]]", "expires"))
	p.press("esc", "/", "esc", "R").missing("scanning")
	p.press("2", "/", "control:sd-1.1", "enter").sees("◐ SD-1.1", "attested")
	p.press("/", "esc", "/", "rule:torch", "enter").sees("~ waived").press("esc").leaves()
}
