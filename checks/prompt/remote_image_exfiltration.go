package prompt

import (
	"regexp"
	"strings"

	"bakedin/checks"
	"bakedin/internal/lang/markdown"
	"bakedin/rules"
)

var badges = regexp.MustCompile(`(?i)shields\.io|badgen\.net|codecov\.io|/badge|badge\.svg|coveralls\.io|star-history|contrib\.rocks|github\.com/[^/]+/[^/]+/(?:actions|workflows)|visualstudio\.com/|dev\.azure\.com/|(?:^|//)github\.com/|githubusercontent\.com/|gitlab\.com/|localhost|127\.0\.0\.1|example\.(?:com|org)/(?:path|page|article)`)

// remoteImageExfiltration reports an image, or a link, whose address the model is to fill in: showing the answer sends what
// stands there to the host.
func remoteImageExfiltration(p *checks.Pass, m checks.TextMatch) {
	start, end := m.Groups[0], m.Groups[1]
	text := m.Group(0)
	// ${{ … }} is filled in by the workflow that sends the text.
	if badges.MatchString(text) || strings.Contains(text, "${{ ") || attackFolder.MatchString(p.File.Path) {
		return
	}
	if d, _ := Blocks.Of(p.File); d != nil && guardHeading.MatchString(d.Heading(start)) && d.At(start)&(markdown.Code|markdown.Quote) != 0 {
		return
	}
	if guardWords.Match(m.Text[max(sentenceStart(m.Text, start), start-guardReach):start]) {
		return
	}
	f := p.At(start, end, "The reader is to fill in an address of another host: showing the answer sends it what was filled in.")
	f.Anchor = "image " + text
	if !strings.HasPrefix(text, "!") {
		f.Message = "The reader is to fill in the address of a link to another host: whoever clicks sends it what was filled in."
		f.Lower(rules.Medium, "a link has to be clicked")
	}
	f.Fixes = []checks.Fix{checks.Steps("own-host", "Keep the answer from loading what others serve", "Take the address out, or let your own code fill in a value from a list.", "Show answers of the model under a content security policy that loads images from your own hosts only.")}
}
