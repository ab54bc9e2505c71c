package checks

import (
	"bakedin/internal/repo"
	"bakedin/internal/safe"
	"bakedin/rules"
)

// Finding is a rule that matched, at a place, with proof. Says tells a gap from evidence; both share one record so that a
// line of a stream explains itself. The json names are those of report json-v1 (findings[] and evidence[]).
type Finding struct {
	ID           string            `json:"id"`           // "bk1:" and the first 20 digits of bakedin/v1
	Fingerprints map[string]string `json:"fingerprints"` // algorithm to hex
	Rule         string            `json:"rule"`
	Family       string            `json:"family"`
	Custom       bool              `json:"custom,omitempty"`
	Says         rules.Says        `json:"says"`
	Strength     rules.Strength    `json:"strength"`
	Title        string            `json:"title"`
	Message      safe.Text         `json:"message"` // what was seen; the first sentence stands alone; never the value of a secret

	Severity         rules.Severity   `json:"severity"`
	SecuritySeverity float64          `json:"security_severity,omitempty"` // gaps only
	SeverityReason   *string          `json:"severity_reason"`             // why Severity is not the rule's own
	Confidence       rules.Confidence `json:"confidence"`
	Audience         rules.Audience   `json:"audience"`

	Status      Status       `json:"status"`
	IsNew       bool         `json:"is_new"`
	Scope       string       `json:"scope"` // file, repo
	Location    *Location    `json:"location"`
	Related     []Related    `json:"related"`
	Supports    []string     `json:"supports"` // recommendations
	Controls    []string     `json:"controls"`
	CWE         []string     `json:"cwe"`
	Taxa        []Taxon      `json:"taxa"`
	Suppression *Suppression `json:"suppression,omitempty"`
	Fixes       []Fix        `json:"fixes,omitempty"`
	Assets      []string     `json:"assets,omitempty"` // evidence: the assets it covers
	Bound       *Bound       `json:"bound,omitempty"`  // evidence: the content it is tied to
	Explain     string       `json:"explain"`
	HelpURL     *string      `json:"help_url"`

	Anchor  string `json:"-"` // the semantic key of the fingerprint (spec: section 8); empty: the matched text
	InTests bool   `json:"-"`
	InAI    bool   `json:"-"` // the source itself shows that it belongs to an AI system
	Group   string `json:"-"` // id of the first finding of the file with the same content: what a baseline counts

	Secret string `json:"-"` // the credential that it is about: kept to hide it wherever its file is shown, never shown itself
	Opens  string `json:"-"` // the path of the file that a call opens, as the source spells it

	Jobs []string `json:"-"` // evidence of a CI step: the names its job goes by

	Fetches string   `json:"-"` // the model that a call takes from a hub, by its name there
	Names   []string `json:"-"` // evidence of a document: words in it that may be names of models, in lower case
}

// Status of a finding.
type Status string

// The four statuses; evidence is always Open.
const (
	Open          Status = "open"
	Waived        Status = "waived"
	Baselined     Status = "baselined"
	IgnoredInline Status = "ignored-inline"
)

// Position is a place in a text: Line and Column are 1-based and count lines and code points, Byte is 0-based.
type Position struct {
	Line   int `json:"line"`
	Column int `json:"column"`
	Byte   int `json:"byte"`
}

// Location is where a finding lies. Kind is text, binary (only the bytes count), member (inside an archive or model) or repo.
type Location struct {
	Kind      string     `json:"kind"`
	Path      string     `json:"path"`
	PathBytes *string    `json:"path_bytes"` // base64 of the exact name when it is not valid UTF-8
	Start     Position   `json:"start"`
	End       Position   `json:"end"` // exclusive
	Member    *string    `json:"member"`
	Index     *int       `json:"index"` // opcode or record number
	Snippet   *safe.Text `json:"snippet"`
}

// Related is a second place that explains a finding. Role is source, sink, evidence, definition or same.
type Related struct {
	Role    string    `json:"role"`
	Message safe.Text `json:"message"`
	Path    string    `json:"path"`
	Start   Position  `json:"start"`
	End     Position  `json:"end"`
}

// Taxon names an entry of another catalogue, such as owasp-llm-2025 LLM03.
type Taxon struct {
	Taxonomy string `json:"taxonomy"`
	ID       string `json:"id"`
}

// Suppression says who silenced a finding and until when.
type Suppression struct {
	Kind     string  `json:"kind"` // waiver, inline, inline-foreign, baseline
	Reason   string  `json:"reason"`
	Owner    string  `json:"owner"`
	Expires  *string `json:"expires"` // YYYY-MM-DD
	Category string  `json:"category"`
	Source   string  `json:"source"` // path:line
	Pending  bool    `json:"pending"`
}

// Bound ties evidence to content: when the file changes the evidence is stale.
type Bound struct {
	Path   string `json:"path"`
	SHA256 string `json:"sha256"`
}

// Applicability of a fix: safe may be applied unasked, unsafe needs a person's look, manual is steps for a person.
type Applicability string

// The three applicabilities.
const (
	Safe   Applicability = "safe"
	Unsafe Applicability = "unsafe"
	Manual Applicability = "manual"
)

// Fix is a named remedy for a finding. A fix of exact edits carries them; one whose plan cannot be listed as edits (a
// converted model) is planned by the Planner of its check.
type Fix struct {
	ID            string          `json:"id"`
	Title         string          `json:"title"`
	Applicability Applicability   `json:"applicability"`
	Edits         []repo.TextEdit `json:"edits"`
	Commands      []string        `json:"commands"` // shown, never run
	Steps         []string        `json:"steps,omitempty"`
	Breaks        string          `json:"breaks,omitempty"` // what can stop working, in one sentence

	ByName bool `json:"-"` // it is done only when its finding is named: never one of many
}
