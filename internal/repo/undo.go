package repo

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
)

// undoDir is the journal: one .json file for every change that is being made or can be taken back, and beside it the old
// contents, "000001.0" for the first file of change 1. It ignores itself.
const undoDir = ".bakedin/undo"

// UndoEntry is a change that can be taken back.
type UndoEntry struct {
	ID    string     `json:"id"` // a number that grows
	Title string     `json:"title"`
	State state      `json:"state,omitempty"`
	Files []undoFile `json:"files"`
}

// state says how far a change has come.
type state string

const (
	preparing state = "preparing" // no file has changed
	applying  state = "applying"  // some may have
	applied   state = ""          //
	undoing   state = "undoing"   // some may have been taken back
)

type undoFile struct {
	Path   string      `json:"path"`
	To     string      `json:"to,omitempty"`  // the new name, of a rename
	Before string      `json:"before_sha256"` // empty: the file did not exist
	After  string      `json:"after_sha256"`  // empty: the change removes it
	Mode   fs.FileMode `json:"mode"`
}

// unknown stands for a digest until the content is written.
const unknown = "?"

// Paths of the files that the change touched.
func (e *UndoEntry) Paths() []string {
	var out []string
	for _, f := range e.Files {
		out = append(out, f.Path)
	}
	return out
}

func (e *UndoEntry) file() string { return fmt.Sprintf("%s/%06s.json", undoDir, e.ID) }

// kept is where the old content of a file is.
func (e *UndoEntry) kept(i int) string { return fmt.Sprintf("%s/%06s.%d", undoDir, e.ID, i) }

// temporary is where the new content of a file waits, in the same folder, so that it can be renamed.
func (e *UndoEntry) temporary(i int) string {
	return path.Join(path.Dir(e.Files[i].Path), fmt.Sprintf(".bakedin-%06s-%d.tmp", e.ID, i))
}

func (e *UndoEntry) write(w Workspace) error {
	text, err := json.MarshalIndent(e, "", " ")
	if err != nil {
		return err
	}
	return putFile(w, e.file(), append(text, '\n'))
}

// putFile writes a file of our own in one step.
func putFile(w Workspace, p string, b []byte) error {
	tmp := path.Join(path.Dir(p), ".bakedin-"+path.Base(p)+".tmp")
	_ = w.remove(tmp) // none, or one that a killed process left
	if err := w.create(tmp, newFileMode, content(b)); err != nil {
		return err
	}
	return w.rename(tmp, p)
}

func ignoreUndo(w Workspace) error {
	if _, err := w.stat(undoDir + "/.gitignore"); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return putFile(w, undoDir+"/.gitignore", []byte("*\n"))
}

func nextID(entries []UndoEntry) string {
	last := 0
	for _, e := range entries {
		if n, err := strconv.Atoi(e.ID); err == nil {
			last = max(last, n)
		}
	}
	return strconv.Itoa(last + 1)
}

// Undos lists what can be taken back, oldest first.
func Undos(w Workspace) ([]UndoEntry, error) {
	if known, err := w.list(undoDir); err != nil || len(known) == 0 {
		return nil, err
	}
	release, err := w.lock()
	if err != nil { // somebody is writing, or nobody may: what is finished can be listed
		entries, err := entriesOf(w)
		return slices.DeleteFunc(entries, func(e UndoEntry) bool { return e.State != applied }), err
	}
	defer release()
	return settle(w)
}

// Undo takes a change back, byte for byte. A file that has moved on since is ErrChanged, and then nothing is written.
func Undo(ctx context.Context, w Workspace, id string) error {
	release, err := w.lock()
	if err != nil {
		return err
	}
	defer release()
	entries, err := settle(w)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(entries, func(e UndoEntry) bool { return e.ID == id })
	if i < 0 {
		return fmt.Errorf("there is no change %s to take back", id)
	}
	e := entries[i]
	for i, f := range e.Files {
		now, err := e.look(w, i)
		if err == nil && now != isAfter {
			err = fmt.Errorf("%s was changed after the fix: %w", f.Path, ErrChanged)
		}
		if err != nil {
			return err
		}
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	e.State = undoing
	if err := e.write(w); err != nil {
		return err
	}
	return e.takeBack(w)
}

// settle finishes what a process that was killed has left, and returns the changes that can be taken back. The caller holds
// the lock.
func settle(w Workspace) ([]UndoEntry, error) {
	entries, err := entriesOf(w)
	if err != nil {
		return nil, err
	}
	var out []UndoEntry
	for _, e := range entries {
		switch e.State {
		case applied:
			out = append(out, e)
		case preparing:
			err = errors.Join(err, e.forget(w))
		default:
			err = errors.Join(err, e.takeBack(w))
		}
	}
	return out, err
}

func entriesOf(w Workspace) ([]UndoEntry, error) {
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
		e, err := readEntry(w, path.Join(undoDir, name))
		if err != nil {
			return nil, fmt.Errorf("%s/%s: %w", undoDir, name, err)
		}
		out = append(out, e)
	}
	return out, nil
}

