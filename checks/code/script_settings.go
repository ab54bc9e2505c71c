package code

import (
	"context"
	"regexp"
	"strings"

	"bakedin/checks"
	"bakedin/internal/lang/javascript"
	"bakedin/internal/repo"
	"bakedin/rules"
)

// scriptSystemPrompt reports text of strangers that enters the system role in scripts.
func scriptSystemPrompt(p *checks.Pass) error {
	s, err := checks.Script.Of(p.File)
	if s == nil || !importsModule(s, modelModules) && !bytesHave(s.Src, "api.openai.com", "api.anthropic.com") {
		return err
	}
	var flow *javascript.Flow
	for i := range s.Calls { // new SystemMessage(text) of LangChain
		c := &s.Calls[i]
		if callee := s.Callee(c); callee != "SystemMessage" && callee != "SystemMessagePromptTemplate.fromTemplate" {
			continue
		}
		if args := s.Args(c.Open); len(args) > 0 && !s.IsOp(args[0][0], '{') {
			if flow == nil {
				flow = scriptFlow(s, scriptUserSource(s))
			}
			if o := flow.From(args[0][0], args[0][1]); o != nil && !messagePart.Match(s.Text(args[0][0], args[0][1])) {
				scriptFinding(p, s, args[0][0], args[0][1], o, "The system role is built from %s,", "which a stranger may have written.").Fixes = []checks.Fix{moveToUser}
			}
		}
	}
	for i := int32(1); int(i) < len(s.Toks)-2; i++ {
		if s.Toks[i].Kind != javascript.Name && s.Toks[i].Kind != javascript.Str || !s.IsOp(i+1, ':') {
			continue
		}
		key := strings.Trim(s.Word(i), `"'`)
		first, last := int32(0), int32(0)
		switch key {
		case "role":
			if role, ok := s.Literal(i + 2); ok && isSystem(role) {
				if brace := s.Around(i, '{'); brace > 0 {
					first, last, _ = s.Property(brace, "content")
				}
			}
		case "system", "systemInstruction", "instructions", "systemPrompt", "systemMessage":
			if brace := s.Around(i, '{'); brace > 0 && s.IsOp(brace-1, '(') {
				first, last, _ = s.Property(brace, key)
			}
		}
		if first == 0 {
			continue
		}
		if flow == nil {
			flow = scriptFlow(s, scriptUserSource(s))
		}
		if o := flow.From(first, last); o != nil && !messagePart.Match(s.Text(first, last)) {
			scriptFinding(p, s, first, last, o, "The system role is built from %s,", "which a stranger may have written.").Fixes = []checks.Fix{moveToUser}
		}
	}
	return err
}

// messagePart is the text of a message that is turned into another form, as it came.
var messagePart = regexp.MustCompile(`^(?:m|msg|message)\.(?:content|text)(?: as \w+)?$`)

func bytesHave(src []byte, words ...string) bool {
	for _, w := range words {
		if strings.Contains(string(src), w) {
			return true
		}
	}
	return false
}

// eachProperty calls visit for every property of that name whose value is one word: key: true.
func eachProperty(p *checks.Pass, key, value string, visit func(s *javascript.File, at int32)) error {
	s, err := checks.Script.Of(p.File)
	if s == nil {
		return err
	}
	for i := int32(1); int(i) < len(s.Toks)-2; i++ {
		if s.IsOp(i+1, ':') && strings.Trim(s.Word(i), `"'`) == key && s.Word(i+2) == value && (s.IsOp(i+3, ',') || s.IsOp(i+3, '}')) {
			visit(s, i)
		}
	}
	return err
}

// scriptEdit is the fix that puts a word in the place of the value of a property.
func scriptEdit(p *checks.Pass, s *javascript.File, at int32, id, title, value, breaks string) checks.Fix {
	t := s.Toks[at+2]
	return checks.Fix{ID: id, Title: title, Applicability: checks.Unsafe, Breaks: breaks,
		Edits: []repo.TextEdit{{Path: p.File.Path, Start: int(t.Start), End: int(t.End), Replacement: value, Base: p.File.SHA256()}}}
}

