package code

import (
	"context"
	"regexp"
	"strings"

	"bakedin/checks"
	"bakedin/rules"
)

// tlsVerification is the detector of tls-verification-off.
type tlsVerification struct{}

// Run implements checks.Check over sources.
func (tlsVerification) Run(ctx context.Context, p *checks.Pass) error { return tlsOff(ctx, p) }

var tlsVariables = []environment{
	{name: match(`^(?:PYTHONHTTPSVERIFY|NODE_TLS_REJECT_UNAUTHORIZED)$`), when: func(v string) bool { return v == "0" }, says: "tells programs not to check certificates.", lower: rules.Medium},
	{name: match(`^(?:CURL_CA_BUNDLE|REQUESTS_CA_BUNDLE)$`), when: func(v string) bool { return v == "" }, says: "is empty: requests checks no certificate.", lower: rules.Medium},
	{name: match(`^(?:GIT_SSL_NO_VERIFY|HF_HUB_DISABLE_SSL\w*)$`), when: isOn, says: "tells programs not to check certificates.", lower: rules.Medium},
}

var sslVerifyOff = regexp.MustCompile(`^[ \t=:]+["']?(?:false|0|no)\b`)

// Judge implements checks.Judge over scripts, container files, manifests and Go.
func (tlsVerification) Judge(p *checks.Pass, m checks.TextMatch) {
	for _, e := range tlsVariables {
		if e.judge(p, m) {
			return
		}
	}
	text := m.Group(0)
	what, why := "", ""
	switch {
	case commented(m.Text, m.Groups[0]):
		return
	case strings.HasPrefix(text, "http.sslVerify"):
		if sslVerifyOff.Match(m.Text[m.Groups[1]:]) {
			what, why = "git is told not to check certificates.", "it is one command of a script"
		}
	case strings.HasPrefix(text, "curl"), strings.HasPrefix(text, "wget"):
		if !strings.Contains(text, "localhost") && !strings.Contains(text, "127.0.0.1") && !strings.Contains(text, "[::1]") {
			what, why = text[:4]+" is told not to check certificates: whoever is on the way chooses what arrives.", "it is one command of a script"
		}
	case strings.HasPrefix(text, "InsecureSkipVerify"):
		what, why = "InsecureSkipVerify: no certificate is checked.", "whom the connection leads to is not seen"
	}
	if what == "" {
		return
	}
	f := p.At(m.Groups[0], m.Groups[1], what)
	f.Anchor = "tls " + short(text)
	f.Lower(rules.Medium, why)
	f.Fixes = []checks.Fix{checks.Steps("trust-a-certificate", "Check certificates", "Take the switch out: the default checks.", "For an authority of your own, give its certificate: --cacert, --ca-certificate, http.sslCAInfo, RootCAs.")}
}
