package javascript

import "testing"

func TestChecksThatSettleAValue(t *testing.T) {
	for name, src := range map[string]string{
		"a list of what is allowed":        "const a = ask(); if (!ALLOWED.includes(a)) throw 1; sink(a)",
		"a key of a table":                 "const a = ask(); if (!(a in TABLE)) return; sink(a)",
		"a key that the table owns":        "const a = ask(); if (!Object.hasOwn(TABLE, a)) return; sink(a)",
		"the branch where it is listed":    "const a = ask(); if (ALLOWED.has(a)) { sink(a) }",
		"the else of the opposite":         "const a = ask(); if (!ALLOWED.has(a)) { log(a) } else { sink(a) }",
		"an operator":                      "const a = ask(); const b = ALLOWED.has(a) ? sink(a) : 0",
		"another operator":                 "const a = ask(); ALLOWED.has(a) && sink(a)",
		"a word":                           "const a = ask(); if (a !== 'go') return; sink(a)",
		"a pattern":                        "const a = ask(); if (!/^[a-z]+$/.test(a)) return; sink(a)",
		"a pattern with a name":            "const OK = /^[a-z]+$/;\nconst a = ask(); if (!OK.test(a)) return; sink(a)",
		"no other character":               "const a = ask(); if (/[^a-z]/.test(a)) return; sink(a)",
		"a result that has a name":         "const a = ask(); const ok = ALLOWED.has(a); if (!ok) return; sink(a)",
		"one of two alternatives each":     "const a = ask(); if (a === 'x' || ALLOWED.has(a)) sink(a)",
		"another field too":                "const r = ask(); if (r.type !== 'text' || !ALLOWED.has(r.text)) return; sink(r.text)",
		"a function that looks it up":      "function ok(x) { return ALLOWED.has(x) }\nconst a = ask(); if (!ok(a)) return; sink(a)",
		"a function with two returns":      "function ok(x) { if (!ALLOWED.has(x)) { return false } return true }\nconst a = ask(); if (!ok(a)) return; sink(a)",
		"a function that throws":           "function demand(x) { if (!ALLOWED.has(x)) throw new Error(x) }\nconst a = ask(); demand(a); sink(a)",
		"a function of another file":       "const a = ask(); if (!isAllowed(a)) return; sink(a)",
		"an assertion":                     "const a = ask(); assert(ALLOWED.has(a)); sink(a)",
		"a folder":                         "const p = join(ROOT, ask()); if (!p.startsWith(ROOT + sep)) throw 1; sink(p)",
		"a folder that ends in a slash":    "const ROOT = resolve('x') + sep;\nconst p = join(ROOT, ask()); if (!p.startsWith(ROOT)) throw 1; sink(p)",
		"the way from a folder":            "const p = join(ROOT, ask()); const rel = relative(ROOT, p); if (rel.startsWith('..') || isAbsolute(rel)) throw 1; sink(p)",
		"a folder, in a function":          "function inside(x) { const p = join(ROOT, x); if (!p.startsWith(`${ROOT}/`)) { throw 1 } return p }\nsink(inside(ask()))",
		"a folder out of several":          "const p = join(ROOT, ask()); if (!dirs.some((d) => p === d || p.startsWith(d + sep))) throw 1; sink(p)",
		"the host of an address":           "const u = new URL(ask()); if (u.protocol !== 'https:' || !HOSTS.has(u.hostname)) throw 1; sink(u)",
		"the host, by a name":              "const a = ask(); const { hostname } = new URL(a); if (!HOSTS.includes(hostname)) throw 1; sink(a)",
		"the end of a host":                "const u = new URL(ask()); if (!u.hostname.endsWith('.acme.example')) throw 1; sink(u)",
		"the beginning of an address":      "const a = ask(); if (!a.startsWith('https://docs.acme.example/')) throw 1; sink(a)",
		"the loop goes on without it":      "for (const a of ask()) { if (!ALLOWED.has(a)) continue; sink(a) }",
		"another value in its place":       "let a = ask(); if (!ALLOWED.has(a)) { a = 'fixed' } sink(a)",
		"everything else is taken out":     "sink(ask().replace(/[^a-z0-9-]/g, '_'))",
		"a position in a list":             "const a = ask(); if (ALLOWED.indexOf(a) === -1) throw 1; sink(a)",
		"a number by its type":             "const a = ask(); if (typeof a !== 'number') throw 1; sink(a)",
		"a question with a reason to stop": "const a = ask(); if (isUnsafe(a)) { throw 1 } sink(a)",
	} {
		if got := reaches(t, src); got != "" {
			t.Errorf("%s: %q still reaches the sink", name, got)
		}
	}
}

