package repo

import (
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"

	"github.com/spf13/afero"
)

// source is where the bytes of a tree come from.
type source interface {
	// open opens a regular file. The path has been checked.
	open(path string) (Blob, error)
	// object opens a git-lfs object of the repository by its sha256.
	object(oid string) (Blob, error)
	io.Closer
}

// files is the source of trees that lie in a file system.
type files struct {
	fs     afero.Fs
	git    string // git's own folder with the git-lfs objects; empty: none
	closer io.Closer
}

func (s *files) open(path string) (Blob, error) { return openFile(s.fs, path) }

func openFile(fsys afero.Fs, path string) (Blob, error) {
	f, err := fsys.Open(path)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = irregular(path, info.Mode())
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return fileBlob{f, info.Size()}, nil
}

type fileBlob struct {
	afero.File
	size int64
}

func (b fileBlob) Size() int64 { return b.size }

// object opens an object of git-lfs. The folder is git's own and not in the tree, so it gets a root of its own.
// Source: https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md
func (s *files) object(oid string) (Blob, error) {
	if s.git == "" {
		return nil, notExist(oid)
	}
	root, err := os.OpenRoot(s.git)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	return openFile(rootFs{root: root}, path.Join("lfs", "objects", oid[:2], oid[2:4], oid))
}

func (s *files) Close() error {
	if s.closer == nil {
		return nil
	}
	return s.closer.Close()
}

// memory is a Blob of bytes that are at hand.
type memory struct{ *strings.Reader }

func (memory) Close() error { return nil }

func inMemory(b []byte) Blob { return memory{strings.NewReader(string(b))} }

// overlay is a source with contents that stand in front of another: a preview.
type overlay struct {
	source
	contents map[string][]byte // nil: removed
}

func (o *overlay) open(path string) (Blob, error) {
	b, ok := o.contents[path]
	switch {
	case !ok:
		return o.source.open(path)
	case b == nil:
		return nil, notExist(path)
	}
	return inMemory(b), nil
}

// Close does nothing: what lies below is closed by the tree that it belongs to.
func (o *overlay) Close() error { return nil }

func notExist(path string) error { return &fs.PathError{Op: "open", Path: path, Err: fs.ErrNotExist} }

func irregular(path string, mode fs.FileMode) error {
	return &fs.PathError{Op: "open", Path: path, Err: fmt.Errorf("is a %s, which is not opened", modeName(mode))}
}

func modeName(mode fs.FileMode) string {
	switch {
	case mode.IsDir():
		return "folder"
	case mode&fs.ModeSymlink != 0:
		return "link"
	case mode&fs.ModeNamedPipe != 0:
		return "named pipe"
	case mode&fs.ModeSocket != 0:
		return "socket"
	case mode&fs.ModeDevice != 0:
		return "device"
	}
	return "special file"
}
