package rules

// Says is what a match means: a gap speaks against a recommendation, evidence speaks for it.
type Says string

// The two things a rule can say.
const (
	Gap      Says = "gap"
	Evidence Says = "evidence"
)

// Severity of a gap, or the weight of the evidence.
type Severity string

// The four severities.
const (
	Critical Severity = "critical"
	High     Severity = "high"
	Medium   Severity = "medium"
	Low      Severity = "low"
)

// Strength is the evidence ladder of the guideline: E1 present, E2 substantive, E3 wired, E4 verified.
type Strength string

// The rungs. For a gap E2 is likely, E3 and E4 are proven.
const (
	E0 Strength = "E0"
	E1 Strength = "E1"
	E2 Strength = "E2"
	E3 Strength = "E3"
	E4 Strength = "E4"
)

// Confidence says how often a match is really so: high 95 %, medium 80 %, low below.
type Confidence string

// Audience says who wants to hear of it: essential, standard or strict.
type Audience string

// Rule is one thing bakedin looks for: the content of rules/<family>/<id>.toml. The struct is the grammar: unknown keys
// are refused.
type Rule struct {
	ID         string     `toml:"id"`
	Title      string     `toml:"title"`
	Says       Says       `toml:"says"`
	Supports   []string   `toml:"supports"` // recommendations, sorted in catalogue order
	Severity   Severity   `toml:"severity"`
	Confidence Confidence `toml:"confidence"`
	Audience   Audience   `toml:"audience"`
	Strength   Strength   `toml:"strength"`  // the most a match of this rule can be; default E3
	Component  string     `toml:"component"` // "ai": speaks only where the repository has AI in it
	Repo       bool       `toml:"repo"`      // findings are about the repository, not about a file
	YieldsTo   []string   `toml:"yields_to"` // rules that know more: where one of them matched, this one is silent
	Joins      []string   `toml:"joins"`     // rules, or whole families, whose findings a rule about the repository puts together
	Detector   bool       `toml:"detector"`  // checks/<family>/<id>.go decides; Match says which files it wants, and what in them
	Why        string     `toml:"why"`
	Remedy     string     `toml:"remedy"`
	Refs       []string   `toml:"refs"`
	Match      Match      `toml:"match"`
	Fix        []Remedy   `toml:"fix"` // of a rule without a detector; detectors bring their own
	Examples   []Examples `toml:"example"`

	Family string `toml:"-"` // the folder
	Digest string `toml:"-"` // "sha256:…" of the file
	Custom bool   `toml:"-"` // the user's own
}

// Match says what a rule looks for. Assets, Paths and Skip select files and must all hold. Each of the other keys is a way
// to match; one is enough.
type Match struct {
	Assets []string `toml:"assets"` // kinds; the file carries one of them
	Paths  []string `toml:"paths"`  // doublestar globs relative to the root; the file matches one
	Skip   []string `toml:"skip"`   // globs never looked at
	Inline bool     `toml:"inline"` // Text is tried on the prompts in literals of code too

	Presence   []string    `toml:"presence"`   // a file whose path matches is itself E1
	Dependency []string    `toml:"dependency"` // "pypi:name", "npm:name", "go:path" in a manifest: E1
	Call       []string    `toml:"call"`       // canonical names of Python functions, or "*.name" for a method of anything: E3
	With       []Argument  `toml:"with"`       // narrows Call and Keyword: all must hold
	Without    []Argument  `toml:"without"`    // narrows Call and Keyword: none may hold
	Keyword    string      `toml:"keyword"`    // any Python call with this keyword argument, narrowed by Is
	Is         string      `toml:"is"`         // value of Keyword: true, false, none, any, literal
	Key        []KeyMatch  `toml:"key"`        // a key of a JSON, YAML or TOML document: E3
	Text       []TextMatch `toml:"text"`       // a regular expression: E2
	Secret     []Secret    `toml:"secret"`     // a credential by the format of its issuer: E3
}

