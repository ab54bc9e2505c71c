package data

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"bakedin/checks"
	"bakedin/internal/repo"
	"bakedin/rules"
)

var (
	cardName  = regexp.MustCompile(`(?i)^model[_-]?card`)
	hubCard   = regexp.MustCompile(`(?m)^(?:library_name|pipeline_tag|base_model|model-index|base_model_relation)\s*:`)
	aboutUse  = regexp.MustCompile(`(?i)\b(?:intended (?:uses?|users?|purpose)|(?:direct|downstream|evaluated|primary|expected) uses?|uses?|use cases?|out[- ]of[- ]scope|purpose)\b|what it is for|\b(?:verwendung|einsatz|nutzung)\w*|\butilisation|\buso (?:previsto|previsti)`)
	limits    = regexp.MustCompile(`(?i)\b(?:limit(?:s|ations?)?|risks?|bias(?:es)?|known issues|failure modes?|caveats?|weaknesses|grenzen|einschränkungen|schwächen|limites|limitaciones)\b`)
	aboutData = regexp.MustCompile(`(?i)\b(?:(?:training|fine-?tuning|evaluation)\b.*\bdata(?:sets?)?|data(?:sets?)? (?:sources?|used)|datasets?|data|trainingsdaten|données|datos)\b`)
	aboutItem = regexp.MustCompile(`(?i)\bmodel (?:card|details|description|summary)\b|\bmodellkarte\b`)
)

// card is what a document has of a model card.
type card struct {
	*checks.Document
	use, limits, data bool
	assets            []string
	there             bool // the product holds models
}

// cardOf reads a document as a model card; nil when it is none: a README counts when it has the front matter of a hub or
// describes a model file, another document when it has all three sections and names one.
func cardOf(p *checks.Pass) *card {
	d, err := checks.DocumentOf.Of(p.File)
	if err != nil {
		return nil
	}
	c := &card{Document: d, use: d.Said(aboutUse), limits: d.Said(limits), data: d.Said(aboutData)}
	c.assets, c.there = subjects(p, d, repo.Model)
	base := path.Base(p.File.Path)
	switch {
	case cardName.MatchString(base), hubCard.Match(d.Text[:d.Front]):
	case strings.EqualFold(base, "README.md"):
		if len(c.assets) == 0 && !(c.full() && aboutItem.MatchString(firstTitle(d))) {
			return nil
		}
	case !c.full() || len(c.assets) == 0:
		return nil
	}
	return c
}

func (c *card) full() bool { return c.use && c.limits && c.data }

func firstTitle(d *checks.Document) string {
	if len(d.Sections) == 0 {
		return ""
	}
	return d.Sections[0].Title
}

// bound is the strength of something that a card says: a card that is about none of the models here is a mention.
func (c *card) bound(strength rules.Strength) (rules.Strength, string) {
	if c.there && len(c.assets) == 0 && strength > rules.E1 {
		return rules.E1, "The card is about none of the models here: it lies beside none, and names none."
	}
	return strength, ""
}

// judgeCard makes a judge of the part of a card that its rule asks for.
func judgeCard(enough func(c *card) string) checks.JudgeFunc {
	return func(p *checks.Pass, m checks.TextMatch) {
		if settled(p, m) {
			return
		}
		c := cardOf(p)
		if c == nil {
			return
		}
		strength := c.At(m.Groups[0], m.Groups[1])
		if strength == rules.E0 {
			return
		}
		strength, message := c.bound(strength)
		if short := enough(c); short != "" && strength > rules.E1 {
			strength, message = rules.E1, short
		}
		keepBest(p, m, strength, message, c.assets).Names = mentioned(c.Document)
	}
}

// maxCard is how long a card may be, in bytes: what is longer is no card.
const maxCard = 256 << 10

// settled tells whether another match of the file can add nothing.
func settled(p *checks.Pass, m checks.TextMatch) bool {
	return len(m.Text) > maxCard || slices.ContainsFunc(p.Found(), func(f *checks.Finding) bool {
		return f.Anchor == described && (f.Strength > rules.E1 || f.Message != "")
	})
}

// keepBest reports a match, and drops a weaker one of the same file.
func keepBest(p *checks.Pass, m checks.TextMatch, strength rules.Strength, message string, assets []string) *checks.Finding {
	for _, f := range p.Found() {
		if f.Anchor == described && f.Strength >= strength {
			return f
		}
		if f.Anchor == described {
			p.Drop(f)
			break
		}
	}
	f := p.At(m.Groups[0], m.Groups[1], message)
	f.Strength, f.Anchor = strength, described
	if strength > rules.E1 {
		f.Assets = assets
	}
	return f
}

const described = "describes"

// modelCard wants use, limits and data.
func modelCard(c *card) string {
	var lacks []string
	for _, part := range []struct {
		said bool
		name string
	}{{c.use, "intended use"}, {c.limits, "limits"}, {c.data, "training data"}} {
		if !part.said {
			lacks = append(lacks, part.name)
		}
	}
	if len(lacks) == 0 {
		return ""
	}
	return fmt.Sprintf("The card has no section with text on %s.", strings.Join(lacks, ", "))
}

func anyCard(*card) string { return "" }

var (
	collected = regexp.MustCompile(`(?i)\b(?:collect\w*|sources?|provenance|curation|annotation|filter\w*|herkunft|erhebung|quellen?)\b`)
	licensed  = regexp.MustCompile(`(?i)\blicen[cs]\w*|\bterms\b|\bCC0\b|\bCC[- ]BY|\bpublic domain\b|\blizenz\w*`)
	dated     = regexp.MustCompile(`(?i)\b(?:19|20)\d\d\b|\bversion\b|\bv\d`)
)

// dataCard reports the description of a dataset: source, date or version, licence, and how it was collected or filtered.
func dataCard(p *checks.Pass, m checks.TextMatch) {
	if settled(p, m) {
		return
	}
	d, err := checks.DocumentOf.Of(p.File)
	if err != nil {
		return
	}
	strength := d.At(m.Groups[0], m.Groups[1])
	if strength == rules.E0 {
		return
	}
	assets, there := subjects(p, d, repo.Dataset)
	message := ""
	if path.Ext(p.File.Path) == ".json" {
		if strength = rules.E1; croissant(d.Text) {
			strength = rules.E2
		}
	} else if strength > rules.E1 {
		switch {
		case there && len(assets) == 0:
			message = "The card is about none of the datasets here: it lies beside none, and names none."
		case !d.Said(collected):
			message = "The card does not say how the data was collected or where it comes from."
		case !d.States(licensed) && !frontHas(d, licenceKey):
			message = "The card names no licence or terms."
		case !dated.Match(d.Text):
			message = "The card names no date or version."
		}
		if message != "" {
			strength = rules.E1
		}
	}
	keepBest(p, m, strength, message, assets)
}

// croissant tells whether a description for machines has values where a card for people has text.
func croissant(text []byte) bool {
	for _, key := range []string{"license", "description", "(?:version|datePublished)", "(?:url|distribution|creator|citeAs|recordSet)"} {
		if !regexp.MustCompile(`"` + key + `"\s*:\s*(?:"[^"]{2,}|[\[{]\s*["{])`).Match(text) {
			return false
		}
	}
	return true
}

var licenceKey = regexp.MustCompile(`(?m)^licen[cs]e\s*:[ \t]*(?:[A-Za-z][\w.-]+|\n\s*-\s*[A-Za-z])`)

func frontHas(d *checks.Document, key *regexp.Regexp) bool { return key.Match(d.Text[:d.Front]) }
