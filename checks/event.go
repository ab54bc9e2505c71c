package checks

import (
	"time"

	"bakedin/internal/repo"
	"bakedin/rules"
)

// Handler receives the events of a run, in order, from one goroutine. Everything a face knows, it knows from these. An
// error ends the run. Embed Discard to handle only some.
type Handler interface {
	Begin(Begin) error
	Progress(Progress) error
	Asset(repo.Asset) error
	Context(Context) error
	Finding(Finding) error // gaps and evidence
	Ignore(Ignore) error   // a comment that asks for silence
	Skipped(Skipped) error
	Rule(RuleState) error
	Notice(Notice) error
	End(End) error
}

// Begin is the first event: what runs, over what.
type Begin struct {
	RulesDigest     string // "sha256:…" over the embedded rules
	GuidelineDigest string
	Files           int // files that will be looked at
	Counts          repo.Counts
	Rules           []string // slugs, sorted
}

// Progress is sent at most every few files. Done never exceeds Total.
type Progress struct {
	Phase string // files, repository
	Done  int
	Total int
	Bytes int64
	Path  string // the file that was finished last
}

// Context says that a signal of the guideline of kind context was seen: the repository calls a model, trains, serves, ….
type Context struct {
	Signal   string         `json:"signal"`
	Strength rules.Strength `json:"strength"`
	Path     string         `json:"path"`
	Line     int            `json:"line"` // 0 when the file itself is the match
	InTests  bool           `json:"in_tests"`
}

// Skipped is a file that was not looked at, or not to the end. Kinds: unreadable, parse, limit, timeout, panic, encrypted,
// object-missing, unsupported, submodule, link-escapes.
type Skipped struct {
	Path   string   `json:"path"`
	Kind   string   `json:"kind"`
	Detail string   `json:"detail"`
	Rules  []string `json:"rules"` // the rules that wanted it

	Asset repo.Kind `json:"asset,omitempty"` // kind of the asset, empty when none: a model that is not read is not clean
}

// Fatal tells whether the skip makes the run incomplete (report json-v1, skipped[]).
func (s Skipped) Fatal() bool {
	switch s.Kind {
	case "submodule", "link-escapes":
		return false
	case "unsupported":
		return s.Asset == repo.Model
	}
	return true
}

// State of a rule after a run.
type State string

// The five states. Anything but Completed keeps every recommendation the rule speaks to from pass.
const (
	Completed State = "completed"
	Partly    State = "partly"
	Failed    State = "failed"
	NotRun    State = "skipped"
	Disabled  State = "disabled"
)

// RuleState is what became of one rule.
type RuleState struct {
	Rule    string     `json:"rule"`
	Family  string     `json:"family"`
	Says    rules.Says `json:"says"`
	Custom  bool       `json:"custom"`
	Digest  string     `json:"digest"`
	State   State      `json:"state"`
	Files   int        `json:"files"` // files it wanted
	Skipped int        `json:"skipped"`
	Matches int        `json:"matches"`
	Reason  *string    `json:"reason"`

	Elapsed time.Duration `json:"-"` // processor time of all workers, when Options.Timings asks for it
}

// Notice is a thing a person should know that is no finding. Kinds are those of report json-v1, notices[].
type Notice struct {
	Kind string  `json:"kind"`
	Text string  `json:"text"`
	Ref  *string `json:"ref"`
}

// End is the last event.
type End struct {
	Complete  bool
	Cancelled bool
	Scanned   int
	BytesRead int64
}

// Discard is a Handler that does nothing.
type Discard struct{}

func (Discard) Begin(Begin) error       { return nil }
func (Discard) Progress(Progress) error { return nil }
func (Discard) Asset(repo.Asset) error  { return nil }
func (Discard) Context(Context) error   { return nil }
func (Discard) Finding(Finding) error   { return nil }
func (Discard) Ignore(Ignore) error     { return nil }
func (Discard) Skipped(Skipped) error   { return nil }
func (Discard) Rule(RuleState) error    { return nil }
func (Discard) Notice(Notice) error     { return nil }
func (Discard) End(End) error           { return nil }
