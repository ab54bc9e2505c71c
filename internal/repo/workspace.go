package repo

import (
	"crypto/rand"
	"encoding/hex"
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
// out of it or into .git.
type Workspace interface {
	// read returns the content and mode of a file.
	read(path string) ([]byte, fs.FileMode, error)
	// create writes a temporary file beside path, synced, and returns its name.
	create(path string, mode fs.FileMode, fill func(io.Writer) error) (temporary string, err error)
	// rename puts a temporary file in place, in one step.
	rename(from, to string) error
	remove(path string) error
	list(dir string) ([]string, error)
}

// DirWorkspace writes below a directory, through os.Root.
func DirWorkspace(dir string) Workspace { return dirSpace(dir) }

// MemWorkspace writes to a file system in memory.
func MemWorkspace(f afero.Fs) Workspace { return memSpace{f} }

// writable refuses paths that no plan may touch.
func writable(p string) error {
	if !fs.ValidPath(p) || p == "." || strings.ContainsAny(p, "\x00\\") || !filepath.IsLocal(filepath.FromSlash(p)) {
		return fmt.Errorf("%q is not a path inside the repository", p)
	}
	for _, part := range strings.Split(p, "/") {
		if strings.EqualFold(part, ".git") {
			return fmt.Errorf("%q lies in a .git folder, which is never written", p)
		}
	}
	return nil
}

func temporaryName(p string) string {
	var b [6]byte
	_, _ = rand.Read(b[:]) // never fails
	return path.Join(path.Dir(p), ".bakedin-"+hex.EncodeToString(b[:]))
}

type dirSpace string

func (d dirSpace) open() (*os.Root, error) { return os.OpenRoot(string(d)) }

func (d dirSpace) read(p string) ([]byte, fs.FileMode, error) {
	root, err := d.open()
	if err != nil {
		return nil, 0, err
	}
	defer root.Close()
	info, err := root.Lstat(p)
	if err != nil {
		return nil, 0, err
	}
	if !info.Mode().IsRegular() {
		return nil, 0, fmt.Errorf("%s is not a regular file", p)
	}
	b, err := root.ReadFile(p)
	return b, info.Mode().Perm(), err
}

func (d dirSpace) create(p string, mode fs.FileMode, fill func(io.Writer) error) (string, error) {
	root, err := d.open()
	if err != nil {
		return "", err
	}
	defer root.Close()
	if err := root.MkdirAll(path.Dir(p), 0o755); err != nil {
		return "", err
	}
	tmp := temporaryName(p)
	f, err := root.OpenFile(tmp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return "", err
	}
	err = errors.Join(fill(f), f.Chmod(mode), f.Sync())
	if err = errors.Join(err, f.Close()); err != nil {
		root.Remove(tmp)
		return "", err
	}
	return tmp, nil
}

func (d dirSpace) rename(from, to string) error {
	root, err := d.open()
	if err != nil {
		return err
	}
	defer root.Close()
	return root.Rename(from, to)
}

func (d dirSpace) remove(p string) error {
	root, err := d.open()
	if err != nil {
		return err
	}
	defer root.Close()
	return root.Remove(p)
}

func (d dirSpace) list(dir string) ([]string, error) {
	root, err := d.open()
	if err != nil {
		return nil, err
	}
	defer root.Close()
	return names(fs.ReadDir(root.FS(), dir))
}

func names(entries []fs.DirEntry, err error) ([]string, error) {
	var out []string
	for _, e := range entries {
		out = append(out, e.Name())
	}
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return out, err
}

type memSpace struct{ fs afero.Fs }

func (m memSpace) read(p string) ([]byte, fs.FileMode, error) {
	info, err := m.fs.Stat(p)
	if err != nil {
		return nil, 0, err
	}
	b, err := afero.ReadFile(m.fs, p)
	return b, info.Mode().Perm(), err
}

func (m memSpace) create(p string, mode fs.FileMode, fill func(io.Writer) error) (string, error) {
	tmp := temporaryName(p)
	f, err := m.fs.OpenFile(tmp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return "", err
	}
	err = errors.Join(fill(f), f.Close())
	if err != nil {
		_ = m.fs.Remove(tmp)
		return "", err
	}
	return tmp, nil
}

func (m memSpace) rename(from, to string) error { return m.fs.Rename(from, to) }
func (m memSpace) remove(p string) error        { return m.fs.Remove(p) }
func (m memSpace) list(dir string) ([]string, error) {
	return names(fs.ReadDir(afero.NewIOFS(m.fs), dir))
}
