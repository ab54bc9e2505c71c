package prompt

import (
	"context"
	"strings"
	"unicode"

	"bakedin/checks"
	"bakedin/internal/lang/keys"
	"bakedin/internal/repo"
)

// look-alikes of Latin letters in other scripts. Source: the confusables of Unicode TR 39, the ones in use.
var latin = map[rune]rune{
	'а': 'a', 'е': 'e', 'о': 'o', 'р': 'p', 'с': 'c', 'у': 'y', 'х': 'x', 'і': 'i', 'ј': 'j', 'ѕ': 's', 'һ': 'h', 'ԁ': 'd', 'ԛ': 'q', 'ԝ': 'w', 'в': 'b', 'к': 'k', 'м': 'm', 'н': 'h', 'т': 't',
	'А': 'A', 'В': 'B', 'Е': 'E', 'К': 'K', 'М': 'M', 'Н': 'H', 'О': 'O', 'Р': 'P', 'С': 'C', 'Т': 'T', 'Х': 'X', 'І': 'I', 'Ј': 'J', 'Ѕ': 'S',
	'ο': 'o', 'α': 'a', 'ν': 'v', 'ι': 'i', 'κ': 'k', 'ρ': 'p', 'τ': 't', 'υ': 'u', 'Α': 'A', 'Β': 'B', 'Ε': 'E', 'Η': 'H', 'Ι': 'I', 'Κ': 'K', 'Μ': 'M', 'Ν': 'N', 'Ο': 'O', 'Ρ': 'P', 'Τ': 'T', 'Χ': 'X', 'Υ': 'Y', 'Ζ': 'Z',
	'օ': 'o', 'ս': 'u', 'ո': 'n', 'ց': 'g',
}

// keys whose value names something that is run, called or fetched
var names = map[string]bool{"command": true, "name": true, "url": true, "serverUrl": true, "httpUrl": true, "tool": true, "package": true, "image": true, "uses": true}

// homoglyphName reports a name that mixes Latin letters with look-alikes of other scripts. Prose, and words of one script,
// are not looked at.
func homoglyphName(_ context.Context, p *checks.Pass) error {
	root, err := checks.Keys.Of(p.File)
	if root == nil || err != nil {
		return err
	}
	text, err := p.File.Bytes()
	if err != nil {
		return err
	}
	var walk func(n *keys.Node, key string, depth int)
	walk = func(n *keys.Node, key string, depth int) {
		if depth > 60 {
			return
		}
		if n.KeyEnd > n.KeyStart {
			named(p, text, n.Key, n.KeyStart, n.KeyEnd)
			key = n.Key
		}
		if n.Kind == keys.Scalar && (names[key] || key == "args" || key == "tools" || key == "allowed-tools") {
			named(p, text, n.Value, n.Start, n.End)
		}
		for _, c := range n.Items {
			walk(c, key, depth+1)
		}
	}
	walk(root, "", 0)
	return nil
}

func named(p *checks.Pass, text []byte, name string, start, end int) {
	if strings.ContainsAny(name, " \t\n") || len(name) > 200 {
		return
	}
	for _, word := range strings.FieldsFunc(name, func(r rune) bool { return strings.ContainsRune("/:@-_.=?&", r) || unicode.IsDigit(r) }) {
		fake, real := rune(0), 0
		for _, r := range word {
			switch {
			case latin[r] != 0 || r >= 0xFF21 && r <= 0xFF5A:
				fake = r
			case r < 0x80 && unicode.IsLetter(r):
				real++
			}
		}
		if fake == 0 || real == 0 {
			continue
		}
		f := p.At(start, end, "The name holds a letter of another script that looks like a Latin one: it is another name than the one you read.")
		f.Anchor = "homoglyph " + name
		raw := string(text[start:end])
		plain := strings.Map(func(r rune) rune {
			if l := latin[r]; l != 0 {
				return l
			}
			if r >= 0xFF21 && r <= 0xFF5A {
				return r - 0xFEE0
			}
			return r
		}, raw)
		if plain != raw {
			f.Fixes = []checks.Fix{{ID: "latin-letters", Title: "Write it in Latin letters", Applicability: checks.Unsafe, Edits: []repo.TextEdit{p.Replace(start, end, plain)}, Breaks: "The name is then another one: make sure that it is the one you mean."}}
		}
		return
	}
}
