package keys

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

// show writes a tree as "key=value@key text|value text" lines, with the texts taken from the source by the offsets.
func show(src string, n *Node, path string, out *strings.Builder) {
	if n.Kind == Scalar {
		fmt.Fprintf(out, "%s = %s  <%s><%s>\n", strings.TrimPrefix(path, "."), n.Value, src[n.KeyStart:n.KeyEnd], src[n.Start:n.End])
	}
	for _, c := range n.Items {
		show(src, c, path+"."+c.Key, out)
	}
}

func TestParse(t *testing.T) {
	cases := []struct{ name, format, src, want string }{
		{"JSON with comments and trailing commas", "json", "\ufeff{ // hi\n \"a\": [1, /* x */ true,], \"b\\u0063\": {\"d\": \"x\\u200by\"},\n}",
			"a.0 = 1  <><1>\na.1 = true  <><true>\nbc.d = x\u200by  <\"d\"><\"x\\u200by\">\n"},
		{"duplicate keys are kept in order", "json", `{"a": 1, "a": 2}`, "a = 1  <\"a\"><1>\na = 2  <\"a\"><2>\n"},
		{"a surrogate pair is one character", "json", `["\udb40\udc41"]`, "0 = " + string(rune(0xE0041)) + "  <><\"\\udb40\\udc41\">\n"},
		{"an empty JSON file is an empty object", "json", " \n", ""},
		{"YAML with every kind of scalar", "yaml", "a: x # c\nb: 'it''s'\n\"c\": \"q\\\"\"\nd:\n  - 1\n  - e: f\ng: |\n  l1\n  l2\nh: [i, {j: k}]\n",
			"a = x  <a><x>\nb = it's  <b><'it''s'>\nc = q\"  <\"c\"><\"q\\\"\">\nd.0 = 1  <><1>\nd.1.e = f  <e><f>\ng = l1\nl2\n  <g><|\n  l1\n  l2>\nh.0 = i  <><i>\nh.1.j = k  <j><k>\n"},
		{"YAML columns count code points", "yaml", "é: ü\nb: c\n", "é = ü  <é><ü>\nb = c  <b><c>\n"},
		{"an empty value stands behind its key", "yaml", "a:\nb: 1\n", "a =   <a><>\nb = 1  <b><1>\n"},
		{"aliases and merges point at the alias", "yaml", "base: &b {x: 1, y: 2}\nuse:\n  <<: *b\n  y: 3\n", "base.x = 1  <x><1>\nbase.y = 2  <y><2>\nuse.x = 1  <><*b>\nuse.y = 3  <y><3>\n"},
		{"documents of one file", "yaml", "a: 1\n---\nb: 2\n", "0.a = 1  <a><1>\n1.b = 2  <b><2>\n"},
		{"a template line in a block of text is text", "yaml", "s: |\n  You.\n  {{ x }}\nt: |\n  {{ y }}\n", "s = You.\n#" + strings.Repeat("T", 6) + "\n  <s><|\n  You.\n  {{ x }}>\nt = #" + strings.Repeat("T", 6) + "\n  <t><|\n  {{ y }}>\n"},
		{"one that is less indented ends no block", "yaml", "s: |\n  a\n{{- if .x }}\n  b\n{{- end }}\nt: 1\n", "s = a\n" + strings.Repeat(" ", 10) + "\nb\n" + strings.Repeat(" ", 8) + "\n  <s><|\n  a\n{{- if .x }}\n  b>\nt = 1  <t><1>\n"},
		{"one in a value of several lines ends no value", "yaml", "s: a\n  {{ x }}\n  b\n", "s = a\nb  <s><a>\n"},
		{"templates keep their place", "yaml", "{{- if .x }}\nimage: {{ .Values.image }}\nuser: 0\n{{- end }}\n", "image = " + strings.Repeat("T", 19) + "  <image><{{ .Values.image }}>\nuser = 0  <user><0>\n"},
		{"on stays a word", "yaml", "on: push\n", "on = push  <on><push>\n"},
		{"TOML tables, dotted keys and arrays of tables", "toml", "a.b = 'x'\n[t]\n\"k k\" = \"y\\n\"\nn = [1, \"two\"]\n[[s]]\nv = true\n[[s]]\nv = { w = 1 }\n[s.z]\nq = 2\n",
			"a.b = x  <b><'x'>\nt.k k = y\n  <\"k k\"><\"y\\n\">\nt.n.0 = 1  <><1>\nt.n.1 = two  <><\"two\">\ns.0.v = true  <v><true>\ns.1.v.w = 1  <w><1>\ns.1.z.q = 2  <q><2>\n"},
		{"front matter of a Markdown file", "front", "---\ntools: '*'\n---\n# T\na: b\n", "tools = *  <tools><'*'>\n"},
		{"a Markdown file without front matter", "front", "# a: b\n---\n", ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			n, err := Parse(c.format, []byte(c.src), Limits{})
			if err != nil {
				t.Fatal(err)
			}
			var got strings.Builder
			show(c.src, n, "", &got)
			if got.String() != c.want {
				t.Errorf("got\n%s\nwant\n%s", got.String(), c.want)
			}
		})
	}
}

