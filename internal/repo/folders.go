package repo

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"sync"
)

// folders keeps the folders of a root open that were used last, so that a file costs one system call and not one for each
// part of its path. What a handle leads to was reached without leaving the root, and stays inside it.
type folders struct {
	mu   sync.Mutex
	open map[string]*folder
	tick uint64
}

type folder struct {
	root *os.Root
	used uint64 // tick of the last use
	busy int    // calls that hold it
	shut bool   // closed by the last of them
}

// openFolders is how many handles are kept: more than workers need, far fewer than a process may have.
const openFolders = 64

// in calls do with a handle of the folder that holds name, and the name in it.
func (r rootFs) in(name string, do func(dir *os.Root, base string) error) error {
	dir, base := path.Split(name)
	if r.folders == nil || dir == "" || base == "" || base == "." || base == ".." {
		return do(r.root, name)
	}
	f, err := r.folders.acquire(r.root, dir)
	if err != nil {
		return named(err, name)
	}
	defer r.folders.release(f)
	return named(do(f.root, base), name)
}

func (d *folders) acquire(root *os.Root, dir string) (*folder, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.tick++
	f := d.open[dir]
	if f == nil {
		r, err := root.OpenRoot(dir)
		if err != nil {
			return nil, err
		}
		f = &folder{root: r}
		if d.open == nil {
			d.open = map[string]*folder{}
		}
		if len(d.open) >= openFolders {
			d.drop(d.oldest())
		}
		d.open[dir] = f
	}
	f.used = d.tick
	f.busy++
	return f, nil
}

func (d *folders) release(f *folder) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if f.busy--; f.busy == 0 && f.shut {
		f.root.Close()
	}
}

func (d *folders) oldest() string {
	name, least := "", d.tick+1
	for n, f := range d.open {
		if f.used < least {
			name, least = n, f.used
		}
	}
	return name
}

func (d *folders) drop(name string) {
	f := d.open[name]
	delete(d.open, name)
	if f.shut = true; f.busy == 0 {
		f.root.Close()
	}
}

// Close closes every handle that no call holds; the rest when their call is done.
func (d *folders) Close() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	for name := range d.open {
		d.drop(name)
	}
	return nil
}

// named writes the whole path into an error that names its last part.
func named(err error, name string) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return &fs.PathError{Op: p.Op, Path: name, Err: p.Err}
	}
	return err
}
