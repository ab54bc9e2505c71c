package safe

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestLine(t *testing.T) {
	cases := []struct{ name, in, want string }{
		{"plain text is kept", "torch.load(path)", "torch.load(path)"},
		{"letters of other scripts are kept", "modèle 模型 مدل", "modèle 模型 مدل"},
		{"an escape sequence is written out", "a\x1b[2Jb", `a\x1b[2Jb`},
		{"an operating system command is written out", "\x1b]52;c;aGk=\x07", `\x1b]52;c;aGk=\x07`},
		{"a C1 control in UTF-8 is written out", "a\u009b2Jb", "a⟪U+009B⟫2Jb"},
		{"a C1 control as a bare byte is written out", "a\x9b2Jb", `a\x9b2Jb`},
		{"delete is written out", "a\x7fb", `a\x7fb`},
		{"line ends and tabs become one space each", "a\r\nb\nc\td\re", "a b c d e"},
		{"a direction override is written out", "a\u202eb", "a⟪U+202E⟫b"},
		{"zero-width characters are written out", "a\u200bb\u2060c\ufeffd", "a⟪U+200B⟫b⟪U+2060⟫c⟪U+FEFF⟫d"},
		{"tag characters are written out with five digits", "a" + string(rune(0xE0041)), "a⟪U+E0041⟫"},
		{"line separators are written out", "a\u2028b", "a⟪U+2028⟫b"},
		{"fillers that look like nothing are written out", "a\u3164b", "a⟪U+3164⟫b"},
		{"an emoji keeps its selector", "\u2764\ufe0f", "\u2764\ufe0f"},
		{"invalid UTF-8 is written out byte by byte", "a\xc3\x28\xed\xa0\x80", `a\xc3(\xed\xa0\x80`},
		{"NUL is written out", "\x00", `\x00`},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if got := string(Line(c.in)); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestBlockKeepsLinesAndExpandsTabs(t *testing.T) {
	got := Block("a\tb\r\n\tc\rd\n")
	if want := "a   b\n    c\\x0dd\n"; string(got) != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestPathWritesLineEndsOut(t *testing.T) {
	if got := Path("a\nb\tc"); got != `a\x0ab\x09c` {
		t.Errorf("got %q", got)
	}
}

func TestLimitsCutBetweenCharacters(t *testing.T) {
	for _, c := range []struct {
		name  string
		got   Text
		limit int
	}{
		{"a line", Line(strings.Repeat("é", maxLine)), maxLine},
		{"a plain line", Line(strings.Repeat("x", maxLine+1)), maxLine},
		{"a path", Path(strings.Repeat("é", maxPath)), maxPath},
		{"a path of one letter repeated", Path(strings.Repeat("x", maxPath+1)), maxPath},
		{"a block", Block(strings.Repeat("\u202e", maxBlock)), maxBlock},
	} {
		t.Run(c.name, func(t *testing.T) {
			if len(c.got) > c.limit || !utf8.ValidString(string(c.got)) || !strings.HasSuffix(string(c.got), "…") {
				t.Errorf("%d bytes of at most %d, ends in %q", len(c.got), c.limit, c.got[len(c.got)-8:])
			}
		})
	}
}

func TestPlainTextCostsNothing(t *testing.T) {
	s := strings.Repeat("model.load(x) ", 100)
	if n := testing.AllocsPerRun(100, func() { Line(s); Path(s); Block(s) }); n != 0 {
		t.Errorf("%v allocations for printable ASCII", n)
	}
}

func TestCodeSpans(t *testing.T) {
	cases := []struct {
		name, in, want string
		f              func(Text) string
	}{
		{"plain", "app/x.py", "`app/x.py`", Code},
		{"a fence longer than what is inside", "a``b", "```a``b```", Code},
		{"a backtick at the edge", "`a", "`` `a ``", Code},
		{"markup stays text", "@team <img> [x](y)", "`@team <img> [x](y)`", Code},
		{"a bar in a table", "a|b", "`a\\|b`", Cell},
		{"nothing is no span", "", "", Code},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if got := c.f(Text(c.in)); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestWorkflow(t *testing.T) {
	if got := WorkflowLines("ok\n  ::set-output name=x::y\n##[group]z\nnot :: here\n"); got != "ok\n  \\x3a:set-output name=x::y\n\\x23#[group]z\nnot :: here\n" {
		t.Errorf("a file name could issue a command: %q", got)
	}
	if got := WorkflowData("50%\r\n::"); got != "50%25%0D%0A::" {
		t.Errorf("data: %q", got)
	}
	if got := WorkflowProperty("a:b,c"); got != "a%3Ab%2Cc" {
		t.Errorf("property: %q", got)
	}
}

func FuzzSafe(f *testing.F) {
	for _, s := range []string{"", "a\x1b]0;x\x07", "\u202e\u200b", "\xff\xfe", "::error::", "``", "\r\n\t", string(rune(0xE0041))} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for name, got := range map[string]Text{"Line": Line(s), "Path": Path(s), "Block": Block(s)} {
			if !utf8.ValidString(string(got)) {
				t.Fatalf("%s: not UTF-8: %q", name, got)
			}
			for _, r := range string(got) {
				if Hostile(r) && !(name == "Block" && r == '\n') {
					t.Fatalf("%s: %U survived in %q", name, r, got)
				}
			}
			if again := Block(string(got)); name != "Line" && again != got {
				t.Fatalf("%s: not stable: %q, %q", name, got, again)
			}
		}
		for _, l := range strings.Split(WorkflowLines(s), "\n") {
			if l = strings.TrimLeft(l, " \t\r"); strings.HasPrefix(l, "::") || strings.HasPrefix(l, "##[") {
				t.Fatalf("a command survived: %q", l)
			}
		}
	})
}