func TestChecksThatSettleNothing(t *testing.T) {
	for name, src := range map[string]string{
		"another field":                       "const r = ask(); if (r.type !== 'text') throw 1; sink(r.text)",
		"another field, positive":             "for (const b of ask().content) { if (b.type === 'tool_use') { sink(b.input.command) } }",
		"the type of it":                      "const a = ask(); if (typeof a !== 'string') throw 1; sink(a)",
		"that it is not empty":                "const a = ask(); if (a === '') throw 1; sink(a)",
		"its length":                          "const a = ask(); if (a.length === 3) { sink(a) }",
		"a list of what is refused":           "const a = ask(); if (DENIED.has(a)) throw 1; sink(a)",
		"a word that is refused":              "const a = ask(); if (a === 'rm -rf /') return; sink(a)",
		"a store of answers":                  "const a = ask(); if (cache.has(a)) return cache.get(a); sink(a)",
		"the branch where it is not listed":   "const a = ask(); if (ALLOWED.has(a)) { log(a) } else { sink(a) }",
		"a check that goes on":                "const a = ask(); if (!ALLOWED.has(a)) { warn(a) } sink(a)",
		"a check in another branch":           "const a = ask(); if (x) { if (!ALLOWED.has(a)) return } sink(a)",
		"a check of one alternative":          "const a = ask(); if (force || ALLOWED.has(a)) sink(a)",
		"the scheme":                          "const u = new URL(ask()); if (!['http:', 'https:'].includes(u.protocol)) throw 1; sink(u)",
		"the extension":                       "const a = ask(); if (!['.md'].includes(extname(a))) throw 1; sink(a)",
		"an open pattern":                     "const a = ask(); if (!/^git .*$/.test(a)) throw 1; sink(a)",
		"a pattern without an end":            "const a = ask(); if (!/^[a-z]+/.test(a)) throw 1; sink(a)",
		"a pattern of what is refused":        "const a = ask(); if (/[;&|]/.test(a)) throw 1; sink(a)",
		"the beginning of a command":          "const a = ask(); if (!a.startsWith('git ')) throw 1; sink(a)",
		"the beginning of a path with ..":     "const p = ROOT + ask(); if (!p.startsWith(ROOT + sep)) throw 1; sink(p)",
		"a folder without its end":            "const ROOT = resolve('x');\nconst p = join(ROOT, ask()); if (!p.startsWith(ROOT)) throw 1; sink(p)",
		"a function that asks for the type":   "function isValid(x) { return typeof x === 'string' }\nconst a = ask(); if (!isValid(a)) throw 1; sink(a)",
		"a function that refuses some":        "function ok(x) { if (DENIED.has(x)) return false; return true }\nconst a = ask(); if (!ok(a)) throw 1; sink(a)",
		"a function whose answer is not used": "function ok(x) { return ALLOWED.has(x) }\nconst a = ask(); ok(a); sink(a)",
		"a list that comes from there too":    "const r = ask(); if (!r.names.includes(r.name)) throw 1; sink(r.name)",
		"a few characters":                    "sink(ask().replace(/[;&]/g, ''))",
	} {
		if got := reaches(t, src); got == "" {
			t.Errorf("%s: taken for a guard", name)
		}
	}
}

func TestClosedPatterns(t *testing.T) {
	for pattern, want := range map[string]bool{
		"/^[a-z]+$/": true, `/^\w{1,20}$/i`: true, `/^(?:on|off)$/`: true, `/^v\d+\.\d+$/`: true, `/^[\w./-]+$/`: true,
		"/^.+$/": false, "/^[^;]+$/": false, "/^[a-z]+/": false, "/[a-z]+$/": false, "/^a|b$/": false, "/^[a-z]+$/m": false, `/^\S+$/`: false, `/^a(.*)$/`: false,
	} {
		if got := Closed(pattern, false); got != want {
			t.Errorf("%s: closed %v, want %v", pattern, got, want)
		}
	}
	if Closed(`/^[\w./-]+$/`, true) {
		t.Error("a path may climb through a pattern that lets both . and / through")
	}
}
