package pickle_test

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"bakedin/internal/format/pickle"
	"bakedin/internal/format/pickle/asm"
)

var limits = pickle.Limits{Bytes: 512 << 20, Ops: 50_000_000, Memory: 24 << 20, Streams: 64, Keep: 8}

func assemble(t testing.TB, listing string) []byte {
	t.Helper()
	b, err := asm.Assemble(listing)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func parse(t testing.TB, listing string) (*pickle.File, error) {
	t.Helper()
	b := assemble(t, listing)
	return pickle.Parse(bytes.NewReader(b), int64(len(b)), limits)
}

// tell writes the facts of a file in short: imports with what is done with them, anomalies, gaps.
func tell(f *pickle.File) string {
	var out []string
	for _, s := range f.Streams {
		for _, u := range s.Uses {
			what := "?"
			if i := u.Target.Import(); i != nil {
				what = i.Module + " " + i.Name
			} else if fn, _, _ := u.Target.Function(); fn.Import() != nil {
				what = "result of " + fn.Import().Module + " " + fn.Import().Name
			}
			var args []string
			for _, a := range u.Args.Items() {
				if a.Kind() == pickle.Str {
					args = append(args, f.Text(a, 80))
				}
			}
			out = append(out, strings.TrimSpace(u.Via.String()+" "+what+" "+strings.Join(args, ",")))
		}
		for _, i := range s.Imports {
			if i.Called == 0 {
				out = append(out, fmt.Sprintf("imported %s %s", i.Module, i.Name))
			}
		}
		for _, a := range s.Anomalies {
			if !a.Behind {
				out = append(out, "odd "+a.Kind)
			}
		}
		for _, e := range s.Extensions {
			if e.Is == nil {
				out = append(out, fmt.Sprintf("extension %d", e.Code))
			}
		}
		for range s.PersIDs {
			out = append(out, "persistent")
		}
	}
	for _, g := range f.Trailing {
		out = append(out, fmt.Sprintf("gap of %d", g.Len))
	}
	slices.Sort(out)
	return strings.Join(slices.Compact(out), "; ")
}

func TestMachine(t *testing.T) {
	const call = "GLOBAL os system\nUNICODE canary\nTUPLE1\nREDUCE\n"
	for _, c := range []struct{ name, listing, want string }{
		{"a call is told with its argument", call + "STOP", "called os system canary"},
		{"a call whose result is dropped is still a call", call + "POP\nNONE\nSTOP", "called os system canary"},
		{"INST calls with what is above the mark", "MARK\nUNICODE canary\nINST os system\nSTOP", "called os system canary"},
		{"OBJ calls what is just above the mark", "MARK\nGLOBAL os system\nUNICODE canary\nOBJ\nSTOP", "called os system canary"},
		{"NEWOBJ constructs", "GLOBAL a B\nEMPTY_TUPLE\nNEWOBJ\nSTOP", "constructed a B"},
		{"NEWOBJ_EX constructs with keywords", "GLOBAL a B\nEMPTY_TUPLE\nEMPTY_DICT\nNEWOBJ_EX\nSTOP", "constructed a B"},
		{"a state on an object", "GLOBAL a B\nEMPTY_TUPLE\nNEWOBJ\nEMPTY_DICT\nBUILD\nSTOP", "built result of a B; constructed a B"},
		{"a state on an import", "GLOBAL json loads\nEMPTY_DICT\nBUILD\nSTOP", "built json loads; imported json loads"},
		{"items on an import", "GLOBAL os environ\nUNICODE k\nUNICODE v\nSETITEM\nSTOP", "imported os environ; written os environ k,v"},
		{"items on a list are no call", "EMPTY_LIST\nMARK\nNONE\nNONE\nAPPENDS\nSTOP", ""},
		{"the state of a pydantic model is not odd", "GLOBAL a B\nEMPTY_TUPLE\nNEWOBJ\nEMPTY_DICT\nUNICODE __dict__\nEMPTY_DICT\nSETITEM\nUNICODE __pydantic_extra__\nNONE\nSETITEM\nBUILD\nSTOP",
			"built result of a B __dict__,__pydantic_extra__; constructed a B"},
		{"nor that of its first version", "GLOBAL a B\nEMPTY_TUPLE\nNEWOBJ\nEMPTY_DICT\nUNICODE __fields_set__\nEMPTY_SET\nSETITEM\nBUILD\nSTOP",
			"built result of a B __fields_set__; constructed a B"},
		{"what it hides is", "GLOBAL a B\nEMPTY_TUPLE\nNEWOBJ\nEMPTY_DICT\nUNICODE __dict__\nEMPTY_DICT\nUNICODE __setstate__\nNONE\nSETITEM\nSETITEM\nBUILD\nSTOP",
			"built result of a B __dict__; constructed a B; odd dunder-state"},
		{"a slot called __dict__ is", "GLOBAL a B\nEMPTY_TUPLE\nNEWOBJ\nNONE\nEMPTY_DICT\nUNICODE __dict__\nNONE\nSETITEM\nTUPLE2\nBUILD\nSTOP",
			"built result of a B; constructed a B; odd dunder-state"},
		{"a dict that holds itself", "GLOBAL a B\nEMPTY_TUPLE\nNEWOBJ\nEMPTY_DICT\nMEMOIZE\nUNICODE __dict__\nBINGET 0\nSETITEM\nBUILD\nSTOP",
			"built result of a B __dict__; constructed a B; odd dunder-state"},
		{"a planted __setstate__ is odd", "GLOBAL a B\nEMPTY_TUPLE\nNEWOBJ\nEMPTY_DICT\nUNICODE __setstate__\nGLOBAL os system\nSETITEM\nBUILD\nSTOP",
			"built result of a B __setstate__; constructed a B; imported os system; odd dunder-state"},
		{"names may come from the memo, with decoys beside them", "UNICODE os\nPUT 0\nPOP\nUNICODE system\nPUT 1\nPOP\nUNICODE json\nPOP\nGET 0\nGET 1\nSTACK_GLOBAL\nSTOP", "imported os system"},
		{"DUP shares a name", "UNICODE os\nDUP\nPOP\nUNICODE system\nSTACK_GLOBAL\nSTOP", "imported os system"},
		{"PUT binds the top, not the last operand", "UNICODE os\nUNICODE json\nPOP\nPUT 0\nPOP\nGET 0\nUNICODE system\nSTACK_GLOBAL\nSTOP", "imported os system"},
		{"MEMOIZE writes the number of entries", "UNICODE os\nPUT 5\nMEMOIZE\nPOP\nGET 1\nUNICODE system\nSTACK_GLOBAL\nSTOP", "imported os system"},
		{"MEMOIZE over an entry is odd", "UNICODE os\nPUT 1\nMEMOIZE\nSTOP", "odd memoize"},
		{"escapes of UNICODE are decoded", `UNICODE "\\u006f\\u0073"` + "\nUNICODE system\nSTACK_GLOBAL\nSTOP", "imported os system"},
		{"escapes of STRING are decoded", `STRING "'\\x6f\\163'"` + "\nUNICODE system\nSTACK_GLOBAL\nSTOP", "imported os system"},
		{"byte strings of Python 2 name modules too", "SHORT_BINSTRING \"os\"\nBINSTRING \"system\"\nSTACK_GLOBAL\nSTOP", "imported os system"},
		{"a name that is made at load time", "GLOBAL a f\nEMPTY_TUPLE\nREDUCE\nUNICODE system\nSTACK_GLOBAL\nSTOP", "called a f; imported  system; odd computed-name"},
		{"bytes are no name", "SHORT_BINBYTES \"os\"\nUNICODE system\nSTACK_GLOBAL\nSTOP", "imported os system; odd name-type"},
		{"an integer with a base prefix is odd and read", "INT 0x10\nSTOP", "odd integer"},
		{"GET of a hole", "GET 7\nSTOP", "odd memo"},
		{"POP at a mark pops the mark", "NONE\nMARK\nPOP\nTUPLE1\nSTOP", ""},
		{"a protocol above 5", "PROTO 6\nNONE\nSTOP", "odd protocol-version"},
		{"a protocol that changes", "PROTO 4\nPROTO 2\nNONE\nSTOP", "odd protocol"},
		{"the same protocol twice is read over", "PROTO 4\nPROTO 4\nNONE\nSTOP", ""},
		{"a blank in a module is odd and never trimmed", "GLOBAL \"os \" system\nSTOP", "imported os  system; odd name"},
		{"an extension that nobody registered", "EXT1 3\nSTOP", "extension 3"},
		{"an extension that the file registers", "GLOBAL copyreg add_extension\nMARK\nUNICODE os\nUNICODE system\nBININT1 3\nTUPLE\nREDUCE\nPOP\nEXT1 3\nEMPTY_TUPLE\nREDUCE\nSTOP",
			"called copyreg add_extension os,system; called os system"},
		{"an extension registered by the pickle before", "GLOBAL copy_reg add_extension\nMARK\nUNICODE os\nUNICODE system\nBININT1 3\nTUPLE\nREDUCE\nSTOP\nEXT4 3\nSTOP",
			"called copy_reg add_extension os,system; imported os system"},
		{"a persistent id", "NONE\nBINPERSID\nSTOP", "persistent"},
		{"a persistent id as text", "PERSID x\nSTOP", "odd text-persistent; persistent"},
		{"a second pickle", "NONE\nSTOP\n" + call + "STOP", "called os system canary"},
		{"a second pickle behind junk", "NONE\nSTOP\n.raw ff ff ff\nPROTO 2\n" + call + "STOP", "called os system canary; gap of 3"},
		{"junk behind a pickle", "NONE\nSTOP\n.raw ff ff ff", "gap of 3"},
		{"a call before the stream breaks", call + ".raw ff", "called os system canary"},
		{"a frame is read through", "PROTO 4\n.frame\n" + call + "STOP\n.end", "called os system canary"},
		{"a frame at a low protocol", "PROTO 2\n.frame\n" + call + ".end\nSTOP", "called os system canary"},
		{"a nested frame is odd", "PROTO 4\n.frame\n.frame\nNONE\n.end\nSTOP\n.end", "odd frame"},
		{"a frame longer than the file is odd", "PROTO 4\n.frame len=99999\nNONE\nSTOP\n.end", "odd frame"},
		{"a frame that ends inside a name is read in both ways",
			"PROTO 4\n.frame len=4\nGLOBAL \"shlos\" system\n.end\nSTOP", "imported os system; imported shlos system; odd frame-crossing"},
	} {
		t.Run(c.name, func(t *testing.T) {
			f, _ := parse(t, c.listing)
			if got := tell(f); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

func TestErrorsSayWhereAndWhat(t *testing.T) {
	for _, c := range []struct{ name, listing, want string }{
		{"no opcode", "PROTO 2\nNONE\n.raw ff", "byte 3: opcode 2: no opcode is 0xff"},
		{"no STOP", "PROTO 2\nNONE", "byte 3: opcode 2: the file ends before STOP"},
		{"an empty file", "", "byte 0: opcode 0: the file ends before STOP"},
		{"a length beyond the file", "BINUNICODE len=2147483647 \"x\"", "byte 0: opcode 0: BINUNICODE: its operand ends behind the file"},
		{"an empty stack", "REDUCE\nSTOP", "byte 0: opcode 0: REDUCE finds nothing on the stack"},
		{"a string without its quotes", "STRING os\nSTOP", "byte 0: opcode 0: STRING without its quotes"},
		{"a length below zero", "LONG4 len=-1 \"\"\nSTOP", "byte 0: opcode 0: LONG4 with a length below zero"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := parse(t, c.listing)
			if err == nil || err.Error() != c.want {
				t.Errorf("got  %v\nwant %s", err, c.want)
			}
		})
	}
}

func TestEachLimitIsNamed(t *testing.T) {
	many := "EMPTY_LIST\n.repeat 100000\nDUP\nTUPLE2\nMEMOIZE\nDUP\n.end\nSTOP"
	for _, c := range []struct {
		limit   string
		change  func(*pickle.Limits)
		listing string
	}{
		{"ops", func(l *pickle.Limits) { l.Ops = 10 }, many},
		{"memory", func(l *pickle.Limits) { l.Memory = 1 << 16 }, many},
		{"bytes", func(l *pickle.Limits) { l.Bytes = 1 << 16 }, many},
		{"streams", func(l *pickle.Limits) { l.Streams = 2 }, "NONE\nSTOP\nNONE\nSTOP\nNONE\nSTOP"},
	} {
		t.Run(c.limit, func(t *testing.T) {
			lim := limits
			c.change(&lim)
			b := assemble(t, c.listing)
			_, err := pickle.Parse(bytes.NewReader(b), int64(len(b)), lim)
			var le *pickle.LimitError
			if !errors.As(err, &le) || le.Limit != c.limit {
				t.Errorf("got %v, want the limit %s", err, c.limit)
			}
		})
	}
}

func TestSharedTuplesAreWeighedWithoutBeingWalked(t *testing.T) {
	f, err := parse(t, "NONE\n.repeat 60\nDUP\nTUPLE2\n.end\nSTOP")
	if err != nil {
		t.Fatal(err)
	}
	if s := f.Streams[0]; s.Weight < 1<<59 || s.Depth != 60 {
		t.Errorf("weight %d depth %d, want at least 2^59 and 60", s.Weight, s.Depth)
	}
}

func TestPlainDataIsCountedNotKept(t *testing.T) {
	f, err := parse(t, "EMPTY_LIST\n.repeat 100\nMARK\n.repeat 1000\nBININT1 1\n.end\nAPPENDS\n.end\nSTOP")
	if err != nil {
		t.Fatal(err)
	}
	v := f.Streams[0].Result
	if v.Node().Count != 100_000 || len(v.Items()) > 16 || !v.Plain() || v.Whole() {
		t.Errorf("count %d, kept %d, plain %v, whole %v", v.Node().Count, len(v.Items()), v.Plain(), v.Whole())
	}
}

func TestOneRecordOfManyPlainOnesIsFoundAfterMemoryRanOut(t *testing.T) {
	lim := limits
	lim.Memory = 1 << 20
	b := assemble(t, "EMPTY_LIST\nMARK\n.repeat 20000\nGLOBAL datetime date\nSHORT_BINBYTES \"abcd\"\nTUPLE1\nREDUCE\nPOP\n.end\nGLOBAL os system\nEMPTY_TUPLE\nREDUCE\nSTOP")
	f, err := pickle.Parse(bytes.NewReader(b), int64(len(b)), lim)
	if err != nil {
		t.Fatal(err)
	}
	s := f.Streams[0]
	if !s.Lost || s.Imports[1].Name != "system" || s.Imports[1].Called != 1 || s.Imports[0].Called != 20000 {
		t.Errorf("lost %v, imports %v %v", s.Lost, *s.Imports[0], *s.Imports[1])
	}
}

func TestConstantsThatHoldPicklesAreNoted(t *testing.T) {
	for _, c := range []struct{ hint, operand string }{
		{"pickle", "BINBYTES {\nPROTO 2\nGLOBAL os system\nEMPTY_TUPLE\nREDUCE\nSTOP\n}"},
		{"pickle-0", "BINBYTES {\nGLOBAL subprocess call\nEMPTY_TUPLE\nREDUCE\nSTOP\n}"},
		{"base64", `SHORT_BINUNICODE "gASVEAAAAAAAAACMAm9zlIwGc3lzdGVtlJMu"`},
		{"hex", `SHORT_BINUNICODE "80049510000000000000008c026f73948c06737973"`},
		{"zip", `SHORT_BINBYTES "PK\x03\x04\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"`},
	} {
		t.Run(c.hint, func(t *testing.T) {
			f, err := parse(t, "PROTO 4\n"+c.operand+"\nSTOP")
			if err != nil || len(f.Streams[0].Constants) != 1 || f.Streams[0].Constants[0].Hint != c.hint {
				t.Errorf("got %v (%v)", f.Streams[0].Constants, err)
			}
		})
	}
	if f, _ := parse(t, "SHORT_BINUNICODE \"an ordinary sentence of some length\"\nSTOP"); len(f.Streams[0].Constants) != 0 {
		t.Errorf("prose is noted as %v", f.Streams[0].Constants)
	}
}

const wrapper = `PROTO 4
GLOBAL "joblib.numpy_pickle" "NumpyArrayWrapper"
EMPTY_TUPLE
NEWOBJ
EMPTY_DICT
MARK
SHORT_BINUNICODE "shape"
BININT1 4
TUPLE1
SHORT_BINUNICODE "dtype"
GLOBAL "numpy" "dtype"
SHORT_BINUNICODE "%s"
NEWFALSE
NEWTRUE
TUPLE3
REDUCE
SHORT_BINUNICODE "numpy_array_alignment_bytes"
BININT1 16
SETITEMS
BUILD
`

func TestJoblibArraysAreSteppedOver(t *testing.T) {
	t.Run("raw bytes are skipped and what follows is read", func(t *testing.T) {
		f, err := parse(t, fmt.Sprintf(wrapper, "f8")+".raw 01 ff\n.repeat 32\n.raw 2e\n.end\nGLOBAL os system\nSTOP")
		if err != nil {
			t.Fatal(err)
		}
		s := f.Streams[0]
		if len(s.Arrays) != 1 || s.Arrays[0].Len != 32 || s.Imports[2].Name != "system" {
			t.Errorf("arrays %v, imports %d", s.Arrays, len(s.Imports))
		}
	})
	t.Run("bytes that pickle.load would run are told", func(t *testing.T) {
		f, _ := parse(t, fmt.Sprintf(wrapper, "f8")+".raw 30\nGLOBAL posix system\nEMPTY_TUPLE\nREDUCE\n.zeros 64")
		if got := tell(f); !strings.Contains(got, "called posix system") {
			t.Errorf("got %s", got)
		}
	})
	t.Run("an object array is a pickle of its own", func(t *testing.T) {
		f, err := parse(t, fmt.Sprintf(wrapper, "O8")+"PROTO 2\nGLOBAL os system\nEMPTY_TUPLE\nREDUCE\nSTOP\nNONE\nSTOP")
		if err != nil || !strings.Contains(tell(f), "called os system") || !f.Streams[1].Nested {
			t.Errorf("got %s (%v)", tell(f), err)
		}
	})
}

func TestRenamedFollowsPython(t *testing.T) {
	for _, c := range []struct{ module, name, want string }{
		{"__builtin__", "eval", "builtins.eval"},
		{"__builtin__", "reduce", "functools.reduce"},
		{"commands", "getoutput", "subprocess.getoutput"},
		{"exceptions", "StandardError", "builtins.Exception"},
		{"exceptions", "ValueError", "builtins.ValueError"},
		{"os", "system", "os.system"},
	} {
		if m, n, _ := pickle.Renamed(c.module, c.name); m+"."+n != c.want {
			t.Errorf("%s.%s became %s.%s, want %s", c.module, c.name, m, n, c.want)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, listing := range []string{
		"PROTO 4\n.frame\nSHORT_BINUNICODE \"os\"\nSHORT_BINUNICODE \"system\"\nSTACK_GLOBAL\nEMPTY_TUPLE\nREDUCE\nSTOP\n.end",
		"MARK\nINST os system\nSTOP\nNONE\nSTOP",
		"PROTO 4\n.frame len=3\nGLOBAL osys system\n.end\nSTOP",
		fmt.Sprintf(wrapper, "O8") + "NONE\nSTOP\nSTOP",
		fmt.Sprintf(wrapper, "f8") + ".raw 00\n.zeros 32\nSTOP",
		"EMPTY_LIST\nPUT 0\nGET 0\nAPPEND\nDUP\nTUPLE2\nLONG1 -5\nFLOAT 1_0.5\nINT 0x10\nSTRING \"'a'\"\nSTOP",
	} {
		f.Add(assemble(f, listing))
	}
	lim := pickle.Limits{Bytes: 1 << 20, Ops: 1 << 14, Memory: 1 << 20, Streams: 8, Keep: 4}
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := pickle.Parse(bytes.NewReader(data), int64(len(data)), lim)
		again, err2 := pickle.Parse(bytes.NewReader(data), int64(len(data)), lim)
		if fmt.Sprint(err) != fmt.Sprint(err2) || tell(file) != tell(again) {
			t.Fatal("two readings of the same bytes differ")
		}
		for _, s := range file.Streams {
			if s.Start < 0 || s.End > int64(len(data)) || s.End < s.Start {
				t.Fatalf("a stream from %d to %d in %d bytes", s.Start, s.End, len(data))
			}
		}
		if err == nil && !file.Streams[0].Stopped {
			t.Fatal("no error and no STOP")
		}
		whole, asmErr := asm.Assemble(asm.Disassemble(data))
		if asmErr != nil || !bytes.Equal(whole, data) {
			t.Fatalf("the listing makes %x of %x (%v)", whole, data, asmErr)
		}
	})
}
