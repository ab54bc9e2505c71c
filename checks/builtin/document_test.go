package builtin_test

import (
	"slices"
	"strings"
	"testing"

	"bakedin/checks/builtin"
	"bakedin/checks/checkstest"
	"bakedin/rules"
)

// A good example of a rule about documents is a document that passes: text of its own, in the place that the rule asks for.
func TestGoodDocumentsAreSubstantive(t *testing.T) {
	rs, err := builtin.Ruleset()
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rs.Set.Rules {
		about := slices.ContainsFunc(r.Match.Text, func(m rules.TextMatch) bool { return m.Document })
		if !about && !slices.Contains([]string{"model-card", "model-card-scope", "model-card-data", "data-card", "threat-model", "threat-model-names-ai-threats"}, r.ID) {
			continue
		}
		for _, e := range r.Examples {
			if e.Good == nil {
				continue
			}
			files, err := checkstest.Files(e.Good)
			if err != nil {
				t.Fatal(err)
			}
			if got := best(scan(t, checkstest.Only(rs, r.ID), files), r.ID); got < rules.E2 {
				t.Errorf("%s, %s: %s", r.ID, e.Good.Path, got)
			}
		}
	}
}

func best(r *checkstest.Result, rule string) rules.Strength {
	out := rules.E0
	for _, f := range r.Of(rule) {
		out = max(out, f.Strength)
	}
	return out
}

const cardText = `# Model card: %

Version 3.2, trained on 14 August 2026 by the claims team for the offices of two towns.

## Intended use

Sorts reports by department before a clerk opens them. The clerk sees the three best and may choose any other.

## Limits

Reports of less than eight words are sorted wrongly too often. It was tested on German and English only.

## Training data

41,200 reports of the years 2021 to 2025, exported on 3 March 2026. Names were removed with rules and by hand.
`

func TestCardsDescribeWhatTheyNameOrLieBeside(t *testing.T) {
	rs, err := builtin.Ruleset()
	if err != nil {
		t.Fatal(err)
	}
	weights := []byte("\x10\x00\x00\x00\x00\x00\x00\x00{\"__metadata__\":")
	card := func(name string) []byte { return []byte(strings.ReplaceAll(cardText, "%", name)) }
	for _, c := range []struct {
		name  string
		files map[string][]byte
		want  []string // assets
	}{
		{"beside", map[string][]byte{"m/a/model.safetensors": weights, "m/a/README.md": card("x")}, []string{"m/a/model.safetensors"}},
		{"beside one of two", map[string][]byte{"m/a/model.safetensors": weights, "m/b/model.safetensors": weights, "m/a/MODEL_CARD.md": card("x")}, []string{"m/a/model.safetensors"}},
		{"elsewhere, naming it", map[string][]byte{"m/claims-triage/model.safetensors": weights, "docs/model_card.md": card("claims-triage")}, []string{"m/claims-triage/model.safetensors"}},
		{"elsewhere, of another", map[string][]byte{"m/claims-triage/model.safetensors": weights, "docs/model_card.md": card("tomato-leaf")}, nil},
		{"two models in one folder, one named", map[string][]byte{"m/claims.safetensors": weights, "m/mails.safetensors": weights, "m/MODEL_CARD.md": card("claims")}, []string{"m/claims.safetensors"}},
		{"two models in one folder, none named", map[string][]byte{"m/claims.safetensors": weights, "m/mails.safetensors": weights, "m/MODEL_CARD.md": card("sorter")}, nil},
		{"shards of one", map[string][]byte{"m/model-00001-of-00002.safetensors": weights, "m/model-00002-of-00002.safetensors": weights, "m/README.md": card("x")},
			[]string{"m/model-00001-of-00002.safetensors", "m/model-00002-of-00002.safetensors"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got []string
			for _, f := range scan(t, checkstest.Only(rs, "model-card"), c.files).Of("model-card") {
				if f.Strength >= rules.E2 {
					got = append(got, f.Assets...)
				}
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestThreatsNeedDecisions(t *testing.T) {
	rs, err := builtin.Ruleset()
	if err != nil {
		t.Fatal(err)
	}
	intro := "# Threats\n\nThe service answers questions of travellers about trains and ferries. It runs on two machines in one data centre, and three people look after it, who meet " +
		"every month, read what was written here and what has changed since, and decide together what has to be done about it until they meet again.\n\n"
	rows := func(decision string) string {
		return "| Threat | Mitigation |\n|---|---|\n| prompt injection by a page | " + decision + " |\n| data poisoning | " + decision + " |\n| model extraction | " + decision + " |\n| excessive agency | " + decision + " |\n"
	}
	sections := ""
	for _, name := range []string{"Jailbreak", "Model theft", "Poisoned FAQ pages", "Membership inference"} {
		sections += "## " + name + "\n\nRisk: somebody gains from it. Mitigation: the requests of each key are limited and looked at.\n\n"
	}
	for name, c := range map[string]struct {
		text string
		want rules.Strength
	}{
		"a table":          {intro + rows("notes are passed as data"), rules.E2},
		"a section each":   {intro + sections, rules.E2},
		"a skeleton":       {intro + rows("TBD"), rules.E0},
		"a reading list":   {intro + "Good papers are about prompt injection, data poisoning, model extraction and membership inference.\n", rules.E1},
		"not looked at":    {intro + "Prompt injection, data poisoning, model extraction and jailbreaks are out of scope.\n", rules.E0},
		"only two classes": {intro + strings.Replace(strings.Replace(rows("we accept it"), "model extraction", "stolen bicycles", 1), "excessive agency", "rain", 1), rules.E1},
	} {
		t.Run(name, func(t *testing.T) {
			files := map[string][]byte{"docs/threat-model.md": []byte(c.text)}
			if got := best(scan(t, checkstest.Only(rs, "threat-model-names-ai-threats"), files), "threat-model-names-ai-threats"); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}
