package cli

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/aymanbagabas/go-udiff"
	"github.com/spf13/afero"

	"bakedin/checks"
	"bakedin/internal/repo"
)

// most bytes of standard input
const stdinLimit = 32 << 20

// standardInput makes a tree of one file: what an editor has in its buffer.
func (s *session) standardInput() error {
	name := filepath.ToSlash(s.opt.stdinName)
	if name == "" {
		return usage("bakedin check --stdin-filename app/load.py -", "the path - needs --stdin-filename: the name decides what the text is")
	}
	if !filepath.IsLocal(name) {
		return usage("", "--stdin-filename %s: it is a path inside the root", name)
	}
	text, err := io.ReadAll(io.LimitReader(s.app.streams.In, stdinLimit+1))
	if err != nil {
		return usage("", "standard input: %v", err)
	}
	if len(text) > stdinLimit {
		return usage("", "standard input has more than %d MiB", stdinLimit>>20)
	}
	files := afero.NewMemMapFs()
	if err := afero.WriteFile(files, name, text, 0o644); err != nil {
		return usage("", "--stdin-filename %s: %v", name, err)
	}
	s.mode = "stdin"
	s.open = func(ctx context.Context) (*repo.Tree, error) {
		return repo.OpenFS(ctx, files, "standard input", repo.Options{Exclude: s.excluded()})
	}
	return nil
}

// difference restricts the scan to what differs from a revision. The content is that of the working tree.
func (s *session) difference(ctx context.Context, only []string) ([]string, error) {
	s.mode = "diff"
	rev := s.opt.diff
	if s.opt.diffLines != "" {
		s.mode, rev, s.changes = "diff-lines", s.opt.diffLines, changes{}
	}
	changed, err := repo.Changed(ctx, s.root, rev)
	if err != nil {
		return nil, usage("", "%v", err)
	}
	s.hints = append(s.hints, "files that are changed but not staged are not in the difference")
	var paths []string
	for _, c := range changed {
		if len(only) > 0 && !slices.ContainsFunc(only, func(o string) bool { return c.Path == o || strings.HasPrefix(c.Path, o+"/") }) {
			continue
		}
		paths = append(paths, c.Path)
		if s.changes == nil {
			continue
		}
		now, err := os.ReadFile(filepath.Join(s.root, filepath.FromSlash(c.Path)))
		if err != nil {
			continue // gone by now: the scan says what there is to say
		}
		s.changes[c.Path] = addedLines(c.Before, now)
	}
	return paths, nil
}

// changes are the lines that were added or changed, by path; nil for a file that is new or no text: all of it.
type changes map[string]map[int]bool

// addedLines compares two texts by lines.
func addedLines(before, now []byte) map[int]bool {
	if before == nil || strings.IndexByte(string(now[:min(len(now), 8000)]), 0) >= 0 {
		return nil
	}
	lines := map[int]bool{}
	unified, err := udiff.ToUnifiedDiff("a", "b", string(before), udiff.Lines(string(before), string(now)), 0)
	if err != nil {
		return nil
	}
	for _, h := range unified.Hunks {
		at := h.ToLine
		for _, l := range h.Lines {
			switch l.Kind {
			case udiff.Insert:
				lines[at] = true
				at++
			case udiff.Equal:
				at++
			}
		}
	}
	return lines
}

// touching lets only those findings through that touch a changed line. Evidence and findings of the repository as a whole
// have no say in a difference.
type touching struct {
	checks.Handler
	changes changes
}

// Finding implements checks.Handler.
func (t touching) Finding(f checks.Finding) error {
	l := f.Location
	if l == nil || f.Scope == "repo" {
		return nil
	}
	lines, ok := t.changes[l.Path]
	if !ok || lines != nil && l.Kind == "text" && !anyIn(lines, l.Start.Line, l.End.Line) {
		return nil
	}
	return t.Handler.Finding(f)
}

func anyIn(lines map[int]bool, from, to int) bool {
	for n := from; n <= max(from, to); n++ {
		if lines[n] {
			return true
		}
	}
	return false
}
