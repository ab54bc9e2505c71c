package prompt

import (
	"encoding/base64"
	"encoding/hex"
	"regexp"
	"strings"

	"bakedin/checks"
	"bakedin/internal/repo"
	"bakedin/internal/safe"
	"bakedin/rules"
)

var (
	harmlessBlob = regexp.MustCompile(`(?i)data:(?:image|font|audio|video)/|sha(?:256|384|512)-|-----BEGIN|ssh-(?:rsa|ed25519)|eyJ[\w-]+\.eyJ|integrity`)
	payload      = regexp.MustCompile(`(?i)\b(?:curl|wget|bash|sh|powershell|python|node)\b[^\n]{0,200}https?://|https?://[^\n]{0,200}\|\s*(?:ba)?sh|\|\s*(?:ba)?sh\b|\beval\(|\bexec\(|subprocess|os\.system|Invoke-Expression`)
)

// encodedInstructionBlock reports text in base64 or hexadecimal that turns out to be an order or a command.
func encodedInstructionBlock(p *checks.Pass, m checks.TextMatch) {
	blob := m.Group(1)
	start := m.Groups[2]
	if attackFolder.MatchString(p.File.Path) || harmlessBlob.Match(m.Text[max(0, start-60):min(len(m.Text), start+10)]) {
		return
	}
	plain := decode(blob, 2)
	if plain == "" || !toAgent.MatchString(plain) && !payload.MatchString(plain) {
		return
	}
	f := p.At(start, m.Groups[3], "The block is text in another spelling: "+string(safe.Line(checks.MaskSecrets(plain[:min(len(plain), shownHidden)]))))
	f.Anchor = "encoded"
	if a := p.File.Asset(repo.Agent); a != nil && (a.Format == "skill" || a.Format == "mcp") {
		f.Lower(rules.High, "the file is one that an agent follows")
	}
	f.Fixes = []checks.Fix{lookWho("drop-block", "Take the block out")}
}

// decode reads one or two layers; empty when what comes out is no text.
func decode(s string, layers int) string {
	s = strings.Join(strings.Fields(s), "")
	if len(s) > 64<<10 {
		s = s[:64<<10]
	}
	var out []byte
	if strings.Trim(strings.ToLower(s), "0123456789abcdef") == "" {
		b, err := hex.DecodeString(s[:len(s)/2*2])
		if err != nil {
			return ""
		}
		out = b
	} else {
		s = strings.NewReplacer("-", "+", "_", "/").Replace(strings.TrimRight(s, "="))
		b, err := base64.RawStdEncoding.DecodeString(s[:len(s)/4*4])
		if err != nil {
			return ""
		}
		out = b
	}
	printable := 0
	for _, b := range out {
		if b >= ' ' && b < 0x7F || b == '\n' || b == '\t' || b == '\r' {
			printable++
		}
	}
	if len(out) < 20 || printable*10 < len(out)*8 {
		return ""
	}
	plain := string(out)
	if layers > 1 {
		if inner := regexp.MustCompile(`[A-Za-z0-9+/_-]{80,}={0,2}`).FindString(plain); inner != "" {
			if deeper := decode(inner, layers-1); deeper != "" {
				return deeper
			}
		}
	}
	return plain
}
