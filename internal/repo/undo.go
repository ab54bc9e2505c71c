package repo

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// undoDir holds one file for every change that can be taken back. It ignores itself.
const undoDir = ".bakedin/undo"

// UndoEntry is a change that can be taken back.
type UndoEntry struct {
	ID    string     `json:"id"` // a number that grows
	Title string     `json:"title"`
	Files []undoFile `json:"files"`
}

// Paths of the files that the change touched.
func (e *UndoEntry) Paths() []string {
	var out []string
	for _, f := range e.Files {
		out = append(out, f.Path)
	}
	return out
}

type undoFile struct {
	Path   string      `json:"path"`
	Before *[]byte     `json:"before"` // base64; null: the file did not exist
	Mode   fs.FileMode `json:"mode"`
	After  string      `json:"after_sha256"` // empty: the change removed it
}

func remember(w Workspace, title string, steps []step) (UndoEntry, error) {
	known, err := Undos(w)
	if err != nil {
		return UndoEntry{}, err
	}
	last := 0
	if n := len(known); n > 0 {
		fmt.Sscan(known[n-1].ID, &last)
	}
	e := UndoEntry{ID: fmt.Sprint(last + 1), Title: title}
	for _, s := range steps {
		f := undoFile{Path: s.path, Mode: s.mode, After: s.after}
		if s.before != nil {
			f.Before = &s.before
		}
		e.Files = append(e.Files, f)
	}
	text, err := json.MarshalIndent(e, "", " ")
	if err != nil {
		return e, err
	}
	if _, _, err := w.read(undoDir + "/.gitignore"); errors.Is(err, fs.ErrNotExist) {
		if err := putFile(w, undoDir+"/.gitignore", []byte("*\n")); err != nil {
			return e, err
		}
	}
	return e, putFile(w, undoPath(e.ID), append(text, '\n'))
}

func undoPath(id string) string { return fmt.Sprintf("%s/%06s.json", undoDir, id) }

func putFile(w Workspace, p string, b []byte) error {
	tmp, err := w.create(p, newFileMode, content(b))
	if err != nil {
		return err
	}
	return w.rename(tmp, p)
}

func forget(w Workspace, id string) error { return w.remove(undoPath(id)) }

// Undos lists what can be taken back, oldest first.
func Undos(w Workspace) ([]UndoEntry, error) {
	files, err := w.list(undoDir)
	if err != nil {
		return nil, err
	}
	slices.Sort(files)
	var out []UndoEntry
	for _, name := range files {
		if !strings.HasSuffix(name, ".json") {
			continue
		}
		text, _, err := w.read(path.Join(undoDir, name))
		if err != nil {
			return nil, err
		}
		var e UndoEntry
		if err := json.Unmarshal(text, &e); err != nil {
			return nil, fmt.Errorf("%s/%s: %w", undoDir, name, err)
		}
		out = append(out, e)
	}
	return out, nil
}

// Undo takes a change back, byte for byte. A file that has moved on since is ErrChanged, and then nothing is written.
func Undo(ctx context.Context, w Workspace, id string) error {
	entries, err := Undos(w)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(entries, func(e UndoEntry) bool { return e.ID == id })
	if i < 0 {
		return fmt.Errorf("there is no change %s to take back", id)
	}
	var steps []step
	for _, f := range entries[i].Files {
		if err := writable(f.Path); err != nil {
			return err
		}
		now, _, err := w.read(f.Path)
		if errors.Is(err, fs.ErrNotExist) && f.After == "" {
			err = nil
		} else if err == nil && (f.After == "" || Digest(now) != f.After) {
			err = fmt.Errorf("%s was changed after the fix: %w", f.Path, ErrChanged)
		}
		if err != nil {
			return err
		}
		s := step{path: f.Path, mode: f.Mode}
		if f.Before != nil {
			s.before = *f.Before
			if s.before == nil {
				s.before = []byte{}
			}
		}
		steps = append(steps, s)
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := restore(w, steps); err != nil {
		return err
	}
	return forget(w, id)
}
