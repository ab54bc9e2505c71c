package policy

import (
	"io/fs"
	"slices"
	"strings"
	"testing"
	"time"
)

var today = time.Date(2027, 3, 4, 12, 0, 0, 0, time.UTC)

func load(files map[string]string) (*Policy, error) {
	return Load(func(p string) ([]byte, error) {
		if s, ok := files[p]; ok {
			return []byte(s), nil
		}
		return nil, fs.ErrNotExist
	}, Options{Now: today, Known: Known{
		Rules:           map[string]bool{"torch-load-unrestricted": true},
		Recommendations: map[string]Recommendation{"SD-2.1": {ReattestDays: 180}, "SD-1.1": {ReattestDays: 365, Ask: true}},
		Facts:           map[string]bool{"ships-product": true},
	}})
}

const goodWaiver = `
[[waiver]]
rule = "torch-load-unrestricted"
paths = ["load.py"]
reason = "only what the build made"
owner = "@ml"
created = 2027-03-01
expires = 2027-04-01
`

func TestAGoodPolicyIsRead(t *testing.T) {
	p, err := load(map[string]string{ConfigPath: "version = 1\nfail-on = \"critical\"\n[facts]\nships-product = true\n" + goodWaiver})
	if err != nil {
		t.Fatal(err)
	}
	if p.FailOn != "critical" || !p.Facts["ships-product"] || len(p.Waivers) != 1 || len(p.Files) != 1 || len(p.Files[0].SHA256) != 64 {
		t.Errorf("%+v", p)
	}
	w := p.Waivers[0]
	if w.Source != ".bakedin.toml:6" {
		t.Errorf("the waiver stands at %s", w.Source)
	}
	if !w.Matches("bk1:x", "torch-load-unrestricted", "load.py") || w.Matches("bk1:x", "torch-load-unrestricted", "other.py") || w.Matches("bk1:x", "other", "load.py") {
		t.Error("the waiver matches the wrong findings")
	}
}

func TestNothingThereDecidesNothing(t *testing.T) {
	p, err := load(nil)
	if err != nil || len(p.Waivers)+len(p.Attestations)+len(p.Files) != 0 || p.Limits.MaxWaiverDays != 180 {
		t.Errorf("%+v %v", p, err)
	}
}

func TestMistakesAreToldAllAtOnceWithTheirLine(t *testing.T) {
	for _, c := range []struct {
		name, file, text string
		want             []string
	}{
		{"an unknown key", ConfigPath, "version = 1\nprofil = \"x\"\n", []string{".bakedin.toml:2: profil: unknown key"}},
		{"two mistakes", ConfigPath, "version = 1\nprofile = \"loose\"\nfail-on = \"severe\"\n", []string{":2: profile", ":3: fail-on"}},
		{"a person's keys do not belong here", ConfigPath, "version = 1\n[keys]\nquit = \"x\"\n", []string{"belongs into your own configuration"}},
		{"a newer version", ConfigPath, "version = 9\n", []string{"written by a newer bakedin"}},
		{"no version", ConfigPath, "profile = \"strict\"\n", []string{"version = 1 is required"}},
		{"broken TOML", ConfigPath, "version = 1\n[scan\n", []string{".bakedin.toml:3: expected"}},
		{"an unknown fact", ConfigPath, "version = 1\n[facts]\nflies = true\n", []string{":3: flies: unknown fact"}},
		{"an unknown rule", ConfigPath, "version = 1\n[rules]\nignore = [\"nope\"]\n", []string{`unknown rule "nope"`}},
		{"a waiver that lasts too long", ConfigPath, "version = 1" + strings.Replace(goodWaiver, "2027-04-01", "2028-04-01", 1), []string{"lasts 397 days"}},
		{"a waiver without owner", ConfigPath, "version = 1" + strings.Replace(goodWaiver, `"@ml"`, `""`, 1), []string{"owner is required"}},
		{"a waiver with a short reason", ConfigPath, "version = 1" + strings.Replace(goodWaiver, "only what the build made", "because", 1), []string{"10 characters"}},
		{"a whole rule waived", ConfigPath, "version = 1" + strings.Replace(goodWaiver, `paths = ["load.py"]`, "", 1), []string{"needs paths"}},
		{"an answer without a statement", AttestationsPath, "version = 1\n[[attestation]]\nrecommendation = \"SD-2.1\"\nanswer = \"met\"\nby = \"@a\"\ndate = 2027-03-01\nexpires = 2027-04-01\n", []string{".bakedin/attestations.toml:2: attestation: answer \"met\" needs a statement"}},
		{"an unknown recommendation", AttestationsPath, "version = 1\n[[attestation]]\nrecommendation = \"XX-1\"\nanswer = \"not-met\"\nby = \"@a\"\ndate = 2027-03-01\nexpires = 2027-04-01\n", []string{`unknown recommendation "XX-1"`}},
		{"an answer from the future", AttestationsPath, "version = 1\n[[attestation]]\nrecommendation = \"SD-1.1\"\nanswer = \"not-met\"\nby = \"@a\"\ndate = 2027-05-01\nexpires = 2027-06-01\n", []string{"lies in the future"}},
		{"evidence without its digest", AttestationsPath, "version = 1\n[[attestation]]\nrecommendation = \"SD-1.1\"\nanswer = \"not-met\"\nby = \"@a\"\ndate = 2027-03-01\nexpires = 2027-04-01\n[[attestation.evidence]]\nkind = \"file\"\npath = \"x\"\n", []string{"needs path and sha256"}},
		{"two live answers", AttestationsPath, "version = 1\n" + strings.Repeat("[[attestation]]\nrecommendation = \"SD-1.1\"\nanswer = \"not-met\"\nby = \"@a\"\ndate = 2027-03-01\nexpires = 2027-04-01\n", 2), []string{"answered twice"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := load(map[string]string{c.file: c.text})
			if err == nil {
				t.Fatal("it was accepted")
			}
			for _, w := range c.want {
				if !strings.Contains(err.Error(), w) {
					t.Errorf("%q is not in:\n%v", w, err)
				}
			}
		})
	}
}

func TestTwoPolicyFilesAreRefused(t *testing.T) {
	if _, err := load(map[string]string{ConfigPath: "version = 1\n", OtherConfigPath: "version = 1\n"}); err == nil {
		t.Error("which one counts?")
	}
}

func TestALongAnswerIsCutToWhatTheRecommendationAllows(t *testing.T) {
	p, err := load(map[string]string{AttestationsPath: "version = 1\n[[attestation]]\nrecommendation = \"SD-2.1\"\nanswer = \"not-met\"\nby = \"@a\"\ndate = 2027-03-01\nexpires = 2029-01-01\n"})
	if err != nil {
		t.Fatal(err)
	}
	if a := p.Attestations[0]; !a.Cut || a.Expires.Format(time.DateOnly) != "2027-08-28" {
		t.Errorf("%+v", a)
	}
}

func FuzzLoad(f *testing.F) {
	f.Add("version = 1\n" + goodWaiver)
	f.Add("version = 1\n[[attestation]]\n")
	f.Fuzz(func(t *testing.T, text string) {
		for _, path := range []string{ConfigPath, AttestationsPath} {
			if _, err := load(map[string]string{path: text}); err != nil && !slices.ContainsFunc(strings.Split(err.Error(), "\n"), func(l string) bool { return strings.HasPrefix(l, path+":") }) {
				t.Errorf("an error without a place: %v", err)
			}
		}
	})
}
