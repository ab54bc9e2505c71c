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
	for _, a := range s.Assignments() {
		if strings.HasSuffix(s.Dotted(a.Target, a.TargetEnd), "env.NODE_TLS_REJECT_UNAUTHORIZED") && strings.Trim(string(s.Text(a.First, a.Last)), `"'`) == "0" {
			f := p.At(int(s.Toks[a.Target].Start), int(s.Toks[a.Last-1].End), "No connection of this process checks a certificate any more.")
			f.InAI = importsModule(s, modelModules)
			if s.IsOp(a.Target-1, ')') && s.Word(s.Toks[a.Target-1].Mate-1) == "if" {
				f.Lower(rules.Medium, "it is so only when a setting asks for it")
			}
			f.Fixes = []checks.Fix{{ID: "verify", Title: "Check certificates", Applicability: checks.Manual, Steps: []string{"Delete the line.", "For an authority of your own, set NODE_EXTRA_CA_CERTS to its certificate."}}}
		}
	}
	return err
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

var listens = regexp.MustCompile(`\.listen$|^(?:Bun|Deno)\.serve$`)

func scriptBindsEverywhere(p *checks.Pass) error {
	s, err := checks.Script.Of(p.File)
	if s == nil {
		return err
	}
	for i := range s.Calls {
		c := &s.Calls[i]
		if !listens.MatchString(s.Callee(c)) {
			continue
		}
		for _, a := range s.Args(c.Open) {
			at := a[0]
			if first, _, ok := s.Property(a[0], "host"); ok {
				at = first
			}
			if v, ok := s.Literal(at); ok && (v == "0.0.0.0" || v == "::") {
				f := p.At(int(s.Toks[c.First].Start), int(s.Toks[c.Open].Start), "The server listens on every interface of the machine.")
				f.InAI = importsModule(s, modelModules)
				if runInContainer(p.Repo, p.File.Path) {
					f.Lower(rules.Low, "a container file is beside it, and what is published is said there")
				}
			}
		}
	}
	return err
}

func scriptCORS(p *checks.Pass) error {
	return eachProperty(p, "credentials", "true", func(s *javascript.File, at int32) {
		brace := s.Around(at, '{')
		if brace == 0 || !s.IsOp(brace-1, '(') || s.Word(brace-2) != "cors" {
			return
		}
		if first, last, ok := s.Property(brace, "origin"); ok {
			if v := strings.Trim(string(s.Text(first, last)), `"'`); v == "true" || v == "*" {
				p.At(int(s.Toks[brace-2].Start), int(s.Toks[brace].Start), "Any origin may call the endpoint with the user's credentials.").InAI = importsModule(s, modelModules)
			}
		}
	})
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
	for _, value := range []string{`"true"`, `'true'`} {
		if err := eachProperty(p, "anthropic-dangerous-direct-browser-access", value, func(s *javascript.File, at int32) { report(s, at, `"false"`) }); err != nil {
			return err
		}
	}
	return nil
}
