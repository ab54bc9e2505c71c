package prompt

import (
	"context"
	"fmt"

	"bakedin/checks"
	"bakedin/internal/repo"
	"bakedin/internal/safe"
	"bakedin/rules"
)

// how much of a hidden text is shown
const shownHidden = 200

// hiddenTagCharacters reports tag characters: a second ASCII that nobody sees and models read. The flag of a region spells
// its name in them; those of England, Scotland and Wales are in use, two others a file are let pass.
func hiddenTagCharacters(_ context.Context, p *checks.Pass) error {
	text, err := Chars.Of(p.File)
	if text == nil {
		return err
	}
	flags := 0
	for i := 0; i < len(text); i++ {
		if !isTag(text[i].r) {
			continue
		}
		first := i
		hidden := ""
		for ; i < len(text) && isTag(text[i].r); i++ {
			if r := text[i].r - 0xE0000; r >= ' ' && r < 0x7F {
				hidden += string(r)
			}
		}
		if flag(text, first, i, hidden) {
			if known := hidden == "gbeng" || hidden == "gbsct" || hidden == "gbwls"; known {
				continue
			}
			if flags++; flags <= 2 {
				continue
			}
		}
		shown := string(safe.Line(checks.MaskSecrets(hidden[:min(len(hidden), shownHidden)])))
		f := p.At(text[first].start(), text[i-1].end(), counted(i-first, "tag character spells", "tag characters spell")+fmt.Sprintf(" text that nobody sees: %q", shown))
		f.Anchor = "tags " + fmt.Sprint(len(p.Found()))
		if flags > 2 && i-first <= 7 {
			f.Lower(rules.Medium, "it looks like the flag of a region that has none")
		} else if !forModel(p, text[first].start()) {
			f.Lower(rules.High, "the file is not one that is written for a model")
		}
		f.Fixes = []checks.Fix{remove(p, text, first, i, checks.Safe)}
	}
	return nil
}

// counted is a number with its noun and verb.
func counted(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprint(n) + " " + many
}

// flag tells whether the run spells a region behind a black flag.
func flag(text []char, first, end int, hidden string) bool {
	return at(text, first-1) == 0x1F3F4 && text[end-1].r == 0xE007F && len(hidden) >= 3 && len(hidden) <= 6 && end-first == len(hidden)+1
}

// remove deletes exactly the characters [first, end).
func remove(p *checks.Pass, text []char, first, end int, class checks.Applicability) checks.Fix {
	fix := checks.Fix{ID: "remove-hidden", Title: "Remove the hidden characters", Applicability: class, Edits: []repo.TextEdit{p.Replace(text[first].start(), text[end-1].end(), "")}}
	if class == checks.Unsafe {
		fix.Breaks = "If a person put them there for a reason, it is lost: look at who changed the line."
	}
	return fix
}
