package repo

import (
	"errors"
	"io/fs"
	"os"
	"syscall"
	"time"

	"github.com/spf13/afero"
)

// rootFs is an os.Root as a read-only afero file system: no link and no ".." leads out of it, and nothing can be written
// through it. afero.FromIOFS over Root.FS would do the same, but io/fs knows only names that are valid UTF-8, and a hostile
// file may have another.
type rootFs struct {
	root    *os.Root
	folders *folders // nil: every path is walked from the root
}

var _ afero.Fs = rootFs{}

func (r rootFs) Name() string { return "rootFs" }

// Open opens a regular file or a directory. Nothing else is opened: to open a FIFO waits for a writer, to open a device
// may do anything.
func (r rootFs) Open(name string) (f afero.File, err error) {
	err = r.in(name, func(dir *os.Root, base string) error {
		f, err = openIn(dir, base)
		return err
	})
	return f, err
}

func openIn(dir *os.Root, name string) (afero.File, error) {
	info, err := dir.Lstat(name)
	if err != nil {
		return nil, err
	}
	if !info.IsDir() && !info.Mode().IsRegular() {
		return nil, irregular(name, info.Mode())
	}
	f, err := dir.OpenFile(name, os.O_RDONLY|nonBlock, 0)
	if err != nil {
		return nil, err
	}
	// The name may have changed hands between the two calls; nonBlock keeps a FIFO from holding us here.
	now, err := f.Stat()
	if err == nil && !os.SameFile(info, now) {
		err = &fs.PathError{Op: "open", Path: name, Err: errors.New("changed while it was opened")}
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

func (r rootFs) OpenFile(name string, flag int, _ os.FileMode) (afero.File, error) {
	if flag&(os.O_WRONLY|os.O_RDWR|os.O_APPEND|os.O_CREATE|os.O_TRUNC) != 0 {
		return nil, readOnly("open", name)
	}
	return r.Open(name)
}

func (r rootFs) Stat(name string) (info os.FileInfo, err error) {
	err = r.in(name, func(dir *os.Root, base string) error {
		info, err = dir.Lstat(base)
		return err
	})
	return info, err
}

func readOnly(op, name string) error { return &fs.PathError{Op: op, Path: name, Err: syscall.EROFS} }

func (r rootFs) Create(name string) (afero.File, error)    { return nil, readOnly("create", name) }
func (r rootFs) Mkdir(name string, _ os.FileMode) error    { return readOnly("mkdir", name) }
func (r rootFs) MkdirAll(name string, _ os.FileMode) error { return readOnly("mkdir", name) }
func (r rootFs) Remove(name string) error                  { return readOnly("remove", name) }
func (r rootFs) RemoveAll(name string) error               { return readOnly("remove", name) }
func (r rootFs) Rename(name, _ string) error               { return readOnly("rename", name) }
func (r rootFs) Chmod(name string, _ os.FileMode) error    { return readOnly("chmod", name) }
func (r rootFs) Chown(name string, _, _ int) error         { return readOnly("chown", name) }
func (r rootFs) Chtimes(name string, _, _ time.Time) error { return readOnly("chtimes", name) }

// Close closes the root and the folders that are kept open.
func (r rootFs) Close() error {
	return errors.Join(r.folders.Close(), r.root.Close())
}