// Remedy is a fix that data can say: a key that is taken out, or steps for a person.
type Remedy struct {
	ID            string   `toml:"id"`
	Title         string   `toml:"title"`
	Applicability string   `toml:"applicability"` // safe, unsafe, manual
	Breaks        string   `toml:"breaks"`        // what may no longer work; required of an unsafe one
	DeleteKey     bool     `toml:"delete_key"`    // the key that Match.Key matched goes, with its value
	Steps         []string `toml:"steps"`
	Commands      []string `toml:"commands"`
}

// Secret is how the credentials of one issuer look. The first group of RE2 is the credential, or else all of it.
type Secret struct {
	ID      string   `toml:"id"`
	Issuer  string   `toml:"issuer"`  // for people
	Env     string   `toml:"env"`     // the environment variable that programs read it from
	Revoke  string   `toml:"revoke"`  // where it is made invalid
	Keys    []string `toml:"keys"`    // literals of which the line of each match contains one
	RE2     string   `toml:"re2"`     //
	Near    string   `toml:"near"`    // RE2 that must match shortly before it in its line
	Entropy float64  `toml:"entropy"` // least bits a character of the random part; default 3
	Weak    bool     `toml:"weak"`    // has no prefix of its own: one severity lower
}

// Argument is a condition on one argument of a call.
type Argument struct {
	Keyword  string `toml:"keyword"`
	Position *int   `toml:"position"` // 0-based; with Keyword: either
	Is       string `toml:"is"`       // true, false, none, absent, any, literal
	Matches  string `toml:"matches"`  // RE2 over the value of a string literal
}

// KeyMatch is a condition on a key of a structured file. Path is dotted, "*" stands for one label, "**" for any number.
type KeyMatch struct {
	Path   string   `toml:"path"`
	Name   string   `toml:"name"`   // RE2 over the key itself, for a path that ends in "*"
	Value  string   `toml:"value"`  // RE2 over the scalar as written, without quotes; empty: the key is there
	Except string   `toml:"except"` // RE2; a value that also matches this is dropped
	Absent string   `toml:"absent"` // a sibling key that must be missing
	Beside *Beside  `toml:"beside"` // a sibling key that must be there
	In     []string `toml:"in"`     // globs; replaces Match.Paths for this key

	Strength Strength `toml:"strength"` // of a match; default E3
	Severity Severity `toml:"severity"` // of this way to match, when it is not the rule's
	Because  string   `toml:"because"`  // why; required with Severity
}

// Beside is a sibling of a key, with an RE2 over its scalar.
type Beside struct {
	Key   string `toml:"key"`
	Value string `toml:"value"`
}

// TextMatch is a regular expression over the text of a file.
type TextMatch struct {
	RE2      string   `toml:"re2"`
	Except   string   `toml:"except"`   // a match whose text also matches this is dropped
	In       []string `toml:"in"`       // globs; replaces Match.Paths and Match.Assets for this pattern
	Document bool     `toml:"document"` // E2 only in a filled-in document (60 own words, no template), with text below a heading; nothing when denied; else E1
	About    string   `toml:"about"`    // with Document, E2 only where the statement, or what is below the heading, speaks of this
	CI       bool     `toml:"ci"`       // in CI: E2 when a step runs it, E3 when it runs by itself and can fail the build, else E1
	Needs    []string `toml:"needs"`    // with Document, E2 only where the document also states each of these
	Strength Strength `toml:"strength"` // of a match; default E2, for evidence E1 in an import and nothing in a comment
	Severity Severity `toml:"severity"` // of a match, when it is not the rule's
	Because  string   `toml:"because"`  // why; required with Severity
}

// Examples is a bad or a good example, or both. For a gap, bad fires and good is silent. For evidence, good is found and
// bad is not.
type Examples struct {
	Bad  *Example `toml:"bad"`
	Good *Example `toml:"good"`
}

// Example is a small repository: one file, and the files that must lie beside it. Pickle is a listing in the language of
// internal/format/pickle/asm that stands in for binary content; Hex is hexadecimal with spaces and newlines ignored, in which
// 00*512 stands for 512 zeros; Binary is a listing in the language of internal/format/asm.
type Example struct {
	Path   string    `toml:"path"`
	Text   string    `toml:"text"`
	Pickle string    `toml:"pickle"`
	Hex    string    `toml:"hex"`
	Binary string    `toml:"binary"`
	Also   []Example `toml:"also"`
}
