package posture

import (
	"bakedin/checks"
	"bakedin/internal/repo"
	"bakedin/rules"
)

// Report is everything that is known of one run: the value behind every face, and the document json-v1. A saved document
// decodes into it, so that a screen or a format can be made of somebody else's run.
type Report struct {
	Schema          string             `json:"schema"`         // bakedin/report-v1
	SchemaVersion   string             `json:"schema_version"` // 1.0
	Tool            Tool               `json:"tool"`
	Run             Run                `json:"run"`
	Target          Target             `json:"target"`
	Policy          Policy             `json:"policy"`
	Assets          []repo.Asset       `json:"assets"`
	Rules           []checks.RuleState `json:"rules"`
	Findings        []checks.Finding   `json:"findings"`
	Evidence        []checks.Finding   `json:"evidence"`
	Recommendations []Recommendation   `json:"recommendations"`
	Controls        []Control          `json:"controls"`
	Posture         *Posture           `json:"posture"` // nil for a partial run and when there is no AI asset
	Skipped         []checks.Skipped   `json:"skipped"`
	Suppressed      Suppressed         `json:"suppressed"`
	Summary         Summary            `json:"summary"`
	Notices         []checks.Notice    `json:"notices"`
}

// Tool names the program, its rules and its catalogue.
type Tool struct {
	Name              string       `json:"name"`
	Version           string       `json:"version"`
	Commit            string       `json:"commit"`
	RulesDigest       string       `json:"rules_digest"`
	CustomRulesDigest *string      `json:"custom_rules_digest"`
	Guideline         GuidelineRef `json:"guideline"`
}

// GuidelineRef identifies the catalogue.
type GuidelineRef struct {
	ID      string `json:"id"`
	Version string `json:"version"`
	Digest  string `json:"digest"`
}

// Run is the only part of a report that differs between two runs over the same tree.
type Run struct {
	ID            string      `json:"id"`
	StartedAt     string      `json:"started_at"`
	DurationMS    int64       `json:"duration_ms"`
	OS            string      `json:"os"`
	Arch          string      `json:"arch"`
	Mode          string      `json:"mode"` // tree, staged, diff, diff-lines, rev, stdin, demo
	Partial       bool        `json:"partial"`
	Argv          []string    `json:"argv"`
	Online        bool        `json:"online"`
	Profile       string      `json:"profile"`
	FailOn        string      `json:"fail_on"`
	MinSeverity   string      `json:"min_severity"`
	MinConfidence string      `json:"min_confidence"`
	Complete      bool        `json:"complete"`
	ExitCode      int         `json:"exit_code"`
	WouldExit     int         `json:"would_exit"`
	Files         repo.Counts `json:"files"`
	BytesRead     int64       `json:"bytes_read"`
}

// Target is what was scanned.
type Target struct {
	Root string    `json:"root"` // always "."
	Name string    `json:"name"`
	VCS  *repo.VCS `json:"vcs"`
}

// Policy says where configuration, waivers and attestations came from.
type Policy struct {
	Source        string          `json:"source"` // tree, ref:<id>, path, none
	Trusted       bool            `json:"trusted"`
	Files         []PolicyFile    `json:"files"`
	DisabledRules []string        `json:"disabled_rules"`
	Facts         map[string]bool `json:"facts"`
	Trust         []string        `json:"trust"`
}

// PolicyFile is a file that had a say.
type PolicyFile struct {
	Path   string `json:"path"`
	SHA256 string `json:"sha256"`
}

// Status of a recommendation.
type Status string

// The six statuses.
const (
	Pass          Status = "pass"
	Gap           Status = "gap"
	NeedsYou      Status = "needs-you"
	Waived        Status = "waived"
	NotApplicable Status = "not-applicable"
	Unknown       Status = "unknown"
)

// Basis is what a pass or a gap rests on.
type Basis string

// The bases: Proven and Attested for a pass; Proven, Likely, Missing and Declared for a gap.
const (
	Proven   Basis = "proven"
	Attested Basis = "attested"
	Likely   Basis = "likely"
	Missing  Basis = "missing"
	Declared Basis = "declared"
)

// Recommendation is the status of one of the 125, with its reasons.
type Recommendation struct {
	ID               string         `json:"id"`
	Control          string         `json:"control"`
	Section          string         `json:"section"`
	Title            string         `json:"title"`
	Mode             rules.Mode     `json:"mode"`
	Severity         rules.Severity `json:"severity"`
	Weight           float64        `json:"weight"`
	Applies          Applies        `json:"applies"`
	Status           Status         `json:"status"`
	Basis            *Basis         `json:"basis"`
	Reasons          []Reason       `json:"reasons"`
	Findings         []string       `json:"findings"`
	Evidence         []string       `json:"evidence"`
	Attestation      *Attestation   `json:"attestation"`
	Waivers          []WaiverRef    `json:"waivers"`
	Question         *string        `json:"question"`
	AcceptedEvidence *string        `json:"accepted_evidence"`
	Next             Next           `json:"next"`
}

