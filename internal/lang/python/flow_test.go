package python

import "testing"

// reaches tells which source the argument of the first call of sink() comes from.
func reaches(t testing.TB, src string) string { return reachesAs(t, src, AsText) }

func reachesAs(t testing.TB, src string, use Use) string {
	t.Helper()
	f, err := Scan([]byte(src), Limits{})
	if err != nil {
		return ""
	}
	words := func(list ...string) func(string) bool {
		return func(s string) bool {
			for _, w := range list {
				if s == w {
					return true
				}
			}
			return false
		}
	}
	flow := f.Follow(FlowRules{
		Source: func(e Expr) string {
			if e.Call && e.Label == "ask" {
				return "ask"
			}
			return ""
		},
		Passes: func(e Expr) bool {
			return words("str", "loads", "join", "format", "Path", "realpath", "split", "parse")(e.Label)
		},
		Ends:   words("int", "len", "quote", "usage", "startswith"),
		Guards: words("is_safe", "validate", "input"),
	})
	flow.Use = use
	for i := range f.Calls {
		if c := &f.Calls[i]; f.Callee(c) == "sink" && len(c.Args) > 0 {
			if o := flow.From(c.Args[0].First, c.Args[0].Last, c.Scope); o != nil {
				return o.What
			}
		}
	}
	return ""
}

func TestValuesAreFollowed(t *testing.T) {
	for name, c := range map[string]struct{ src, want string }{
		"straight":                         {"sink(ask())", "ask"},
		"through a name":                   {"r = ask()\nsink(r.content[0].text.strip())", "ask"},
		"through an f-string":              {"r = ask()\nsink(f'run {r!r:>10}')", "ask"},
		"through % and +":                  {"r = ask()\nsink('a' + 'b %s' % r)", "ask"},
		"through a format":                 {"r = ask()\nsink('run {}'.format(r))", "ask"},
		"through a tuple":                  {"a, b = ask()\nsink(b)", "ask"},
		"through a walrus":                 {"if (r := ask()):\n    sink(r)", "ask"},
		"through with":                     {"with ask() as r:\n    sink(r)", "ask"},
		"over a loop":                      {"for x in ask():\n    sink(x)", "ask"},
		"over a comprehension":             {"sink([x.text for x in ask()])", "ask"},
		"added to":                         {"s = ''\ns += ask()\nsink(s)", "ask"},
		"made of itself":                   {"r = ask()\nr = r.strip()\nsink(r)", "ask"},
		"replaced in one branch":           {"r = ask()\nif not r.startswith('http'):\n    r = 'a'\nwith x:\n    sink(r)", "ask"},
		"replaced in all branches":         {"r = ask()\nif a:\n    r = 'a'\nelse:\n    r = 'b'\nsink(r)", ""},
		"into a field":                     {"class A(BaseModel):\n    cmd: str\na = A(**ask())\nsink(a.cmd)", "ask"},
		"another field":                    {"class A(BaseModel):\n    cmd: str\n    note: str\na = A(cmd='ls', note=ask())\nsink(a.cmd)", ""},
		"in a branch":                      {"s = ''\nif a:\n    s = ask()\nsink(s)", "ask"},
		"in a conditional expression":      {"sink(ask() if a == 1 else None)", "ask"},
		"through a function":               {"def get(q):\n    r = ask(q)\n    return r.text\nsink(get(1))", "ask"},
		"through what a function is given": {"def strip(s):\n    return s.strip('`')\nsink(strip(ask()))", "ask"},
		"into a parameter":                 {"def run(code):\n    sink(code)\nrun(ask())", "ask"},
		"through a method":                 {"class A:\n    def get(self):\n        return ask()\n    def run(self):\n        sink(self.get())", "ask"},
		"through an attribute":             {"class A:\n    def get(self):\n        self.r = ask()\n    def run(self):\n        sink(self.r)", "ask"},
		"awaited":                          {"async def f():\n    r = await ask()\n    sink(r)", "ask"},
		"JSON keeps it":                    {"sink(json.loads(ask())['command'])", "ask"},
		"through a static method":          {"class A:\n    @staticmethod\n    def get(q):\n        return ask(q)\nsink(A.get(1))", "ask"},
		"through an object's method":       {"class A:\n    def run(self, code):\n        sink(code)\ndef main():\n    a = A()\n    a.run(ask())", "ask"},
		"through an object of the object":  {"class A:\n    def run(self, code):\n        sink(code)\nclass B:\n    def __init__(self):\n        self.a = A()\n    def go(self):\n        self.a.run(ask())", "ask"},
		"through a list":                   {"def f():\n    parts = ['curl']\n    parts.append(ask())\n    sink(' '.join(parts))", "ask"},
		"through a dict":                   {"def f():\n    d = {}\n    d['a'] = ask()\n    sink(d)", "ask"},
		"put into a list later":            {"def f():\n    parts = ['curl']\n    sink(' '.join(parts))\n    parts.append(ask())", ""},
		"a method of another class":        {"class A:\n    def run(self, code):\n        sink(code)\nclass B:\n    def run(self, code):\n        pass\nb = B()\nb.run(ask())", ""},
		"assigned anew":                    {"r = ask()\nr = 'fixed'\nsink(r)", ""},
		"a number":                         {"r = int(ask())\nsink(r)", ""},
		"a test":                           {"sink(ask() == 'yes')", ""},
		"its costs":                        {"r = ask()\nsink(r.usage.total)", ""},
		"quoted":                           {"r = ask()\nsink('ls ' + quote(r))", ""},
		"looked up in a table":             {"r = ask()\nsink(TABLE[r])", ""},
		"checked against a list":           {"r = ask()\nif r not in ALLOWED:\n    raise ValueError\nsink(r)", ""},
		"compared with a word":             {"r = ask()\nif r == 'go':\n    sink(r)", ""},
		"checked by a function":            {"r = ask()\nif not is_safe(r):\n    raise ValueError\nsink(r)", ""},
		"checked by a call that raises":    {"r = ask()\nvalidate(r)\nsink(r)", ""},
		"a person agreed":                  {"r = ask()\nif input('run? ') != 'y':\n    raise SystemExit\nsink(r)", ""},
		"a parameter nobody fills":         {"def f(r):\n    sink(r)", ""},
		"made by an unknown function":      {"sink(other(ask()))", ""},
		"the parameter of a lambda":        {"r = ask()\nf = lambda r: sink(r)", ""},
		"a name in another function":       {"def f():\n    r = ask()\ndef g():\n    r = 1\n    sink(r)", ""},
	} {
		if got := reaches(t, c.src); got != c.want {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
}

func FuzzFlow(f *testing.F) {
	for _, s := range []string{"r = ask()\nsink(r)", "def f(a):\n return a\nsink(f(f(ask())))", "a = b\nb = a\nsink(a)", "sink([x for x in (y for y in x)])", "self.a = self.a\nsink(self.a)", "if x in y: sink(x)", "r = ask()\nfor w in r.split():\n if w not in OK: raise E\nsink(r)", "class A:\n x: str\na = A(**ask())\nsink(a.x)", "def f(x):\n return f(x)\nr = ask()\nif not f(r): raise\nsink(r)", "sink(f'{f'{x}'}')"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, src string) {
		if len(src) < 1<<14 {
			for use := range AsQuery + 1 {
				reachesAs(t, src, use)
			}
		}
	})
}
