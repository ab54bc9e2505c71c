package ui

import (
	"context"
	"errors"
	"io"
	"time"

	"bakedin/checks"
	"bakedin/internal/posture"
	"bakedin/rules"
)

// Options is everything the program needs. Set and one of Scanner and Report are required.
type Options struct {
	Set      *rules.Set // the catalogue and the rules that screens explain
	Title    string     // what is looked at: "./acme-rag", "demo", "report of acme-rag 3f2c1e0"
	Subtitle string     // where it stands: "main@3f2c1e0"; may be empty

	Scanner Scanner         // nil: nothing can be scanned again
	Report  *posture.Report // what is known already; with a nil Scanner the program views a saved report
	Fixer   Fixer           // nil: nothing can be changed
	Frozen  string          // why nothing can be changed or scanned: "this is a saved report"; empty when it can

	Clock   Clock // nil: the system's
	ASCII   bool  // draw with ASCII characters only
	NoColor bool  // no colours; bold and reverse stay
	Still   bool  // no spinner: words stand in for motion

	In      io.Reader // nil: standard input
	Out     io.Writer // nil: standard output
	Environ []string  // nil: the process's

	Width, Height int // of the screen, where Out is no terminal that can be asked
}

// Clock tells the time, in the zone that times are shown in.
type Clock interface{ Now() time.Time }

// Scanner runs the engine and folds its events into reports.
type Scanner interface {
	// Scan scans everything once. onBatch is called from one goroutine, at most every 50 ms, with a report of what is
	// known so far and how far the run is; the report is never written to afterwards. A rule that has not finished is
	// missing from report.Rules, and report.Recommendations may be empty until the end. When ctx is cancelled, Scan
	// returns what was found with Run.Complete false, and a nil error.
	Scan(ctx context.Context, onBatch func(*posture.Report, Progress)) (*posture.Report, error)
}

// Progress is how far a scan is. A total of 0 is not known yet.
type Progress struct {
	Phase              string // walking, files, repository
	Files, FilesTotal  int
	Bytes              int64
	Models, ModelTotal int
	Rules, RulesTotal  int    // rules that have finished
	Path               string // the file that was finished last
}

// Choice is a fix that was chosen for a finding, or the draft of a document.
type Choice struct {
	Finding checks.Finding
	FixID   string
	Draft   string // id of a Draft; then there is no finding
}

// Draft is a document that can be started from what the scan knows.
type Draft struct {
	ID    string
	Title string // "Threat model"
	Path  string // where it goes
}

// Fixer plans, applies and undoes changes to the tree. It is the same engine that bakedin fix uses.
type Fixer interface {
	// Plan makes one plan of the choices, in their order, and scans the tree again as it would be. Nothing is written.
	// A choice that overlaps an earlier one is left out and named. An error means that there is no plan.
	Plan(ctx context.Context, choices []Choice) (*Preview, error)
	// Drafts are the documents that speak to a recommendation and can be started, the one made for it first.
	Drafts(recommendation string) []Draft
	// Apply writes exactly the bytes of the preview, in one step, and scans again. ErrChanged: a file is no longer what
	// the plan was made from, nothing was written.
	Apply(ctx context.Context, p *Preview) (*Applied, error)
	// Undo takes an applied plan back and scans again. ErrChanged: a file has moved on since, nothing was written.
	Undo(ctx context.Context, id string) (*posture.Report, error)
}

// ErrChanged is wrapped by Apply and Undo when a file is not what it was.
var ErrChanged = errors.New("a file changed under us, nothing was written")

// Preview is a plan with its consequences.
type Preview struct {
	Title   string
	Files   []FileChange    // in path order
	Report  *posture.Report // of the tree as it would be: the preview, scanned again
	LeftOut []LeftOut

	Plan any // the Fixer's own
}

// FileChange is what a plan does to one file. Before is nil for a new file and After for a removed one. Table stands in
// for bytes that no diff can show, such as a converted model; its first row is the heading.
type FileChange struct {
	Path   string
	To     string // the new name, when it is renamed
	Before []byte
	After  []byte
	Table  [][]string
}

// LeftOut is a choice that a plan does not contain.
type LeftOut struct {
	Choice Choice
	Reason string
}

// Applied is a plan that was written.
type Applied struct {
	UndoID string          // for Undo
	Report *posture.Report // of the tree as it is now
}
