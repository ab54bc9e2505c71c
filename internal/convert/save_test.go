package convert

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"bytes"
)

func names(t *testing.T, dir string) string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, e := range entries {
		out = append(out, e.Name())
	}
	return strings.Join(out, " ")
}

// wide has a few megabytes and something for the sidecar.
func wide(t testing.TB) *Plan {
	t.Helper()
	n := 1 << 20
	m := made{storages: [][2]string{{"0", strings.Repeat("\x00\x00\x80\x3f", n)}}, object: dictOf(map[string]string{
		"w": view{key: "0", elements: n, shape: []int{n}, strides: []int{1}}.String(), "epoch": "BININT1 3"})}
	p, err := planOf(m.zip(t), Options{})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func outputs(p *Plan, dir string) []*Output {
	out := []*Output{{Path: filepath.Join(dir, "model.safetensors"), Plan: p}}
	if p.Sidecar != nil {
		out = append(out, &Output{Path: filepath.Join(dir, "model.extra.json"), Text: p.Sidecar})
	}
	return out
}

func TestSaveMakesAllOrNothing(t *testing.T) {
	t.Run("all", func(t *testing.T) {
		dir := t.TempDir()
		out := outputs(wide(t), dir)
		if err := Save(context.Background(), out, SaveOptions{}, nil); err != nil {
			t.Fatal(err)
		}
		if got := names(t, dir); got != "model.extra.json model.safetensors" {
			t.Errorf("made %s", got)
		}
		if !out[0].Receipt.Reread || len(out[0].Receipt.Tensors) != 1 || out[0].Receipt.Tensors[0].CRC32 == "" {
			t.Errorf("receipt %+v", out[0].Receipt)
		}
	})
	t.Run("nothing over a file that exists", func(t *testing.T) {
		for _, there := range []string{"model.safetensors", "model.extra.json"} {
			dir := t.TempDir()
			os.WriteFile(filepath.Join(dir, there), []byte("mine"), 0o644)
			err := Save(context.Background(), outputs(wide(t), dir), SaveOptions{}, nil)
			b, _ := os.ReadFile(filepath.Join(dir, there))
			if !errors.Is(err, ErrExists) || names(t, dir) != there || string(b) != "mine" {
				t.Errorf("%v: %s", err, names(t, dir))
			}
		}
	})
	t.Run("nothing after a cancel at any chunk", func(t *testing.T) {
		for stop := int64(1); stop <= 5<<20; stop += 1 << 20 {
			dir := t.TempDir()
			ctx, cancel := context.WithCancel(context.Background())
			err := Save(ctx, outputs(wide(t), dir), SaveOptions{WriteOptions: WriteOptions{Progress: func(n int64) {
				if n >= stop {
					cancel()
				}
			}}}, nil)
			cancel()
			if !errors.Is(err, context.Canceled) && stop < 4<<20 || names(t, dir) != "" && err != nil {
				t.Errorf("stopped at %d: %v, left %s", stop, err, names(t, dir))
			}
		}
	})
	t.Run("nothing when the source changed", func(t *testing.T) {
		dir := t.TempDir()
		err := Save(context.Background(), outputs(wide(t), dir), SaveOptions{Changed: func() error { return refuse("model.pt", ErrChanged, "", -1, "changed") }}, nil)
		if !errors.Is(err, ErrChanged) || names(t, dir) != "" {
			t.Errorf("%v: %s", err, names(t, dir))
		}
	})
	t.Run("nothing in a folder that is not there", func(t *testing.T) {
		if err := Save(context.Background(), outputs(wide(t), filepath.Join(t.TempDir(), "no")), SaveOptions{}, nil); err == nil {
			t.Error("no error")
		}
	})
}

// failing fails at the nth byte.
type failing struct{ left int }

var errFull = errors.New("no space left")

func (f *failing) Write(p []byte) (int, error) {
	if len(p) > f.left {
		return f.left, errFull
	}
	f.left -= len(p)
	return len(p), nil
}

func TestAWriterThatFailsEndsTheConversion(t *testing.T) {
	p := wide(t)
	for _, at := range []int64{0, 7, 8, 60, int64(len(p.header)), int64(len(p.header)) + 1, 1 << 20, 2<<20 + 5, p.Size - 1} {
		if _, err := p.WriteTo(context.Background(), &failing{int(at)}, WriteOptions{}); !errors.Is(err, errFull) {
			t.Errorf("at byte %d: %v", at, err)
		}
	}
}

// shrinking is a source of which the end went away.
type shrinking struct {
	*bytes.Reader
	end int64
}

func (s shrinking) ReadAt(p []byte, off int64) (int, error) {
	if off+int64(len(p)) > s.end {
		p = p[:max(s.end-off, 0)]
	}
	n, err := s.Reader.ReadAt(p, off)
	return n, err
}

func TestASourceThatShrinksIsTold(t *testing.T) {
	b := one(plain).zip(t)
	p, err := planOf(b, Options{})
	if err != nil {
		t.Fatal(err)
	}
	p.r = shrinking{bytes.NewReader(b), p.Tensors[0].t.start() + 5}
	if _, err := p.WriteTo(context.Background(), &bytes.Buffer{}, WriteOptions{}); !errors.Is(err, ErrChanged) {
		t.Error(err)
	}
}

// A process that is killed at any chunk leaves no output: at most a temporary file, whose name says whose it is.
func TestKilledAtAnyChunk(t *testing.T) {
	if at := os.Getenv("CONVERT_KILL_AT"); at != "" {
		var stop int64
		fmt.Sscan(at, &stop)
		Save(context.Background(), outputs(wide(t), os.Getenv("CONVERT_DIR")), SaveOptions{WriteOptions: WriteOptions{Progress: func(n int64) {
			if n >= stop {
				me, _ := os.FindProcess(os.Getpid())
				me.Kill()
				select {}
			}
		}}}, nil)
		return
	}
	for _, at := range []int64{1, 1<<20 + 1, 3 << 20, 4 << 20} {
		dir := t.TempDir()
		cmd := exec.Command(os.Args[0], "-test.run=^TestKilledAtAnyChunk$")
		cmd.Env = append(os.Environ(), fmt.Sprint("CONVERT_KILL_AT=", at), "CONVERT_DIR="+dir)
		if err := cmd.Run(); err == nil {
			t.Errorf("at %d: it was not killed", at)
		}
		for _, name := range strings.Fields(names(t, dir)) {
			if !strings.HasPrefix(name, ".bakedin-") {
				t.Errorf("killed at byte %d, and %s is there", at, name)
			}
		}
	}
}

func TestVerifyFindsWhatIsNotAsTheReceiptSays(t *testing.T) {
	p := wide(t)
	var out bytes.Buffer
	receipt, err := p.WriteTo(context.Background(), &out, WriteOptions{SHA256: true})
	if err != nil {
		t.Fatal(err)
	}
	check := func(b []byte, r Receipt) error {
		return Verify(context.Background(), bytes.NewReader(b), int64(len(b)), "model.safetensors", &r)
	}
	if err := check(out.Bytes(), *receipt); err != nil {
		t.Error(err)
	}
	flipped := bytes.Clone(out.Bytes())
	flipped[len(flipped)-1] ^= 1
	less := *receipt
	less.Tensors = nil
	named := bytes.Replace(bytes.Clone(out.Bytes()), []byte(`"w"`), []byte(`"v"`), 1)
	for why, err := range map[string]error{
		"a flipped byte": check(flipped, *receipt), "a byte too many": check(append(bytes.Clone(out.Bytes()), 0), *receipt),
		"a byte too few": check(out.Bytes()[:out.Len()-1], *receipt), "a tensor too many": check(out.Bytes(), less), "another name": check(named, *receipt),
	} {
		if !errors.Is(err, ErrVerify) {
			t.Errorf("%s: %v", why, err)
		}
	}
}
