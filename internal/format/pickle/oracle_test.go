package pickle_test

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"bakedin/internal/format/pickle"
)

// oracle is a program that says what CPython's loaders would import and call, with everything they import made of nothing.
const oracle = `
import io, json, pickle, pickletools, resource, sys
resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30))
def harness(base):
    class Recorder(base):
        def find_class(self, module, name):
            log = self.log
            log["imports"].add((module, name))
            class Inert:
                def __new__(cls, *a, **k):
                    log["calls"].add((module, name))
                    return object.__new__(cls)
                def __init__(self, *a, **k): pass
                def __setstate__(self, state): pass
                def __call__(self, *a, **k): return self
                def append(self, x): pass
                def extend(self, x): pass
                def add(self, x): pass
                def update(self, x): pass
                def __setitem__(self, k, v): pass
            return Inert
        def persistent_load(self, pid): return None
    return Recorder
C, P = harness(pickle.Unpickler), harness(pickle._Unpickler)
class Whole(io.BytesIO):
    pass
class Slow:
    "a file without peek and readinto"
    def __init__(self, b): self.f = io.BytesIO(b)
    def read(self, n=-1): return self.f.read(n)
    def readline(self): return self.f.readline()
for line in sys.stdin:
    data = bytes.fromhex(line)
    log = {"imports": set(), "calls": set(), "fine": 0, "ops": [], "whole": False}
    for cls, open_ in ((C, io.BytesIO), (C, Slow), (P, io.BytesIO)):
        try:
            u = cls(open_(data))
            u.log = log
            u.load()
            log["fine"] += 1
        except Exception:
            pass
    try:
        for op, arg, pos in pickletools.genops(data):
            log["ops"].append([op.name, pos])
        log["whole"] = True
    except Exception:
        pass
    log["imports"], log["calls"] = sorted(log["imports"]), sorted(log["calls"])
    print(json.dumps(log))
`

type oracleLog struct {
	Imports [][2]string
	Calls   [][2]string
	Fine    int // loaders, of three, that raised nothing
	Ops     [][2]any
	Whole   bool
}

func ask(t *testing.T, streams [][]byte) []oracleLog {
	t.Helper()
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("python3 is not here: the machine is not held against CPython")
	}
	var in strings.Builder
	for _, s := range streams {
		fmt.Fprintln(&in, hex.EncodeToString(s))
	}
	cmd := exec.Command(python, "-c", oracle)
	cmd.Stdin = strings.NewReader(in.String())
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("the oracle failed: %v\n%s", err, stderr.String())
	}
	var logs []oracleLog
	for line := range strings.Lines(string(out)) {
		var l oracleLog
		if err := json.Unmarshal([]byte(line), &l); err != nil {
			t.Fatal(err)
		}
		logs = append(logs, l)
	}
	if len(logs) != len(streams) {
		t.Fatalf("the oracle answered %d of %d streams", len(logs), len(streams))
	}
	return logs
}

func TestWhatCPythonImportsAndCallsIsAmongTheFacts(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 20231127))
	n := 4000
	if testing.Short() {
		n = 400
	}
	streams := make([][]byte, n)
	for i := range streams {
		streams[i] = generate(rnd)
	}
	fine := 0
	for i, log := range ask(t, streams) {
		f, _ := pickle.Parse(bytes.NewReader(streams[i]), int64(len(streams[i])), limits)
		imports, called := map[[2]string]bool{}, map[[2]string]bool{}
		for _, s := range f.Streams {
			if s.Start != 0 {
				break // the loaders are asked for one stream
			}
			for _, im := range s.Imports {
				imports[[2]string{im.Module, im.Name}] = true
				if im.Called > 0 {
					called[[2]string{im.Module, im.Name}] = true
				}
			}
		}
		for _, im := range log.Imports {
			if !imports[im] {
				t.Errorf("%x: CPython imports %q, which is not among the facts", streams[i], im)
			}
		}
		for _, c := range log.Calls {
			if !called[c] {
				t.Errorf("%x: CPython calls %q, which is not among the facts", streams[i], c)
			}
		}
		if log.Fine == 3 {
			fine++
			if f.Streams[0].Err != nil {
				t.Errorf("%x: all loaders take it, and here it is %v", streams[i], f.Streams[0].Err)
			}
		}
		sameOpcodes(t, streams[i], log)
	}
	if fine < n/20 {
		t.Errorf("only %d of %d generated streams load: they test too little", fine, n)
	}
}

