package repo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"

	"bakedin/internal/git"
)

// How much of a git object is held where. A scan opens a file twice, to tell what it is and to look at it, so that small
// objects are kept as long as there is room.
const (
	blobInMemory = 4 << 20
	blobOnDisk   = 1 << 30
	blobsKept    = 64 << 20
)

// objects is the source of trees whose files are objects of git: an index or a revision. Git is asked for ids, never for
// paths, and never filters or smudges what it hands out.
type objects struct {
	blobs *git.Blobs
	ids   map[string]string // path to id
	rest  source            // for what has no id; nil: such files do not exist
	lfs   source            // for git-lfs objects

	mu   sync.Mutex
	kept map[string][]byte // by id
	room int64
}

func newObjects(ctx context.Context, g *git.Repo, rest source) *objects {
	return &objects{blobs: g.Blobs(ctx), ids: map[string]string{}, rest: rest, lfs: rest, kept: map[string][]byte{}, room: blobsKept}
}

func (o *objects) open(path string) (Blob, error) {
	id, ok := o.ids[path]
	switch {
	case ok:
		return o.blob(path, id)
	case o.rest != nil:
		return o.rest.open(path)
	}
	return nil, notExist(path)
}

func (o *objects) blob(path, id string) (b Blob, err error) {
	o.mu.Lock()
	content, ok := o.kept[id]
	o.mu.Unlock()
	if ok {
		return inMemory(content), nil
	}
	err = o.blobs.Read(id, func(size int64, r io.Reader) (err error) {
		switch {
		case size > blobOnDisk:
			return fmt.Errorf("%w: %d bytes in git, at most %d are read", ErrTooLarge, size, int64(blobOnDisk))
		case size > blobInMemory:
			b, err = spool(r, size)
			return err
		}
		content, err = io.ReadAll(r)
		b = inMemory(content)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if n := int64(len(content)); content != nil && n <= o.room {
		o.kept[id], o.room = content, o.room-n
	}
	return b, nil
}

func (o *objects) object(oid string) (Blob, error) { return o.lfs.object(oid) }

func (o *objects) Close() error {
	err := o.blobs.Close()
	if o.rest != nil {
		err = errors.Join(err, o.rest.Close())
	}
	return err
}

// spooled is a Blob in a file of its own that nobody else can read and that has no name where the system allows it.
type spooled struct {
	*os.File
	size int64
}

func spool(r io.Reader, size int64) (Blob, error) {
	f, err := os.CreateTemp("", "bakedin-*") // mode 0600
	if err != nil {
		return nil, err
	}
	_ = os.Remove(f.Name()) // Windows cannot yet; Close will
	if _, err := io.Copy(f, r); err != nil {
		spooled{f, 0}.Close()
		return nil, err
	}
	return spooled{f, size}, nil
}

func (s spooled) Size() int64 { return s.size }

func (s spooled) Close() error {
	err := s.File.Close()
	_ = os.Remove(s.Name())
	return err
}