func scriptTLSOff(p *checks.Pass) error {
	err := eachProperty(p, "rejectUnauthorized", "false", func(s *javascript.File, at int32) {
		f := p.At(int(s.Toks[at].Start), int(s.Toks[at+2].End), "rejectUnauthorized: false: whoever is on the way can read and change what is sent.")
		f.InAI = importsModule(s, modelModules)
		if scriptSwitched(s, at) {
			f.Lower(rules.Medium, "only a switch of the user leads here")
		}
		f.Fixes = []checks.Fix{scriptEdit(p, s, at, "verify", "Check the certificate", "true", "A server whose certificate nobody vouches for is refused: give its authority with ca.")}
	})
	if err != nil {
		return err
	}
	s, err := checks.Script.Of(p.File)
	if s == nil {
		return err
	}
	for i := int32(1); int(i) < len(s.Toks)-3; i++ {
		first, value := tlsSwitch(s, i)
		if value == 0 || strings.Trim(s.Word(value), "\"'`") != "0" {
			continue
		}
		f := p.At(int(s.Toks[first].Start), int(s.Toks[value].End), "No connection of this process checks a certificate any more.")
		f.InAI = importsModule(s, modelModules)
		if s.IsOp(first-1, ')') && s.Word(s.Toks[first-1].Mate-1) == "if" {
			f.Lower(rules.Medium, "it is so only when a setting asks for it")
		}
		f.Fixes = []checks.Fix{{ID: "verify", Title: "Check certificates", Applicability: checks.Manual, Steps: []string{"Delete the line.", "For an authority of your own, set NODE_EXTRA_CA_CERTS to its certificate."}}}
	}
	return err
}

// tlsSwitch reads what gives the variable at a token a value, that switches the check of certificates for the whole process:
// process.env.X = v, process.env["X"] = v, Object.assign(process.env, { X: v }).
func tlsSwitch(s *javascript.File, i int32) (first, value int32) {
	if strings.Trim(s.Word(i), `"'`) != "NODE_TLS_REJECT_UNAUTHORIZED" {
		return 0, 0
	}
	switch {
	case s.IsOp(i-1, '.') && s.IsOp(i+1, '=') && s.Word(i-2) == "env":
		return max(i-4, 1), i + 2
	case s.IsOp(i-1, '[') && s.IsOp(i+1, ']') && s.IsOp(i+2, '=') && s.Word(i-2) == "env":
		return max(i-4, 1), i + 3
	case s.IsOp(i+1, ':'):
		if c := s.CallAround(i); c != nil && s.Callee(c) == "Object.assign" {
			if args := s.Args(c.Open); len(args) > 1 && string(s.Text(args[0][0], args[0][1])) == "process.env" {
				return i, i + 2
			}
		}
	}
	return 0, 0
}

// scriptSwitched tells whether a condition around a property asks about the check itself: "verifySsl === false ? new Agent({ … })".
func scriptSwitched(s *javascript.File, at int32) bool {
	for brace := s.Around(at, '{'); brace > 0; brace = s.Around(brace, '{') {
		i := brace - 1
		if s.IsOp(i, ')') && s.Word(s.Toks[i].Mate-1) == "if" {
			if tlsWords.Match(s.Text(s.Toks[i].Mate, i)) {
				return true
			}
			continue
		}
		if s.IsOp(i, '(') { // the arguments of a call or of new
			for i--; i > 0 && (s.Toks[i].Kind == javascript.Name || s.IsOp(i, '.')); i-- {
			}
		}
		if !s.IsOp(i, '?') && !s.IsOp(i, '&') {
			continue
		}
		first := i
		for ; first > 0 && i-first < 40 && !s.IsOp(first-1, ';') && !s.IsOp(first-1, '{') && !s.IsOp(first-1, '}'); first-- {
		}
		if tlsWords.Match(s.Text(first, i)) {
			return true
		}
	}
	return false
}

var listens = regexp.MustCompile(`\.listen$|^(?:Bun|Deno)\.serve$|^@hono/node-server\.serve$|^\w+\.start$`)

// listensOn is where the address is written in an argument of a call that opens a port.
func listensOn(s *javascript.File, arg [2]int32) int32 {
	for _, key := range []string{"host", "hostname"} {
		if first, _, ok := s.Property(arg[0], key); ok {
			return first
		}
	}
	if first, last, ok := s.Property(arg[0], "httpStream"); ok { // FastMCP
		return listensOn(s, [2]int32{first, last})
	}
	return arg[0]
}

func scriptBindsEverywhere(p *checks.Pass) error {
	s, err := checks.Script.Of(p.File)
	if s == nil {
		return err
	}
	for _, name := range s.Called() {
		if !listens.MatchString(name.Canonical) && !listens.MatchString(name.Written) {
			continue
		}
		for _, i := range name.Calls {
			scriptListens(p, s, &s.Calls[i])
		}
	}
	return err
}

