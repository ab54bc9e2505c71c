package convert

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// Output is a file to be made: the result of a plan, what a function writes, or text. Its path must not exist.
type Output struct {
	Path    string
	Plan    *Plan
	Write   func(context.Context, io.Writer) error
	Text    []byte
	Receipt *Receipt // of the plan, filled by Save
}

// SaveOptions of Save.
type SaveOptions struct {
	WriteOptions
	NoReread bool         // the written file is not read again
	Changed  func() error // asked when everything is written: has the source changed?
}

// Save makes all of the outputs, in their order, or none. Each is written to a temporary file in its folder, synced, read
// again, and then put in place; a path that exists is never replaced. texts makes more outputs of the receipts, such as the
// receipts themselves, and may be nil.
func Save(ctx context.Context, outputs []*Output, opt SaveOptions, texts func() ([]*Output, error)) (err error) {
	var made []string // temporary names, then those in place
	defer func() {
		if err != nil {
			for _, name := range made {
				os.Remove(name)
			}
		}
	}()
	if err := absent(outputs); err != nil {
		return err
	}
	stage := func(outputs []*Output) error {
		for _, o := range outputs {
			name, err := o.stage(ctx, opt)
			if name != "" {
				made = append(made, name)
			}
			if err != nil {
				return err
			}
		}
		return nil
	}
	if err := stage(outputs); err != nil {
		return err
	}
	if texts != nil {
		more, err := texts()
		if err == nil {
			err = absent(more)
		}
		if err != nil {
			return err
		}
		if err := stage(more); err != nil {
			return err
		}
		outputs = append(outputs[:len(outputs):len(outputs)], more...)
	}
	if opt.Changed != nil {
		if err := opt.Changed(); err != nil {
			return err
		}
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	// Texts first: a model is never seen without what was left of it.
	for _, last := range []bool{false, true} {
		for i, o := range outputs {
			if (o.Plan != nil) != last {
				continue
			}
			if err := putNew(made[i], o.Path); err != nil {
				return err
			}
			made[i] = o.Path
		}
	}
	for _, o := range outputs {
		syncDir(filepath.Dir(o.Path))
	}
	return nil
}

func absent(outputs []*Output) error {
	seen := map[string]bool{}
	for _, o := range outputs {
		if _, err := os.Lstat(o.Path); err == nil || seen[o.Path] {
			r := refuse(o.Path, ErrExists, "", -1, "the file exists, and is not replaced").(*Refusal)
			r.Problems[0].Next = "--output names another"
			return r
		} else if !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		seen[o.Path] = true
	}
	return nil
}

// stage writes the temporary file, and returns its name also when that fails half-way.
func (o *Output) stage(ctx context.Context, opt SaveOptions) (name string, err error) {
	var b [6]byte
	_, _ = rand.Read(b[:]) // never fails
	name = filepath.Join(filepath.Dir(o.Path), ".bakedin-"+hex.EncodeToString(b[:]))
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if o.Plan == nil {
		if o.Write != nil {
			err = o.Write(ctx, f)
		} else {
			_, err = f.Write(o.Text)
		}
		return name, errors.Join(err, f.Sync())
	}
	if err := f.Truncate(o.Plan.Size); err != nil { // room for all of it, or the reason now
		return name, err
	}
	if o.Receipt, err = o.Plan.WriteTo(ctx, f, opt.WriteOptions); err != nil {
		return name, err
	}
	if err := f.Sync(); err != nil {
		return name, err
	}
	if opt.NoReread {
		return name, nil
	}
	size, err := f.Seek(0, io.SeekEnd)
	if err != nil {
		return name, err
	}
	if err := Verify(ctx, f, size, o.Path, o.Receipt); err != nil {
		return name, err
	}
	o.Receipt.Reread = true
	return name, nil
}

// putNew gives a file its name, unless there is one of that name: a link fails where a rename would replace. File systems
// without links get the rename, after another look.
func putNew(from, to string) error {
	err := os.Link(from, to)
	if err == nil {
		if err = os.Remove(from); err != nil {
			os.Remove(to)
		}
		return err
	}
	if _, e := os.Lstat(to); e == nil || errors.Is(err, fs.ErrExist) {
		return refuse(to, ErrExists, "", -1, "the file appeared meanwhile, and is not replaced")
	}
	return os.Rename(from, to)
}

// syncDir makes the names last. Not every system can, and the files are whole either way.
func syncDir(dir string) {
	if d, err := os.Open(dir); err == nil {
		_ = d.Sync()
		d.Close()
	}
}