// sameOpcodes holds the decoder against pickletools, up to its first error.
func sameOpcodes(t *testing.T, data []byte, log oracleLog) {
	t.Helper()
	var got [][2]any
	err := pickle.Walk(bytes.NewReader(data), 0, int64(len(data)), limits, func(in pickle.Instruction) bool {
		if !in.Truncated {
			got = append(got, [2]any{in.At.Code.String(), float64(in.At.Off)})
		}
		return true
	})
	for i, op := range log.Ops {
		if i >= len(got) || got[i] != op {
			t.Errorf("%x: opcode %d is %v by pickletools, here %v (%v)", data, i, op, got[min(i, len(got)):], err)
			return
		}
	}
	if log.Whole && len(got) != len(log.Ops) {
		t.Errorf("%x: %d opcodes by pickletools, here %d", data, len(log.Ops), len(got))
	}
}

// generate makes a stream that is rather well-formed: it keeps count of the stack, and forgets it now and then.
func generate(r *rand.Rand) []byte {
	names := []string{"os", "system", "builtins", "eval", "a.b", "C.d", "torch", "Size"}
	var b []byte
	depth, marks, memo := 0, []int{}, 0
	name := func() string { return names[r.IntN(len(names))] }
	short := func(s string) { b = append(append(b, 0x8c, byte(len(s))), s...) }
	if r.IntN(4) > 0 {
		b = append(b, 0x80, byte(r.IntN(6)))
	}
	frame := -1
	need := func(n int) bool { return depth >= n || r.IntN(60) == 0 }
	for range 4 + r.IntN(30) {
		switch r.IntN(26) {
		case 0:
			b = append(b, 'K', byte(r.IntN(256)))
			depth++
		case 1:
			short(name())
			depth++
		case 2:
			b = append(b, "c"+name()+"\n"+name()+"\n"...)
			depth++
		case 3:
			short(name())
			short(name())
			b = append(b, 0x93)
			depth++
		case 4, 5:
			if need(1) {
				b = append(b, []byte{0x85, ')', '2'}[r.IntN(3)])
				if b[len(b)-1] != 0x85 {
					depth++
				}
			}
		case 6, 7, 8:
			b = append(b, "c"+name()+"\n"+name()+"\n)"...)
			b = append(b, []byte{'R', 0x81}[r.IntN(2)])
			depth++
		case 9:
			b = append(b, '(')
			marks = append(marks, depth)
			depth = 0
		case 10, 11:
			if len(marks) > 0 {
				b = append(b, []byte{'t', 'l', 0x91, '1'}[r.IntN(4)])
				depth = marks[len(marks)-1]
				marks = marks[:len(marks)-1]
				if b[len(b)-1] != '1' {
					depth++
				}
			}
		case 12:
			if need(1) {
				b = append(b, 0x94)
				memo++
			}
		case 13:
			if memo > 0 || r.IntN(40) == 0 {
				b = append(b, 'h', byte(r.IntN(memo+1)))
				depth++
			}
		case 14:
			b = append(b, []byte{']', '}', 'N', 0x88, 0x8f}[r.IntN(5)])
			depth++
		case 15:
			b = append(b, []string{"I12\n", "I01\n", "I0x1f\n", "L77L\n", "F1.5\n", "F1_0.5\n", "S'os'\n", "S'\\x6fs'\n", "V\\u006fs\n", "I 5\n"}[r.IntN(10)]...)
			depth++
		case 16:
			b = append(b, "V\\u006fs\nS'sys\\x74em'\n\x93"...)
			depth++
		case 17:
			b = append(b, "("+"i"+name()+"\n"+name()+"\n"...)
			depth++
		case 18:
			b = append(b, "(c"+name()+"\n"+name()+"\no"...)
			depth++
		case 19:
			b = append(b, "c"+name()+"\n"+name()+"\n)}\x92"...)
			depth++
		case 20:
			b = append(b, "c"+name()+"\n"+name()+"\n)\x81}b"...)
			depth++
		case 21:
			if need(1) {
				b = append(b, "0"...)
				depth = max(depth-1, 0)
			}
		case 22:
			b = append(b, "]K\x01a"...)
			depth++
		case 23:
			if frame < 0 {
				frame = len(b)
				b = append(b, 0x95, 0, 0, 0, 0, 0, 0, 0, 0)
			} else {
				b[frame+1] = byte(min(len(b)-frame-9+[]int{0, 0, 0, -1, 2, 5}[r.IntN(6)], 255))
				frame = -1
			}
		case 24:
			b = append(b, "U\x02osU\x06system\x93"...)
			depth++
		case 25:
			b = append(b, "Pid\n"...)
			depth++
		}
	}
	if frame >= 0 {
		b[frame+1] = byte(min(len(b)-frame-8+r.IntN(3), 255))
	}
	for range marks {
		b = append(b, 't')
	}
	if r.IntN(12) > 0 {
		b = append(b, 'N', '.')
	}
	return slices.Clip(b)
}