// Applies says whether and why a recommendation applies. By is always, detector or person.
type Applies struct {
	Value   bool     `json:"value"`
	By      string   `json:"by"`
	Because []string `json:"because"`
}

// Reason is one reason of a status: a code of the closed list, text for people, and what it refers to.
type Reason struct {
	Code string   `json:"code"`
	Text string   `json:"text"`
	Refs []string `json:"refs"`
}

// Attestation is a person's answer as a report shows it.
type Attestation struct {
	Answer   string   `json:"answer"`
	By       string   `json:"by"`
	Date     string   `json:"date"`
	Expires  string   `json:"expires"`
	Evidence []string `json:"evidence"`
	BoundTo  []string `json:"bound_to"`
	Live     bool     `json:"live"`
	Seen     bool     `json:"seen"`
}

// WaiverRef is a waiver that covers a gap of a recommendation.
type WaiverRef struct {
	ID      string `json:"id"`
	Expires string `json:"expires"`
}

// Next is one next step. Verb is fix, attest, waive, rescan or read.
type Next struct {
	Verb string `json:"verb"`
	Text string `json:"text"`
}

// Counts of recommendations by status.
type Counts struct {
	PassProven    int `json:"pass_proven"`
	PassAttested  int `json:"pass_attested"`
	Gap           int `json:"gap"`
	Waived        int `json:"waived"`
	NeedsYou      int `json:"needs_you"`
	Unknown       int `json:"unknown"`
	NotApplicable int `json:"not_applicable"`
}

// Control is one of the 17 with the counts of its recommendations; it has no status of its own.
type Control struct {
	ID               string  `json:"id"`
	Section          string  `json:"section"`
	Title            string  `json:"title"`
	Counts           Counts  `json:"counts"`
	ApplicableWeight float64 `json:"applicable_weight"`
	Worst            Status  `json:"worst"`
}

// Shares of the applicable weight in percent, one decimal; the four add up to 100.
type Shares struct {
	Proven   float64 `json:"proven"`
	Attested float64 `json:"attested"`
	Gap      float64 `json:"gap"`
	Open     float64 `json:"open"`
}

// Interval is [proven+attested, proven+attested+open].
type Interval struct {
	Low  float64 `json:"low"`
	High float64 `json:"high"`
}

// Posture is the status of everything as four shares and an interval.
type Posture struct {
	ApplicableWeight    float64          `json:"applicable_weight"`
	NotApplicableWeight float64          `json:"not_applicable_weight"`
	NotApplicableShare  float64          `json:"not_applicable_share"`
	Shares              Shares           `json:"shares"`
	Within              Within           `json:"within"`
	Interval            Interval         `json:"interval"`
	Counts              Counts           `json:"counts"`
	CriticalGaps        []string         `json:"critical_gaps"`
	Sections            []SectionPosture `json:"sections"`
	NextExpiry          *Expiry          `json:"next_expiry"`
	Complete            bool             `json:"complete"`
	Profile             string           `json:"profile"`
	NothingOpen         bool             `json:"nothing_open"`
}

// Within is the waived part of the gap share and the unknown part of the open share.
type Within struct {
	Waived  float64 `json:"waived"`
	Unknown float64 `json:"unknown"`
}

// SectionPosture is the same for one section.
type SectionPosture struct {
	ID               string   `json:"id"`
	ApplicableWeight float64  `json:"applicable_weight"`
	Shares           Shares   `json:"shares"`
	Interval         Interval `json:"interval"`
}

// Expiry is the next waiver or attestation to run out.
type Expiry struct {
	Date string `json:"date"`
	What string `json:"what"` // waiver, attestation
	Ref  string `json:"ref"`
}

// Suppressed counts what is hidden from the default list.
type Suppressed struct {
	Waived         int `json:"waived"`
	Inline         int `json:"inline"`
	Baselined      int `json:"baselined"`
	ExpiredWaivers int `json:"expired_waivers"`
	UnusedWaivers  int `json:"unused_waivers"`
	UnusedInline   int `json:"unused_inline"`
	InlineForeign  int `json:"inline_foreign"`
	BelowThreshold int `json:"below_threshold"`
}

// Summary counts findings and assets.
type Summary struct {
	BySeverity map[rules.Severity]SeverityCount `json:"by_severity"`
	ByFamily   map[string]int                   `json:"by_family"`
	Assets     map[repo.Kind]int                `json:"assets"`
}

// SeverityCount splits the findings of one severity.
type SeverityCount struct {
	Open   int `json:"open"`
	Known  int `json:"known"`
	Waived int `json:"waived"`
}