// readEntry reads a file of the journal. It may come from whoever packed the repository, so that its paths are looked at like
// those of a plan.
func readEntry(w Workspace, p string) (e UndoEntry, err error) {
	f, err := w.open(p)
	if err != nil {
		return e, err
	}
	defer f.Close()
	if err := json.NewDecoder(io.LimitReader(f, 64<<20)).Decode(&e); err != nil {
		return e, err
	}
	if e.file() != p || strings.ContainsAny(e.ID, "/\\") {
		return e, errors.New("it is not named after its change")
	}
	for _, f := range e.Files {
		if err := writable(f.Path); err != nil {
			return e, err
		}
		if f.To != "" {
			if err := writable(f.To); err != nil {
				return e, err
			}
		}
	}
	return e, nil
}

type standing int

const (
	isBefore  standing = iota // as it was before the change
	isAfter                   // as the change left it
	isForeign                 // somebody else has been at it
)

// look tells which of both a file is.
func (e *UndoEntry) look(w Workspace, i int) (standing, error) {
	f := &e.Files[i]
	sum, _, err := sumOf(w, f.Path)
	if err != nil {
		return isForeign, err
	}
	if f.To != "" {
		to, _, err := sumOf(w, f.To)
		switch {
		case err != nil:
			return isForeign, err
		case sum == f.Before && to == "":
			return isBefore, nil
		case to == f.After && (sum == "" || sum == f.Before): // under both names when it was killed between link and unlink
			return isAfter, nil
		}
		return isForeign, nil
	}
	switch sum {
	case f.Before:
		return isBefore, nil
	case f.After:
		return isAfter, nil
	}
	return isForeign, nil
}

// takeBack brings every file back to what it was before, as far as nobody else has been at it, and forgets the change. It
// may be run again at any point.
func (e *UndoEntry) takeBack(w Workspace) error {
	var foreign []error
	for i := len(e.Files) - 1; i >= 0; i-- {
		now, err := e.look(w, i)
		switch {
		case err != nil:
			return err
		case now == isForeign:
			foreign = append(foreign, fmt.Errorf("%s: somebody changed it meanwhile; its old content is %s", e.Files[i].Path, e.kept(i)))
			continue
		case now == isAfter:
			if err := e.back(w, i); err != nil {
				return err
			}
		}
	}
	if foreign == nil {
		return e.forget(w)
	}
	e.State = applied // what is kept stays, for a person to look at
	return errors.Join(append(foreign, e.write(w))...)
}

// back brings one file back that is as the change left it.
func (e *UndoEntry) back(w Workspace, i int) error {
	f := &e.Files[i]
	switch {
	case f.To != "":
		if _, err := w.stat(f.Path); err == nil {
			return w.remove(f.To)
		}
		return w.place(f.To, f.Path)
	case f.Before == "":
		return w.remove(f.Path)
	case f.After == "":
		if _, err := w.stat(e.kept(i)); errors.Is(err, fs.ErrNotExist) {
			return nil // it was not us who removed it
		}
		return w.place(e.kept(i), f.Path)
	}
	return w.rename(e.kept(i), f.Path)
}

// forget removes what belongs to a change, its journal last.
func (e *UndoEntry) forget(w Workspace) error {
	for i := range e.Files {
		for _, p := range []string{e.temporary(i), e.kept(i)} {
			if err := w.remove(p); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return err
			}
		}
	}
	return w.remove(e.file())
}
