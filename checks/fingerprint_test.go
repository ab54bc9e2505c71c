package checks

import (
	"strings"
	"testing"
)

func TestTextAnchorIsAboutContent(t *testing.T) {
	if a, b := textAnchor("torch.load( path )", false), textAnchor("torch.load(\n\tpath )", false); a != b {
		t.Errorf("white space changes the anchor: %q, %q", a, b)
	}
	if a, b := textAnchor("x = 1", false), textAnchor("x = 1  # bakedin: ignore[a] -- reason", false); a != b {
		t.Errorf("our own comment changes the anchor: %q, %q", a, b)
	}
	secret := "sk-" + strings.Repeat("9f3a", 8)
	if a := textAnchor(secret, true); strings.Contains(a, secret[:8]) {
		t.Errorf("the anchor %q holds the secret", a)
	}
	if textAnchor(secret, true) == textAnchor(secret+"0", true) {
		t.Error("another secret has the same anchor")
	}
	if a := textAnchor("hunter22", true); a != "…er22 8" {
		t.Errorf("a short secret must not be guessable from its digest, got %q", a)
	}
}

func TestEqualMatchesAreToldApartByOrder(t *testing.T) {
	var fp fingerprints
	ids := map[string]bool{}
	for range 3 {
		f := Finding{Rule: "r", Says: "gap", Location: &Location{Path: "a.py"}}
		fp.set(&f, "textual", "same")
		if !strings.HasPrefix(f.ID, "bk1:") || len(f.ID) != 24 {
			t.Fatalf("id %q", f.ID)
		}
		ids[f.ID] = true
	}
	if len(ids) != 3 {
		t.Errorf("%d ids for 3 findings", len(ids))
	}
}

func TestLooseFingerprintSurvivesARename(t *testing.T) {
	loose := func(path string) string {
		f := Finding{Rule: "r", Says: "gap", Location: &Location{Path: path}}
		new(fingerprints).set(&f, "structured", "GLOBAL os.system")
		return f.Fingerprints["bakedin/loose/v1"]
	}
	if loose("a/x.pt") != loose("b/y.pt") {
		t.Error("the path is in the loose fingerprint")
	}
}
