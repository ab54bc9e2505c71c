package javascript

import (
	"slices"
	"strings"
	"testing"
)

func callees(t *testing.T, src string) []string {
	t.Helper()
	f, err := Scan([]byte(src), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for i := range f.Calls {
		out = append(out, f.Callee(&f.Calls[i]))
	}
	return out
}

func TestCallsAreFound(t *testing.T) {
	for name, c := range map[string]struct {
		src  string
		want []string
	}{
		"a chain over several lines":             {"client\n  .chat\n  .completions.create({ a })", []string{"client.chat.completions.create"}},
		"an optional chain":                      {"a?.b?.(c); a?.d(e)", []string{"a.b.", "a.d"}},
		"a call inside a template":               {"`x ${f(`y ${g(1)}`)} z`", []string{"f", "g"}},
		"a division is no regular expression":    {"a = b / c(1) / d(2)", []string{"c", "d"}},
		"a regular expression holds no calls":    {"x = /f(1)[/]g(2)/.test(y)", []string{"?.test"}},
		"a comment holds none":                   {"// f(1)\n/* g(2) */ h(3)", []string{"h"}},
		"words of statements are not called":     {"if (a) { for (const x of y) { while (z) {} } } return (q)", nil},
		"a method that is defined is not called": {"class A { async run(x) { this.go(x) } }", []string{"this.go"}},
		"an apostrophe in text of JSX":           {"const a = <p>Don't {f(1)}</p>;\ng(2)", []string{"f", "g"}},
		"an end tag is no regular expression":    {"<a>{f(1)}</a>; g(2) / 3; h(4)", []string{"f", "g", "h"}},
		"new":                                    {"new Function('return 1')", []string{"Function"}},
		"type arguments":                         {"useState<string[]>(f(1))", []string{"useState", "f"}},
	} {
		if got := callees(t, c.src); !slices.Equal(got, c.want) {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
}

func TestImportsAreFound(t *testing.T) {
	f, err := Scan([]byte(`
import OpenAI, { type Chat, toFile as file } from "openai";
import * as fs from 'node:fs';
import "./setup";
const { exec, spawn: start } = require("child_process");
const ai = await import("ai");
`), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, m := range f.Imports {
		got = append(got, m.Module+" "+m.Name+" "+m.Local)
	}
	want := []string{"openai default OpenAI", "openai Chat Chat", "openai toFile file", "node:fs * fs", "./setup  ", "child_process exec exec", "child_process spawn start", "ai default ai"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q\nwant %q", got, want)
	}
}

// reaches tells which model's answer the argument of the first call of sink() is.
func reaches(t *testing.T, src string) string {
	t.Helper()
	f, err := Scan([]byte(src), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	flow := f.Follow(FlowRules{
		Source: func(e Expr) string {
			if e.Call && e.Label == "ask" {
				return "ask"
			}
			return ""
		},
		Passes: func(label string) bool { return label == "parse" || label == "join" || label == "URL" },
		Ends:   func(label string) bool { return label == "length" || label == "clean" },
		Guards: func(label string) bool { return strings.HasPrefix(label, "is") },
	})
	for i := range f.Calls {
		if c := &f.Calls[i]; f.Callee(c) == "sink" {
			args := f.Args(c.Open)
			if o := flow.From(args[0][0], args[0][1]); o != nil {
				return o.What
			}
		}
	}
	return ""
}

func TestValuesAreFollowed(t *testing.T) {
	for name, c := range map[string]struct {
		src  string
		want string
	}{
		"straight":                      {"sink(ask())", "ask"},
		"through a constant":            {"const r = await ask(q); sink(r.text.trim())", "ask"},
		"through destructuring":         {"const { text: t } = await ask(q); sink(t)", "ask"},
		"through a template":            {"const r = await ask(q); sink(`run ${r}`)", "ask"},
		"through a function":            {"async function get(q) { const r = await ask(q); return r.text }\nsink(await get(1))", "ask"},
		"through an arrow":              {"const get = async (q) => (await ask(q)).text; sink(await get(1))", "ask"},
		"into a parameter":              {"function run(code) { sink(code) }\nrun(ask())", "ask"},
		"into a callback":               {"ask().then(r => sink(r.text))", "ask"},
		"over a loop":                   {"for await (const part of ask()) { sink(part) }", "ask"},
		"JSON keeps it":                 {"sink(JSON.parse(ask()).command)", "ask"},
		"an assignment in a branch":     {"let code = ''; if (x) { code = ask() } sink(code)", "ask"},
		"added up":                      {"let code = ''; for (const part of ask()) { code += part.text } sink(code)", "ask"},
		"a list with its type":          {"const list: string[] = []; list.push(ask()); sink(list)", "ask"},
		"a type with its arguments":     {"const x: Record<string, string> = { c: ask() }; sink(x.c)", "ask"},
		"a type of a namespace":         {"const x: OpenAI.Chat.Completion = await ask(); sink(x.text)", "ask"},
		"a pattern with its type":       {"const { c }: { c: string } = ask(); sink(c)", "ask"},
		"a result with a type":          {"async function get(q: string): Promise<{ code: string }> { return { code: await ask(q) } }\nsink(await get(1))", "ask"},
		"a method with a type":          {"class A { get(q: string): Promise<any> { return ask(q) }\nrun() { sink(this.get(1)) } }", "ask"},
		"an arrow with a type":          {"const get = async (q: string): Promise<Array<string>> => { return ask(q) }; sink(get(1))", "ask"},
		"assigned anew":                 {"let r = ask();\nconst s = 'fixed';\nsink(s)", ""},
		"a length says nothing":         {"sink(ask().length)", ""},
		"a comparison says nothing":     {"sink(ask() === 'yes')", ""},
		"cleaned":                       {"sink(clean(ask()))", ""},
		"looked up in a list before":    {"const a = ask(); if (!ALLOWED.has(a)) throw 1; sink(a)", ""},
		"compared with a word before":   {"const a = ask(); if (a !== 'go') return; sink(a)", ""},
		"another variable of that name": {"function f() { const r = ask(); return 1 }\nfunction g(r) { sink(r) }", ""},
		"a table of functions":          {"const a = ask(); sink(TABLE[a])", ""},
	} {
		if got := reaches(t, c.src); got != c.want {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
}

func FuzzScan(f *testing.F) {
	for _, s := range []string{"a(b)", "`${a(`${b}`)}`", "/[/]/.test(x)", "<p>it's {x}</p>", "const {a, ...b} = require('c')", "x => y => z(x)", "if (!A.has(x)) { s(x) }", "({a: {b: [1, 2})", "import a, {b as c} from 'd'", "async (x): Promise<T> => { return f(x) }",
		"const [a, setA] = useState(''); setA(b => b + c); if (!ok(a) || a in T) { return } else x(sql`${raw(a)}`)", "class A extends B<{}> { f(x: T): U { g(x ? y : z && /^a$/.test(x)) } }", "const x: Record<A, B>[] = (<C d={e} />); h({ k: f })"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, src string) {
		file, err := Scan([]byte(src), Limits{Bytes: 1 << 16})
		if err != nil {
			return
		}
		last := int32(0)
		for _, tok := range file.Toks[1:] {
			if tok.Start < last || tok.End < tok.Start || int(tok.End) > len(src) {
				t.Fatalf("token at %d to %d after %d", tok.Start, tok.End, last)
			}
			last = tok.Start
		}
		flow := file.Follow(FlowRules{
			Source: func(e Expr) string { return strings.Repeat("s", min(1, len(e.Label)%3)) },
			Passes: func(string) bool { return true }, Ends: func(string) bool { return false }, Guards: func(s string) bool { return s == "ok" },
			Binds: func(tag string) bool { return tag == "sql" }, Narrow: func(param int32, _ string) bool { return len(file.HandedTo(param)) > 1 },
		})
		file.Called()
		for i := range file.Calls {
			c := &file.Calls[i]
			if file.Toks[c.Open].Mate != c.Close || c.First > c.Open {
				t.Fatalf("call %d: %+v", i, *c)
			}
			file.Callee(c)
			for _, a := range file.Args(c.Open) {
				flow.From(a[0], a[1])
			}
		}
		file.Assignments()
	})
}
