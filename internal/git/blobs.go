package git

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strconv"
	"strings"
	"sync"
)

// Sizes returns the sizes of blobs by id. An id that is not in the repository, or is no blob, is not in the map.
func (r *Repo) Sizes(ctx context.Context, ids []string) (map[string]int64, error) {
	for _, id := range ids {
		if !isID(id) {
			return nil, fmt.Errorf("%q is no object id", id)
		}
	}
	sizes := make(map[string]int64, len(ids))
	if len(ids) == 0 {
		return sizes, nil
	}
	out, err := r.feed(ctx, strings.NewReader(strings.Join(ids, "\n")+"\n"), listMax, "cat-file", "--batch-check", "--buffer")
	var failed *Error
	if errors.As(err, &failed) {
		// Git gives up at the first object that a partial clone was promised and does not have. Then all that is here is
		// listed, which asks for nothing.
		out, err = r.run(ctx, listMax, "cat-file", "--batch-all-objects", "--unordered", "--batch-check", "--buffer")
	}
	if err != nil {
		return nil, err
	}
	wanted := make(map[string]bool, len(ids))
	for _, id := range ids {
		wanted[id] = true
	}
	for line := range strings.Lines(string(out)) { // "<id> blob 123" or "<id> missing"
		f := strings.Fields(line)
		if len(f) != 3 || f[1] != "blob" || !wanted[f[0]] {
			continue
		}
		if n, err := strconv.ParseInt(f[2], 10, 64); err == nil && n >= 0 {
			sizes[f[0]] = n
		}
	}
	return sizes, nil
}

// Blobs reads blobs by id through one git process. It is fed ids and nothing else: a name such as ":path" would make git
// load the index and start what is configured for that.
type Blobs struct {
	repo *Repo
	ctx  context.Context

	mu   sync.Mutex
	cmd  *exec.Cmd
	in   io.WriteCloser
	out  *bufio.Reader
	done context.CancelFunc
}

// Blobs returns a reader of blobs. git is started with the first one. It ends with Close or with the context.
func (r *Repo) Blobs(ctx context.Context) *Blobs { return &Blobs{repo: r, ctx: ctx} }

func (b *Blobs) start() error {
	if b.cmd != nil {
		return nil
	}
	ctx, done := context.WithCancel(b.ctx)
	cmd, err := b.repo.command(ctx, []string{"cat-file", "--batch"})
	if err != nil {
		done()
		return err
	}
	in, err := cmd.StdinPipe()
	if err != nil {
		done()
		return err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		done()
		return err
	}
	if err := cmd.Start(); err != nil {
		done()
		return fmt.Errorf("git cat-file: %w", err)
	}
	b.cmd, b.in, b.out, b.done = cmd, in, bufio.NewReaderSize(out, 64<<10), done
	return nil
}

// Read hands the content of a blob to use: its size and exactly that many bytes. What use leaves unread is passed over.
// The error wraps ErrMissingObject when the blob is not in the repository.
func (b *Blobs) Read(id string, use func(size int64, r io.Reader) error) error {
	if !isID(id) {
		return fmt.Errorf("%q is no object id", id)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if err := b.start(); err != nil {
		return err
	}
	size, err := b.ask(id)
	if errors.Is(err, ErrMissingObject) {
		return err
	}
	if err != nil {
		// git ends when an object of a partial clone cannot be had. The next blob gets a new process.
		b.close()
		if b.ctx.Err() != nil {
			return b.ctx.Err()
		}
		return fmt.Errorf("%s: %w: %v", id, ErrMissingObject, err)
	}
	body := &io.LimitedReader{R: b.out, N: size}
	useErr := use(size, body)
	if _, err := io.Copy(io.Discard, body); err != nil || body.N > 0 {
		b.close()
		return fmt.Errorf("%s: git ended before the end of the blob", id)
	}
	if c, err := b.out.ReadByte(); err != nil || c != '\n' {
		b.close()
		return fmt.Errorf("%s: git's answer is out of step", id)
	}
	return useErr
}

func (b *Blobs) ask(id string) (int64, error) {
	if _, err := io.WriteString(b.in, id+"\n"); err != nil {
		return 0, err
	}
	line, err := b.out.ReadSlice('\n')
	if err != nil {
		return 0, err
	}
	f := strings.Fields(string(line))
	switch {
	case len(f) == 2 && f[1] == "missing":
		return 0, fmt.Errorf("%s: %w", id, ErrMissingObject)
	case len(f) != 3 || f[0] != id:
		return 0, fmt.Errorf("cannot read %q", Safe(string(line)))
	}
	size, err := strconv.ParseInt(f[2], 10, 64)
	if err != nil || size < 0 {
		return 0, fmt.Errorf("cannot read %q", Safe(string(line)))
	}
	return size, nil
}

// Close ends git. A later Read starts it anew.
func (b *Blobs) Close() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.close()
	return nil
}

func (b *Blobs) close() {
	if b.cmd == nil {
		return
	}
	b.in.Close()
	b.done()
	b.cmd.Wait()
	b.cmd = nil
}
