package repo_test

import (
	"context"
	"encoding/base64"
	"strings"
	"testing"

	"bakedin/checks/builtin"
	"bakedin/checks/checkstest"
	"bakedin/checks/secrets"
)

func TestASecretOfKubernetesIsDecoded(t *testing.T) {
	key, err := secrets.Fake("anthropic-api")
	if err != nil {
		t.Fatal(err)
	}
	rs, err := builtin.Ruleset()
	if err != nil {
		t.Fatal(err)
	}
	encoded := base64.StdEncoding.EncodeToString([]byte(key))
	text := "apiVersion: v1\nkind: Secret\nmetadata: {name: keys}\ndata:\n  a: " + encoded + "\n  b: aGVsbG8=\n"
	r, err := checkstest.Run(context.Background(), checkstest.Only(rs, "secret-ai-provider-key"), map[string][]byte{"k8s/keys.yaml": []byte(text)})
	if err != nil {
		t.Fatal(err)
	}
	found := r.Of("secret-ai-provider-key")
	if len(found) != 1 || found[0].Location.Start.Line != 5 {
		t.Fatalf("found %v", found)
	}
	shown := string(found[0].Message) + string(*found[0].Location.Snippet)
	if strings.Contains(shown, key[:20]) || strings.Contains(shown, encoded[:20]) {
		t.Errorf("the key is shown: %s", shown)
	}
}
