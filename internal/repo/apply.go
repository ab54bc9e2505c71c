package repo

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
)

// newFileMode is the mode of a file that a plan creates, before the umask.
const newFileMode = 0o644

// Apply writes a plan in one step and remembers how to take it back.
//
// First every file is compared with what the plan was made from: ErrChanged when one differs. Then every new content is
// written to a temporary file beside its target and every old one is kept in .bakedin/undo, and only then, one rename after
// the other, the files change. The journal in .bakedin/undo says at every moment what was done: when Apply fails half-way it
// takes back what it did, and when the process is killed the next Apply, Undo or Undos does. So the tree is the old one or
// the new one; between a kill and that next call each single file is the old or the new.
func Apply(ctx context.Context, w Workspace, plan Plan) (UndoEntry, error) {
	release, err := w.lock()
	if err != nil {
		return UndoEntry{}, err
	}
	defer release()
	if err := ignoreUndo(w); err != nil { // before anything can be refused: git must not see the lock
		return UndoEntry{}, err
	}
	entries, err := settle(w)
	if err != nil {
		return UndoEntry{}, err
	}
	e := UndoEntry{ID: nextID(entries), Title: plan.Title, State: preparing}
	if e.Files, err = bind(w, plan); err != nil {
		return UndoEntry{}, err
	}
	if err := e.write(w); err != nil {
		return UndoEntry{}, fmt.Errorf("the way back could not be written, so nothing was: %w", err)
	}
	if err := e.prepare(ctx, w, plan); err != nil {
		return UndoEntry{}, errors.Join(err, e.forget(w))
	}
	e.State = applying
	if err := e.write(w); err != nil {
		return UndoEntry{}, errors.Join(err, e.forget(w))
	}
	for i := range e.Files {
		if err := e.put(w, i); err != nil {
			return UndoEntry{}, e.giveUp(w, fmt.Errorf("%s: %w", e.Files[i].Path, err))
		}
	}
	done := e
	done.State = applied
	if err := done.write(w); err != nil { // without it the next call would take back what people believe is done
		return UndoEntry{}, e.giveUp(w, fmt.Errorf("the way back could not be written: %w", err))
	}
	return done, nil
}

// giveUp takes back what was done, and says so.
func (e *UndoEntry) giveUp(w Workspace, err error) error {
	if back := e.takeBack(w); back != nil {
		return errors.Join(err, back)
	}
	return fmt.Errorf("%w; nothing of the plan is left", err)
}

// bind compares every file with what the plan was made from.
func bind(w Workspace, plan Plan) ([]undoFile, error) {
	var files []undoFile
	for _, edit := range plan.Edits {
		f := undoFile{Path: edit.Target(), Mode: newFileMode}
		switch e := edit.(type) {
		case Write:
			f.Before, f.After = e.Base, Digest(e.New)
		case Stream:
			f.After = unknown
		case Remove:
			f.Before = e.Base
		case Rename:
			f.Before, f.After, f.To = e.Base, e.Base, e.To
			if err := writable(e.To); err != nil {
				return nil, err
			}
			if sum, _, err := sumOf(w, e.To); err != nil {
				return nil, err
			} else if sum != "" {
				return nil, fmt.Errorf("%s exists already: %w", e.To, ErrChanged)
			}
		default:
			return nil, fmt.Errorf("%s: an edit of an unknown kind", edit.Target())
		}
		if err := writable(f.Path); err != nil {
			return nil, err
		}
		sum, mode, err := sumOf(w, f.Path)
		switch {
		case err != nil:
			return nil, err
		case sum == f.Before && sum != "":
			f.Mode = mode
		case sum == f.Before:
		case sum == "":
			return nil, fmt.Errorf("%s is gone: %w", f.Path, ErrChanged)
		case f.Before == "":
			return nil, fmt.Errorf("%s exists already: %w", f.Path, ErrChanged)
		default:
			return nil, fmt.Errorf("%s: %w", f.Path, ErrChanged)
		}
		files = append(files, f)
	}
	return files, nil
}

// prepare writes new contents beside their targets, and keeps old ones.
func (e *UndoEntry) prepare(ctx context.Context, w Workspace, plan Plan) error {
	for i, edit := range plan.Edits {
		if err := ctx.Err(); err != nil {
			return err
		}
		f := &e.Files[i]
		var fill func(io.Writer) error
		switch edit := edit.(type) {
		case Write:
			fill = content(edit.New)
		case Stream:
			fill = func(out io.Writer) error {
				c := &counter{w: out}
				if err := edit.Write(ctx, c); err != nil {
					return err
				}
				if c.n != edit.Size {
					return fmt.Errorf("%s: %d bytes were written where the plan says %d", edit.Path, c.n, edit.Size)
				}
				return nil
			}
		default:
			continue // moved when its turn comes
		}
		sum := sha256.New()
		_ = w.remove(e.temporary(i)) // none, or one that a killed process left
		if err := w.create(e.temporary(i), f.Mode, func(out io.Writer) error { return fill(io.MultiWriter(out, sum)) }); err != nil {
			return err
		}
		f.After = hex.EncodeToString(sum.Sum(nil))
		if f.Before == "" {
			continue
		}
		_ = w.remove(e.kept(i))
		kept := sha256.New()
		err := w.create(e.kept(i), f.Mode, func(out io.Writer) error {
			old, err := w.open(f.Path)
			if err != nil {
				return err
			}
			_, err = io.Copy(io.MultiWriter(out, kept), old)
			return errors.Join(err, old.Close())
		})
		if err != nil {
			return err
		}
		if hex.EncodeToString(kept.Sum(nil)) != f.Before {
			return fmt.Errorf("%s: %w", f.Path, ErrChanged)
		}
	}
	return nil
}

// put makes one edit real. What happened since it was prepared is looked at once more.
func (e *UndoEntry) put(w Workspace, i int) error {
	f := &e.Files[i]
	if f.Before == "" {
		return w.place(e.temporary(i), f.Path)
	}
	if sum, _, err := sumOf(w, f.Path); err != nil || sum != f.Before {
		return errors.Join(err, ErrChanged)
	}
	switch {
	case f.To != "":
		return w.place(f.Path, f.To)
	case f.After == "":
		return w.place(f.Path, e.kept(i))
	}
	return w.rename(e.temporary(i), f.Path)
}

func content(b []byte) func(io.Writer) error {
	return func(w io.Writer) error {
		_, err := w.Write(b)
		return err
	}
}

type counter struct {
	w io.Writer
	n int64
}

func (c *counter) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	c.n += int64(n)
	return n, err
}

// sumOf returns the sha256 of a regular file and its mode; the empty string when there is none.
func sumOf(w Workspace, p string) (string, fs.FileMode, error) {
	info, err := w.stat(p)
	if errors.Is(err, fs.ErrNotExist) {
		return "", 0, nil
	}
	if err != nil {
		return "", 0, err
	}
	f, err := w.open(p)
	if err != nil {
		return "", 0, err
	}
	defer f.Close()
	sum := sha256.New()
	_, err = io.Copy(sum, f)
	return hex.EncodeToString(sum.Sum(nil)), info.Mode() & (fs.ModePerm | fs.ModeSetuid | fs.ModeSetgid | fs.ModeSticky), err
}
