package repo

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/spf13/afero"
)

// Workspace is where plans are written: a directory, or a file system in memory. Paths are relative to its root; none leads
// out of it, through a link or into .git. What a method did is on disk when it returns.
type Workspace interface {
	// lock keeps other processes from writing plans until it is released. It does not wait: ErrBusy.
	lock() (release func(), err error)
	// stat and open take regular files only.
	stat(path string) (fs.FileInfo, error)
	open(path string) (io.ReadCloser, error)
	// create makes a file that must not exist, and its folder.
	create(path string, mode fs.FileMode, fill func(io.Writer) error) error
	// rename moves a file in one step, over one that is there.
	rename(from, to string) error
	// place moves a file to a name that must not exist.
	place(from, to string) error
	remove(path string) error
	list(dir string) ([]string, error)
}

// ErrBusy says that another process is writing to the repository.
var ErrBusy = errors.New("another bakedin is writing to this repository; try again when it is done")

// DirWorkspace writes below a directory, through os.Root.
func DirWorkspace(dir string) Workspace { return dirSpace(dir) }

// MemWorkspace writes to a file system in memory.
func MemWorkspace(f afero.Fs) Workspace { return memSpace{f} }

// writable refuses paths that no plan may touch.
func writable(p string) error {
	if err := checkPath(p); err != nil {
		return err
	}
	if strings.Contains(p, `\`) || p == undoDir || inside(p, undoDir) {
		return fmt.Errorf("%q is not a path that a plan may write", p)
	}
	return nil
}

type dirSpace string

// in runs an action on the root and then makes the folders of the paths durable. A folder on the way that is a link is
// refused: it might lead into .git.
func (d dirSpace) in(act func(root *os.Root) error, paths ...string) error {
	root, err := os.OpenRoot(string(d))
	if err != nil {
		return err
	}
	defer root.Close()
	for _, p := range paths {
		for i := range p {
			if p[i] != '/' {
				continue
			}
			if info, err := root.Lstat(p[:i]); err == nil && !info.IsDir() {
				return fmt.Errorf("%s is a %s and no folder; nothing is written through it", p[:i], modeName(info.Mode()))
			}
		}
	}
	if err := act(root); err != nil {
		return err
	}
	for _, p := range paths {
		if dir, err := root.Open(path.Dir(p)); err == nil {
			_ = dir.Sync() // not every system can sync a folder
			dir.Close()
		}
	}
	return nil
}

func (d dirSpace) lock() (release func(), err error) {
	p := undoDir + "/lock"
	err = d.in(func(root *os.Root) error {
		if err := root.MkdirAll(undoDir, 0o755); err != nil {
			return err
		}
		f, err := root.OpenFile(p, os.O_RDWR|os.O_CREATE|nonBlock, newFileMode)
		if err != nil {
			return err
		}
		if err := lockFile(f); err != nil {
			f.Close()
			return err
		}
		release = func() { f.Close() } // closing lets go, and so does the end of the process
		return nil
	}, p)
	return release, err
}

func (d dirSpace) stat(p string) (info fs.FileInfo, err error) {
	err = d.in(func(root *os.Root) error {
		if info, err = root.Lstat(p); err == nil && !info.Mode().IsRegular() {
			err = irregular(p, info.Mode())
		}
		return err
	})
	return info, err
}

func (d dirSpace) open(p string) (f io.ReadCloser, err error) {
	err = d.in(func(root *os.Root) error {
		b, err := openFile(rootFs{root: root}, p)
		if err == nil {
			f = b.(fileBlob)
		}
		return err
	})
	return f, err
}

func (d dirSpace) create(p string, mode fs.FileMode, fill func(io.Writer) error) error {
	return d.in(func(root *os.Root) error {
		if err := root.MkdirAll(path.Dir(p), 0o755); err != nil {
			return err
		}
		f, err := root.OpenFile(p, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
		if err != nil {
			return err
		}
		err = fill(f)
		if mode != newFileMode { // the umask decides about new files, nobody about old ones
			err = errors.Join(err, f.Chmod(mode))
		}
		err = errors.Join(err, f.Sync())
		if err = errors.Join(err, f.Close()); err != nil {
			_ = root.Remove(p)
		}
		return err
	}, p)
}

func (d dirSpace) rename(from, to string) error {
	return d.in(func(root *os.Root) error { return root.Rename(from, to) }, from, to)
}

// place links and unlinks, because a rename replaces what is there. Where files cannot have two names it looks first.
func (d dirSpace) place(from, to string) error {
	return d.in(func(root *os.Root) error {
		if err := root.MkdirAll(path.Dir(to), 0o755); err != nil {
			return err
		}
		err := root.Link(from, to)
		if err == nil {
			return root.Remove(from)
		}
		if errors.Is(err, fs.ErrExist) {
			return err
		}
		if _, err := root.Lstat(to); !errors.Is(err, fs.ErrNotExist) {
			return &fs.PathError{Op: "create", Path: to, Err: fs.ErrExist}
		}
		return root.Rename(from, to)
	}, from, to)
}

func (d dirSpace) remove(p string) error {
	return d.in(func(root *os.Root) error { return root.Remove(p) }, p)
}

func (d dirSpace) list(dir string) (out []string, err error) {
	err = d.in(func(root *os.Root) error {
		out, err = names(rootFs{root: root}, dir)
		return err
	}, path.Join(dir, "x"))
	return out, err
}

func names(f afero.Fs, dir string) ([]string, error) {
	entries, err := readDir(f, dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var out []string
	for _, e := range entries {
		out = append(out, e.Name())
	}
	return out, err
}

type memSpace struct{ fs afero.Fs }

func (m memSpace) lock() (func(), error)                { return func() {}, nil }
func (m memSpace) stat(p string) (fs.FileInfo, error)   { return m.fs.Stat(p) }
func (m memSpace) open(p string) (io.ReadCloser, error) { return m.fs.Open(p) }
func (m memSpace) rename(from, to string) error         { return m.fs.Rename(from, to) }
func (m memSpace) remove(p string) error                { return m.fs.Remove(p) }
func (m memSpace) list(dir string) ([]string, error)    { return names(m.fs, filepath.ToSlash(dir)) }

func (m memSpace) create(p string, mode fs.FileMode, fill func(io.Writer) error) error {
	f, err := m.fs.OpenFile(p, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	if err = errors.Join(fill(f), f.Close()); err != nil {
		_ = m.fs.Remove(p)
	}
	return err
}

func (m memSpace) place(from, to string) error {
	if _, err := m.fs.Stat(to); err == nil {
		return &fs.PathError{Op: "create", Path: to, Err: fs.ErrExist}
	}
	return m.fs.Rename(from, to)
}