func TestErrorsSayWhere(t *testing.T) {
	cases := []struct{ name, format, src, want string }{
		{"a missing comma", "json", "{\n \"a\": 1 \"b\": 2}", "line 2, column 9: "},
		{"a key without quotes", "json", "{a: 1}", "line 1, column 2: "},
		{"a string that does not end", "json", "[\"é\n\"]", "line 1, column 4: "},
		{"something after the end", "json", "{} x", "line 1, column 4: "},
		{"a comment that does not end", "json", "/* ", "line 1, column 1: "},
		{"a tab in YAML", "yaml", "a:\n\tb: 1\n", "line 2, column 1: "},
		{"an unknown anchor", "yaml", "a: *b\n", "line 1, column 1: "},
		{"TOML without a value", "toml", "a = 1\nb = \n", "line 2, column "},
		{"too deep", "json", strings.Repeat("[", 300), "line 1, column 202: nested deeper than 200"},
		{"too deep in TOML", "toml", "a = " + strings.Repeat("[", 300) + strings.Repeat("]", 300), "line 1, column 5: nested deeper than 200"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			n, err := Parse(c.format, []byte(c.src), Limits{})
			var at *Error
			if !errors.As(err, &at) || !strings.HasPrefix(err.Error(), c.want) {
				t.Errorf("got %v, %v, want an error at %q", n, err, c.want)
			}
		})
	}
}

func TestAliasBombIsCutShort(t *testing.T) {
	src := "a: &a [x, x, x, x, x, x, x, x]\n"
	for c := 'b'; c < 'k'; c++ {
		src += fmt.Sprintf("%c: &%c [%s]\n", c, c, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*%c, ", c-1), 8), ", "))
	}
	if _, err := Parse("yaml", []byte(src), Limits{}); err == nil || !strings.Contains(err.Error(), "aliases included") {
		t.Errorf("got %v", err)
	}
}

func TestLongLinesAndTablesTakeLinearTime(t *testing.T) {
	flow := "{" + strings.Repeat("a: !!str b, ", 50_000) + "}"
	table := strings.Builder{}
	for i := range 50_000 {
		fmt.Fprintf(&table, "t.k%d.x = 1\n", i)
	}
	for format, src := range map[string]string{"yaml": flow, "toml": table.String()} {
		if _, err := Parse(format, []byte(src), Limits{}); err != nil { // the suite's own timeout is the judge
			t.Errorf("%s: %v", format, err)
		}
	}
}

func TestFormat(t *testing.T) {
	for name, want := range map[string]string{"a/.mcp.json": "json", "b.YML": "yaml", "Cargo.toml": "toml", "SKILL.md": "front", "x.prompty": "front", "Makefile": ""} {
		if got := Format(name); got != want {
			t.Errorf("%s is read as %q, want %q", name, got, want)
		}
	}
}

func TestAtTakesTheLastOfDuplicateKeys(t *testing.T) {
	n, err := Parse("json", []byte(`{"a": {"b": 1}, "a": {"b": 2}}`), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	if got := n.At("a", "b"); got == nil || got.Value != "2" {
		t.Errorf("got %+v", got)
	}
	if n.At("a", "c", "d") != nil {
		t.Error("a missing key is not nil")
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{`{"a":[1,{"b":"\u0041"}],}`, "a: &x [1, *x]\n<<: *x\n", "a.b = [{c = 1}, [2]]\n[[d]]\n", "---\na: |\n  b\n---\nx", "x: {{ y }}\n", "\xff: \xfe"} {
		for i := range 4 {
			f.Add(i, s)
		}
	}
	f.Fuzz(func(t *testing.T, i int, s string) {
		format := []string{"json", "yaml", "toml", "front"}[uint(i)%4]
		n, err := Parse(format, []byte(s), Limits{Depth: 50, Nodes: 2000})
		if err != nil {
			var at *Error
			if !errors.As(err, &at) || at.Line < 1 || at.Column < 1 {
				t.Fatalf("%s: error without a place: %v", format, err)
			}
			if strings.Contains(at.Msg, "gave up") {
				t.Fatalf("%s: %v", format, err)
			}
			return
		}
		var walk func(*Node)
		walk = func(n *Node) {
			if n.Start < 0 || n.Start > n.End || n.End > len(s) || n.KeyStart > n.KeyEnd || n.KeyEnd > len(s) {
				t.Fatalf("%s: bad range %+v", format, n)
			}
			for _, c := range n.Items {
				walk(c)
			}
		}
		walk(n)
	})
}
