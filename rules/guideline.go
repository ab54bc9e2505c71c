package rules

import "github.com/BurntSushi/toml"

// Guideline is the catalogue of rules/guideline.toml: the "Guidelines for secure AI system development" of 27 November
// 2023, in our own words, as data.
type Guideline struct {
	Schema          string               `toml:"schema"`
	ID              string               `toml:"id"`
	Version         string               `toml:"version"`
	Revision        int                  `toml:"revision"`
	Title           string               `toml:"title"`
	Publishers      string               `toml:"publishers"`
	Published       toml.Primitive       `toml:"published"`
	Licence         string               `toml:"licence"`
	Counts          map[string]int       `toml:"counts"`
	Strengths       map[string]string    `toml:"strength"`
	Modes           map[string]string    `toml:"mode"`
	Weights         map[Severity]float64 `toml:"weight"`
	Places          map[string][]string  `toml:"places"`
	Facts           []Fact               `toml:"fact"`
	Data            []Datum              `toml:"datum"`
	Triggers        []Trigger            `toml:"trigger"`
	Frameworks      []Framework          `toml:"framework"`
	Names           map[string]string    `toml:"names"`
	Sections        []Section            `toml:"section"`
	Controls        []Control            `toml:"control"`
	Recommendations []Recommendation     `toml:"recommendation"`
	Signals         []Signal             `toml:"signal"`
	Claims          []Claim              `toml:"claim"`

	Digest string `toml:"-"`
}

// Mode says what a static scan can do for a recommendation.
type Mode string

// The four modes.
const (
	Prove  Mode = "prove"
	Refute Mode = "refute"
	Assist Mode = "assist"
	Ask    Mode = "ask"
)

// Recommendation is one countable advice of the guideline, SD-1.1 to OM-4.6.
type Recommendation struct {
	ID               string     `toml:"id"`
	Control          string     `toml:"control"`
	Title            string     `toml:"title"`
	Text             string     `toml:"text"`
	Mode             Mode       `toml:"mode"`
	Severity         Severity   `toml:"severity"`
	AppliesWhen      []string   `toml:"applies_when"` // any of: "always", signals, facts
	For              []string   `toml:"for"`          // evidence signals
	Against          []string   `toml:"against"`      // gap signals
	PassLevel        Strength   `toml:"pass_level"`   // mode prove only
	PassNeeds        [][]string `toml:"pass_needs"`   // groups of signals; every group needs one
	NeedsDatum       []string   `toml:"needs_datum"`
	Question         string     `toml:"question"`
	AcceptedEvidence string     `toml:"accepted_evidence"`
	ReattestDays     int        `toml:"reattest_days"`
	ReattestOn       []string   `toml:"reattest_on"`
}

// Signal is the catalogue's name for one kind of thing to look for. Rules realise signals (rules/data/signals.toml);
// signals of kind context are realised by the engine from this table.
type Signal struct {
	ID          string          `toml:"id"`
	Says        string          `toml:"says"` // gap, evidence, context
	Family      string          `toml:"family"`
	MaxStrength Strength        `toml:"max_strength"`
	Confidence  Confidence      `toml:"confidence"`
	Detector    bool            `toml:"detector"`
	Title       string          `toml:"title"`
	Paths       []string        `toml:"paths"`
	LookIn      []string        `toml:"look_in"`
	LookInOf    []string        `toml:"look_in_of"`
	Skip        []string        `toml:"skip"`
	Pattern     []SignalPattern `toml:"pattern"`
	Deps        []string        `toml:"deps"`
	Hit         []string        `toml:"hit"`
	Miss        []string        `toml:"miss"`
	Note        string          `toml:"note"`
}

// SignalPattern is one regular expression of a signal.
type SignalPattern struct {
	RE2    string   `toml:"re2"`
	In     []string `toml:"in"`
	Except string   `toml:"except"`
}

// Section is one of the guideline's four.
type Section struct {
	ID    string `toml:"id"`
	Title string `toml:"title"`
}

// Control is one of the 17 sub-guidelines. Asks is the role that usually answers. Weight orders controls of equal status.
type Control struct {
	ID               string   `toml:"id"`
	Section          string   `toml:"section"`
	Title            string   `toml:"title"`
	Weight           float64  `toml:"weight"`
	Asks             string   `toml:"asks"`
	OWASPLLM         []string `toml:"owasp_llm_2025"`
	OWASPML          []string `toml:"owasp_ml_2023"`
	ATLASMitigations []string `toml:"atlas_mitigations"`
	ATLASTechniques  []string `toml:"atlas_techniques"`
	NISTAIRMF        []string `toml:"nist_ai_rmf"`
	NISTAI600        []string `toml:"nist_ai_600_1_risks"`
	ETSI             []string `toml:"etsi_en_304_223"`
	ISO42001         []string `toml:"iso_42001_annex_a"`
	EUAIAct          []string `toml:"eu_ai_act"`
	CoSAI            []string `toml:"saif_cosai"`
	AISVS            []string `toml:"owasp_aisvs_1_0"`
}

// Fact is what only people know about the system.
type Fact struct {
	ID       string   `toml:"id"`
	Question string   `toml:"question"`
	YesIf    []string `toml:"yes_if"`
}

// Datum is a fact outside the tree that a proof needs.
type Datum struct {
	ID     string `toml:"id"`
	Title  string `toml:"title"`
	Source string `toml:"source"`
}

// Trigger is a detected change that revokes an answer.
type Trigger struct {
	ID   string `toml:"id"`
	When string `toml:"when"`
}

// Framework describes a mapping; Key is the field name in Control.
type Framework struct {
	Key     string   `toml:"key"`
	Title   string   `toml:"title"`
	Edition string   `toml:"edition"`
	Size    string   `toml:"size"`
	Basis   string   `toml:"basis"`
	Confirm []string `toml:"confirm"`
}

// Claim is one sentence of an article, in our words, with the recommendations it leads to.
type Claim struct {
	ID              string   `toml:"id"`
	Source          string   `toml:"source"`
	Text            string   `toml:"text"`
	Recommendations []string `toml:"recommendations"`
}
