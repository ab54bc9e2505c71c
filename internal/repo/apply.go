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

// newFileMode is the mode of a file that a plan creates.
const newFileMode = 0o644

// step is one edit, made ready: its new content lies in a temporary file and only has to be put in place.
type step struct {
	path      string // the path that changes
	temporary string // to be renamed to path; empty when path is removed
	before    []byte // nil: did not exist
	mode      fs.FileMode
	after     string // sha256 (hex) of what path will hold; empty when it is removed
}

// Apply writes a plan in one step and remembers how to take it back. First every file is compared with what the plan was
// made from (ErrChanged when one differs) and every new content is written to a temporary file; then they are put in place.
// When that fails half-way, what was put in place is taken back. Either all of the plan is on disk or nothing.
func Apply(ctx context.Context, w Workspace, plan Plan) (UndoEntry, error) {
	steps, err := prepare(ctx, w, plan)
	if err != nil {
		discard(w, steps)
		return UndoEntry{}, err
	}
	entry, err := remember(w, plan.Title, steps)
	if err != nil {
		discard(w, steps)
		return UndoEntry{}, fmt.Errorf("the way back could not be written, so nothing was: %w", err)
	}
	for i, s := range steps {
		if err := s.put(w); err != nil {
			discard(w, steps[i:])
			err = errors.Join(err, restore(w, steps[:i]), forget(w, entry.ID))
			return UndoEntry{}, fmt.Errorf("%s: %w; nothing of the plan is left", s.path, err)
		}
	}
	return entry, nil
}

func (s *step) put(w Workspace) error {
	if s.temporary == "" {
		return w.remove(s.path)
	}
	return w.rename(s.temporary, s.path)
}

func prepare(ctx context.Context, w Workspace, plan Plan) ([]step, error) {
	var steps []step
	add := func(path, base string, fresh bool, fill func(io.Writer) error) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := writable(path); err != nil {
			return err
		}
		s := step{path: path, mode: newFileMode}
		before, mode, err := w.read(path)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			if base != "" {
				return fmt.Errorf("%s is gone: %w", path, ErrChanged)
			}
		case err != nil:
			return err
		case base == "":
			return fmt.Errorf("%s exists already: %w", path, ErrChanged)
		case Digest(before) != base:
			return fmt.Errorf("%s: %w", path, ErrChanged)
		default:
			s.before, s.mode = before, mode
		}
		if fill != nil {
			sum := sha256.New()
			if s.temporary, err = w.create(path, s.mode, func(f io.Writer) error { return fill(io.MultiWriter(f, sum)) }); err != nil {
				return err
			}
			s.after = hex.EncodeToString(sum.Sum(nil))
		}
		steps = append(steps, s)
		return nil
	}
	for _, e := range plan.Edits {
		var err error
		switch e := e.(type) {
		case Write:
			err = add(e.Path, e.Base, e.Base == "", content(e.New))
		case Stream:
			err = add(e.Path, "", true, func(f io.Writer) error { return e.Write(ctx, f) })
		case Remove:
			err = add(e.Path, e.Base, false, nil)
		case Rename:
			var moved []byte
			if moved, _, err = w.read(e.Path); err == nil {
				if err = add(e.To, "", true, content(moved)); err == nil {
					err = add(e.Path, e.Base, false, nil)
				}
			}
		default:
			err = fmt.Errorf("%s: an edit of an unknown kind", e.Target())
		}
		if err != nil {
			return steps, err
		}
	}
	return steps, nil
}

func content(b []byte) func(io.Writer) error {
	return func(w io.Writer) error {
		_, err := w.Write(b)
		return err
	}
}

// discard removes the temporary files of steps that were not put in place.
func discard(w Workspace, steps []step) {
	for _, s := range steps {
		if s.temporary != "" {
			_ = w.remove(s.temporary) // it may be in place or gone already
		}
	}
}

// restore takes steps back that were put in place, last first.
func restore(w Workspace, steps []step) error {
	var errs []error
	for i := len(steps) - 1; i >= 0; i-- {
		s := steps[i]
		if s.before == nil {
			errs = append(errs, w.remove(s.path))
			continue
		}
		tmp, err := w.create(s.path, s.mode, content(s.before))
		if err == nil {
			err = w.rename(tmp, s.path)
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}
