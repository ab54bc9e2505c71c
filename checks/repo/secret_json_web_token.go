package repo

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"time"

	"bakedin/checks"
	"bakedin/checks/secrets"
	"bakedin/internal/repo"
	"bakedin/rules"
)

// secretJSONWebToken reports a signed token, by what its claims allow. It is decoded, never verified and never sent; of the
// claims only role, issuer and expiry are told.
func secretJSONWebToken(p *checks.Pass, m checks.TextMatch) {
	value := m.Group(0)
	parts := strings.Split(value, ".")
	if len(parts) != 3 {
		return
	}
	var head struct {
		Alg string `json:"alg"`
	}
	claims := map[string]any{}
	if !decoded(parts[0], &head) || head.Alg == "" || !decoded(parts[1], &claims) {
		return
	}
	if sub, _ := claims["sub"].(string); sub == "1234567890" { // the token of jwt.io
		return
	}
	anchor := secrets.Anchor(value)
	for _, f := range p.Found() {
		if f.Anchor == anchor {
			return
		}
	}
	role := roleOf(claims)
	about := "a token signed with " + head.Alg
	if host := issuer(claims); host != "" {
		about += ", issued by " + host
	}
	if role != "" {
		about += ", for the role " + role
	}
	f := p.At(m.Groups[0], m.Groups[1], "Here stands "+about+".")
	f.Anchor = anchor
	expiry, expires := claims["exp"].(float64)
	switch {
	case claims["iss"] == "supabase-demo":
		f.Lower(rules.Low, "it is the published token of every local Supabase")
	case role == "anon" || role == "authenticated" || role == "public":
		f.Lower(rules.Low, "the role is one that everybody has")
	case expires && time.Unix(int64(expiry), 0).Before(p.Repo.Now):
		f.Lower(rules.Low, fmt.Sprintf("it expired on %s", time.Unix(int64(expiry), 0).UTC().Format(time.DateOnly)))
	case strings.Contains(role, "service_role") || strings.Contains(role, "admin") || strings.Contains(role, "superuser") || role == "root" || strings.Contains(role, "write:*"):
		f.Lower(rules.Critical, "the role may do everything")
	case p.File.InTests() || p.File.Place == repo.Documents:
		f.Lower(rules.Medium, "tokens in tests and documentation are nearly always examples")
	}
	f.Fixes = []checks.Fix{rotate("the token")}
}

func decoded(part string, into any) bool {
	b, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(part, "="))
	return err == nil && json.Unmarshal(b, into) == nil
}

func roleOf(claims map[string]any) string {
	for _, key := range []string{"role", "roles", "scope", "permissions"} {
		switch v := claims[key].(type) {
		case string:
			return v
		case []any:
			var all []string
			for _, x := range v {
				all = append(all, fmt.Sprint(x))
			}
			return strings.Join(all, " ")
		}
	}
	if realm, ok := claims["realm_access"].(map[string]any); ok {
		return roleOf(realm)
	}
	for key, v := range claims {
		if s, ok := v.(string); ok && strings.HasPrefix(key, "https://") && strings.HasSuffix(key, "/role") {
			return s
		}
	}
	return ""
}

func issuer(claims map[string]any) string {
	iss, _ := claims["iss"].(string)
	if u, err := url.Parse(iss); err == nil && u.Hostname() != "" {
		return u.Hostname()
	}
	if len(iss) < 40 {
		return iss
	}
	return ""
}
