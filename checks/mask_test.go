package checks

import (
	"strings"
	"testing"
)

func TestMaskSecretsKeepsOnlyTheEnd(t *testing.T) {
	key := "sk-" // assembled, so that no key stands in the source
	for i := range 32 {
		key += string("abcdefghijkmnpqrstuvwxyz23456789ABCDEFGHJK"[i*29%42])
	}
	key += "wxyz"
	sha := strings.Repeat("0123456789abcdef", 4)[:40]
	for _, c := range []struct{ name, line, want string }{
		{"a key in an assignment", `api_key = "` + key + `"`, `api_key = "…wxyz"`},
		{"ordinary code stays", `model = AutoModelForSequenceClassification.from_pretrained(name)`, `model = AutoModelForSequenceClassification.from_pretrained(name)`},
		{"a long identifier without digits stays", "this_is_a_very_long_identifier_of_python_code", "this_is_a_very_long_identifier_of_python_code"},
		{"a commit that is named as a revision stays", `revision="` + sha + `"`, `revision="` + sha + `"`},
		{"a line of sha1sum stays", sha + "  models/net.pt", sha + "  models/net.pt"},
		{"digits before a sentence do not", sha + "  is the key", "…" + sha[36:] + "  is the key"},
		{"the same digits without a name do not", `x = "` + sha + `"`, `x = "…` + sha[36:] + `"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := MaskSecrets(c.line); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

func TestHiding(t *testing.T) {
	m := (&Mask{}).Hiding([]string{"tR8vKq2LmZ", "tR8v", "abc", "-----BEGIN PRIVATE KEY-----"})
	for line, want := range map[string]string{
		`PGPASSWORD=tR8vKq2LmZ psql`: `PGPASSWORD=…mZ psql`,
		`abc tR8v`:                   `abc …v`,
		`"key": "-----BEGIN PRIVATE KEY-----\nMIIE/x+y\n-----END PRIVATE"`: `"key": "-----BEGIN PRIVATE KEY-----…`,
	} {
		if got := m.Line(line); got != want {
			t.Errorf("%s: %s, want %s", line, got, want)
		}
	}
}
