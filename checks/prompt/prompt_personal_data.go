package prompt

import (
	"regexp"
	"strings"

	"bakedin/checks"
	"bakedin/internal/checkdigit"
	"bakedin/internal/repo"
	"bakedin/rules"
)

var (
	inventedHost = regexp.MustCompile(`(?i)@(?:[\w-]+\.)*(?:example|test|invalid|localhost|sample|domain|company|acme|email|mail|foo|bar|yourdomain|yourcompany|your-company|mycompany|corp|abc|xyz|anthropic|openai|noreply)\.?(?:com|org|net|edu|io|co|de)?\b|\.(?:test|example|invalid|local)\b|^(?:noreply|no-reply|user|users?\d*|test|name|you|your\w*|first\.?last|john\.?doe|jane\.?doe|john|jane|alice|bob|support|info|contact|hello|admin|sales|security|git|me|someone|foo|bar|email|example|sample)[\w.+-]*@`)
	loginOf      = regexp.MustCompile(`\b(?:ssh|scp|sftp|rsync|mosh|clone)\s+(?:-\S+\s+)*$`) // an account of a machine
	inAddress    = regexp.MustCompile(`://[^\s/"']*$`)                                       // the account in an address is before the host
	authorLine   = regexp.MustCompile(`(?i)author|maintainer|copyright|licen[sc]e|contact|co-authored|signed-off|owner|mailto:|report|support`)
	testCards    = map[string]bool{"4111111111111111": true, "4242424242424242": true, "5555555555554444": true, "378282246310005": true, "4000000000000002": true, "6011111111111117": true, "5105105105105100": true, "4012888888881881": true, "371449635398431": true, "3530111333300000": true, "4000056655665556": true}
	testIBANs    = map[string]bool{"DE89370400440532013000": true, "GB82WEST12345698765432": true, "GB29NWBK60161331926819": true, "FR1420041010050500013M02606": true, "NL91ABNA0417164300": true, "ES9121000418450200051332": true, "CH9300762011623852957": true}
)

// promptPersonalData reports data of a person in a prompt: every request carries it to the provider.
func promptPersonalData(p *checks.Pass, m checks.TextMatch) {
	text := m.Group(0)
	line := lineOf(m.Text, m.Groups[0])
	if attackFolder.MatchString(p.File.Path) || p.File.Is(repo.Agent) && authorLine.MatchString(line) {
		return
	}
	what, severity := "", rules.Medium
	switch m.Index {
	case 0:
		if inventedHost.MatchString(text) || authorLine.MatchString(line) || inAddress.Match(m.Text[max(0, m.Groups[0]-80):m.Groups[0]]) || loginOf.MatchString(string(m.Text[max(0, m.Groups[0]-60):m.Groups[0]])) {
			return
		}
		what = "an e-mail address"
	case 1:
		iban := strings.ToUpper(strings.ReplaceAll(text, " ", ""))
		if !checkdigit.Account(iban) || testIBANs[iban] {
			return
		}
		what = "a bank account (IBAN)"
	case 2:
		card := strings.NewReplacer(" ", "", "-", "").Replace(text)
		if !checkdigit.Card(card) || testCards[card] || strings.Count(card, card[:1]) > len(card)-4 {
			return
		}
		what = "the number of a payment card"
	case 3:
		if area := text[:3]; area == "000" || area == "666" || area[0] == '9' || text[4:6] == "00" || text[7:] == "0000" || text == "123-45-6789" || text == "078-05-1120" || text == "111-11-1111" {
			return
		}
		what = "a social security number"
	}
	for _, f := range p.Found() {
		if f.Anchor == "personal "+what {
			f.Related = append(f.Related, checks.Related{Role: "same", Message: "another one", Start: checks.Position{Byte: m.Groups[0]}, End: checks.Position{Byte: m.Groups[1]}})
			return
		}
	}
	f := p.At(m.Groups[0], m.Groups[1], "The prompt holds "+what+", and every request carries it to the provider.")
	f.Anchor = "personal " + what
	if severity != p.Rule.Severity {
		f.Severity = severity
	}
	f.Fixes = []checks.Fix{checks.Steps("invent", "Write an invented one", "Put one of the same shape in its place: name@example.com, a number of the test ranges.", "When it is that of a real person: see what the history and the logs of the provider hold.")}
}

func lineOf(text []byte, at int) string {
	start := strings.LastIndexByte(string(text[:at]), '\n') + 1
	end := len(text)
	if i := strings.IndexByte(string(text[at:]), '\n'); i >= 0 {
		end = at + i
	}
	return string(text[start:end])
}
