package agent

import (
	"bytes"
	"context"
	"io"
	"path"
	"strings"

	"bakedin/checks"
	"bakedin/internal/format/bom"
)

// agentLocalFileTracked reports files of one person's agent that are part of the repository.
func agentLocalFileTracked(_ context.Context, p *checks.Pass) error {
	if transcript, err := isTranscript(p.File); err != nil || !transcript && path.Ext(p.File.Path) == ".jsonl" && !strings.Contains(p.File.Path, ".codex/") {
		return err
	}
	f := p.Whole("The file belongs to one person's agent, and everybody who clones the repository gets it.")
	f.Anchor = "local file"
	f.Fixes = []checks.Fix{{ID: "untrack", Title: "Take it out of the repository", Applicability: checks.Manual,
		Steps:    []string{"Look for credentials in it first: they are in the history and have to be rotated.", "Add the line to .gitignore: " + path.Base(p.File.Path)},
		Commands: []string{"git rm --cached -- " + p.File.Path}}}
	return nil
}

// isTranscript tells whether the first line is one of a conversation with an agent, as Claude Code writes them.
func isTranscript(f *checks.File) (bool, error) {
	if path.Ext(f.Path) != ".jsonl" {
		return false, nil
	}
	b, err := f.Blob()
	if err != nil {
		return false, err
	}
	head := make([]byte, min(b.Size(), 64<<10)) // data in this format can be large
	n, err := b.ReadAt(head, 0)
	if err == io.EOF {
		err = nil
	}
	text := bom.Decode(head[:n])
	line, _, _ := bytes.Cut(text.Bytes, []byte("\n"))
	return bytes.Contains(line, []byte(`"sessionId":`)) && bytes.Contains(line, []byte(`"message":`)), err
}
