package code

import (
	"bakedin/checks"
	"bakedin/internal/lang/javascript"
)

var (
	markup    = match(`(?i)<(?:!doctype|html|body|main|section|article|div|p|pre|span|h[1-6]|ul|li|table)\b`)
	typeHTML  = match(`(?i)text/html`)
	rawHTML   = match(`^rehype-raw$`)
	sanitiser = match(`^rehype-sanitize$|sanitize-html|dompurify`)
)

// sentPage is the page that a server answers with: a text that is written out as markup.
func sentPage(s *javascript.File, c *javascript.Call) (parts [][2]int32, does string) {
	args := s.Args(c.Open)
	if len(args) == 0 || s.Toks[args[0][0]].Kind != javascript.TStart && s.Toks[args[0][0]].Kind != javascript.Str {
		return nil, ""
	}
	if s.Callee(c) == "Response" && (len(args) < 2 || !typeHTML.Match(s.Text(args[1][0], args[1][1]))) || !markup.Match(s.Text(args[0][0], args[0][1])) {
		return nil, ""
	}
	return args[:1], asHTML
}

// rawMarkdown reports renderers of Markdown that are told to keep the HTML in a model's answer.
func rawMarkdown(p *checks.Pass) error {
	s, err := checks.Script.Of(p.File)
	if s == nil || !importsModule(s, rawHTML) || importsModule(s, sanitiser) || !importsModule(s, modelModules) {
		return err
	}
	for _, m := range s.Imports {
		if m.Module != "rehype-raw" {
			continue
		}
		for i := m.Tok + 1; int(i) < len(s.Toks); i++ {
			if s.Toks[i].Kind == javascript.Name && s.Word(i) == m.Local {
				f := p.At(int(s.Toks[i].Start), int(s.Toks[i].End), "The HTML in what the model answers becomes part of the page: "+m.Local+" without a sanitiser.")
				f.Anchor, f.InAI = "markup rehype-raw", true
				f.Fixes = []checks.Fix{sanitise}
				break
			}
		}
	}
	return err
}
