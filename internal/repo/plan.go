package repo

import (
	"context"
	"io"
)

// Plan is a list of edits as values: shown first, applied in one step, undone in one step.
type Plan struct {
	Title string
	Edits []Edit
}

// Edit is one change to one path of the tree: a Write, Stream, Remove or Rename.
type Edit interface {
	// Target is the path that is changed, relative to the root.
	Target() string
}

// Write replaces the whole content of a text file, or creates it.
type Write struct {
	Path string
	Base string // sha256 (hex) of the content the plan was made from; empty when the file must not exist
	New  []byte
}

// Stream creates a file that is too large to hold in memory, such as a converted model. The path must not exist.
type Stream struct {
	Path  string
	Size  int64 // bytes, known before the first one is written
	Write func(ctx context.Context, w io.Writer) error
	Table [][]string // what the preview shows in place of a diff; the first row is the heading
}

// Remove deletes a file whose content is still Base.
type Remove struct {
	Path string
	Base string
}

// Rename moves a file whose content is still Base to a path that must not exist.
type Rename struct {
	Path string
	To   string
	Base string
}

// Target implements Edit.
func (e Write) Target() string  { return e.Path }
func (e Stream) Target() string { return e.Path }
func (e Remove) Target() string { return e.Path }
func (e Rename) Target() string { return e.Path }

// TextEdit replaces the bytes [Start, End) of a file by Replacement. Edits of one file never overlap. It is what a finding
// carries and what JSON and SARIF show; a Plan is made of it by Writes.
type TextEdit struct {
	Path        string `json:"path"`
	Start       int    `json:"start_byte"`
	End         int    `json:"end_byte"`
	Replacement string `json:"replacement"`
	Base        string `json:"base_sha256"` // sha256 (hex) of the file the positions are for; empty when the file is created
}