func scriptListens(p *checks.Pass, s *javascript.File, c *javascript.Call) {
	for _, a := range s.Args(c.Open) {
		if v, ok := s.Literal(listensOn(s, a)); ok && (v == "0.0.0.0" || v == "::") {
			f := p.At(int(s.Toks[c.First].Start), int(s.Toks[c.Open].Start), "The server listens on every interface of the machine.")
			f.InAI = importsModule(s, modelModules)
			if runInContainer(p.Repo, p.File.Path) {
				f.Lower(rules.Low, "a container file is beside it, and what is published is said there")
			}
		}
	}
}

func scriptCORS(p *checks.Pass) error {
	return eachProperty(p, "credentials", "true", func(s *javascript.File, at int32) {
		brace := s.Around(at, '{')
		if brace == 0 || !ofCORS(s, brace) {
			return
		}
		if first, last, ok := s.Property(brace, "origin"); ok {
			if v := strings.Trim(string(s.Text(first, last)), `"'`); v == "true" || v == "*" || reflects.MatchString(v) {
				p.At(int(s.Toks[brace-2].Start), int(s.Toks[brace].Start), "Any origin may call the endpoint with the user's credentials.").InAI = importsModule(s, modelModules)
			}
		}
	})
}

// reflects is a function that lets every origin in: (origin, callback) => callback(null, true).
var reflects = match(`^\([^()]*\)\s*=>\s*(?:\{\s*(?:return\s+)?)?\w+\(null,\s*true\)[;\s}]*$|^\(?origin\)?\s*=>\s*origin$`)

// ofCORS tells whether the object at a brace is what cors is given, at once or by a name.
func ofCORS(s *javascript.File, brace int32) bool {
	if s.IsOp(brace-1, '(') {
		return s.Word(brace-2) == "cors"
	}
	for _, name := range s.Called() {
		if name.Written != "cors" {
			continue
		}
		for _, i := range name.Calls {
			for _, a := range s.Args(s.Calls[i].Open) {
				if first, _, ok := s.Constant(a[0], a[1]); ok && first == brace {
					return true
				}
			}
		}
	}
	return false
}

var serverRoute = match(`(?:^|/)(?:app/api|pages/api|api|server|backend|functions|workers?)/`)

// browserClient reports clients of a model that run in the browser, and carry the key there.
func browserClient(_ context.Context, p *checks.Pass) error {
	report := func(s *javascript.File, at int32, value string) {
		f := p.At(int(s.Toks[at].Start), int(s.Toks[at+2].End), "The client of the model runs in the browser: whoever opens the page can take the key.")
		f.Anchor = strings.Trim(s.Word(at), `"'`)
		if serverRoute.MatchString(p.File.Path) {
			f.Lower(rules.Low, "the file is a route of the server")
		}
		f.Fixes = []checks.Fix{scriptEdit(p, s, at, "no-browser", "Set "+f.Anchor+" to false", value, "The client refuses to run in a browser: call the model from a route of the server.")}
	}
	if err := eachProperty(p, "dangerouslyAllowBrowser", "true", func(s *javascript.File, at int32) { report(s, at, "false") }); err != nil {
		return err
	}
	if err := browserHeader(p); err != nil {
		return err
	}
	for _, value := range []string{`"true"`, `'true'`} {
		if err := eachProperty(p, "anthropic-dangerous-direct-browser-access", value, func(s *javascript.File, at int32) { report(s, at, `"false"`) }); err != nil {
			return err
		}
	}
	return nil
}

// browserHeader reports the header of a client in the browser that is set by a call: headers.set(name, "true").
func browserHeader(p *checks.Pass) error {
	const header = "anthropic-dangerous-direct-browser-access"
	s, err := checks.Script.Of(p.File)
	if s == nil || !bytesHave(s.Src, header) {
		return err
	}
	for i := range s.Calls {
		c := &s.Calls[i]
		args := s.Args(c.Open)
		if method := s.Word(c.Open - 1); len(args) != 2 || method != "set" && method != "append" {
			continue
		}
		name, _ := s.Str(args[0][0], args[0][1])
		if value, _ := s.Str(args[1][0], args[1][1]); name != header || value != "true" {
			continue
		}
		f := p.At(int(s.Toks[c.First].Start), int(s.Toks[c.Close].End), "The client of the model runs in the browser: whoever opens the page can take the key.")
		f.Anchor = header
		if serverRoute.MatchString(p.File.Path) {
			f.Lower(rules.Low, "the file is a route of the server")
		}
		f.Fixes = []checks.Fix{checks.Steps("no-browser", "Call the model from the server", "Take the header out.", "Send the request from a route of the server that holds the key, and let the page call that.")}
	}
	return err
}
