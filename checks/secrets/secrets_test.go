package secrets_test

import (
	"strings"
	"testing"

	"bakedin/checks/secrets"
	"bakedin/rules"
)

func TestEveryFormatFindsAKeyOfItsOwn(t *testing.T) {
	all, err := rules.Secrets()
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range all {
		v, err := secrets.Fake(s.ID)
		if err != nil {
			t.Error(err)
			continue
		}
		text := s.Env + "=" + v
		if s.Near != "" {
			text = "telegram_bot_token discord notion azure openai " + s.Env + "=" + v
		}
		hits := secrets.In([]byte(text))
		if len(hits) == 0 {
			t.Errorf("%s: nothing found in a line that assigns it", s.ID)
		}
		if strings.Contains(secrets.Describe(&s, v), v) {
			t.Errorf("%s: the description holds the value", s.ID)
		}
	}
}

func TestValuesThatAreNoKeys(t *testing.T) {
	for _, text := range []string{
		"OPENAI_API_KEY=sk-" + strings.Repeat("x", 48),
		"api_key: sk-your-key-goes-in-here-please-and-nowhere-else-ok",
		"hf_" + strings.Repeat("a", 34),
		"AKIA" + "IOSFODNN7EXAMPLE",
		"mistral: 7b-instruct-v0.2-Q4-K-M-GGUF-file-of-models",
		"sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
		"class=sk-toggleable__content-arrow-label-and-more-of-the-same-kind-here",
		"pk_live_" + strings.Repeat("a1", 14),
		"task-" + strings.Repeat("a1b2c3d4", 6),
	} {
		if hits := secrets.In([]byte(text)); len(hits) > 0 {
			t.Errorf("%q: %s", text, hits[0].Secret.ID)
		}
	}
}
