package checks

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"sync"

	"bakedin/internal/format/bom"
	"bakedin/internal/repo"
)

// File is a file of the tree while its rules run: its assets, its bytes, and the facts that rules share.
type File struct {
	Path   string
	Size   int64
	Place  repo.Place
	Assets []repo.Asset

	tree  *repo.Tree
	limit int64 // most bytes that are read whole

	once sync.Once
	text bom.Text // in UTF-8 and without a byte order mark
	err  error
	sum  string

	blob  repo.Blob
	facts map[any]any
	read  int64
	lines *lineIndex

	mask   *Mask    // hides the credentials that were found in it
	hashes []string // of the lines, for code-scanning hosts
}

// FileOf is a file outside of a tree, for whoever looks at one alone, within the limit of a scan. The caller closes the blob.
func FileOf(path string, b repo.Blob) *File {
	return &File{Path: path, Size: b.Size(), limit: maxFileSize, blob: b}
}

// Is tells whether the file carries an asset of that kind.
func (f *File) Is(k repo.Kind) bool {
	for _, a := range f.Assets {
		if a.Kind == k {
			return true
		}
	}
	return false
}

// Asset returns the first asset of that kind, or nil.
func (f *File) Asset(k repo.Kind) *repo.Asset {
	for i := range f.Assets {
		if f.Assets[i].Kind == k {
			return &f.Assets[i]
		}
	}
	return nil
}

// InTests tells whether the file lies in tests, examples or vendored code, so that its gaps are reported apart.
func (f *File) InTests() bool {
	return f.Place == repo.Tests || f.Place == repo.Examples || f.Place == repo.Vendored
}

// Bytes returns the whole content; of a text with a byte order mark, the text in UTF-8 without it. Offsets of findings and
// edits are those of Bytes until the engine makes them the file's. It is read once. A file above the limit, or one that
// cannot be read, is a *Skip.
func (f *File) Bytes() ([]byte, error) {
	f.once.Do(func() {
		if f.Size > f.limit {
			f.err = &Skip{Kind: "limit", Detail: fmt.Sprintf("%d bytes, more than the %d that are read whole; raise --max-file-size", f.Size, f.limit)}
			return
		}
		b, err := f.Blob()
		if err != nil {
			f.err = err
			return
		}
		buf := make([]byte, b.Size())
		n, err := b.ReadAt(buf, 0)
		if err != nil && err != io.EOF {
			f.err = &Skip{Kind: "unreadable", Detail: err.Error()}
			return
		}
		f.read += int64(n)
		if f.text.Bytes = buf[:n]; !f.Is(repo.Model) {
			f.text = bom.Decode(buf[:n])
		}
		if f.text.Moved() {
			f.sum = digestOf(buf[:n])
		}
	})
	return f.text.Bytes, f.err
}

// looksText tells whether the first bytes are those of a text, so that pictures and archives are not read whole.
func (f *File) looksText() bool {
	if f.text.Bytes != nil {
		return isText(f.text.Bytes)
	}
	b, err := f.Blob()
	if err != nil {
		return true // told by Bytes
	}
	head := make([]byte, min(b.Size(), textProbe))
	n, _ := b.ReadAt(head, 0)
	text := bom.Decode(head[:n])
	return isText(text.Bytes)
}

// SHA256 returns the digest of the content when it was read whole, else the empty string.
func (f *File) SHA256() string {
	if f.sum == "" && f.text.Bytes != nil {
		f.sum = digestOf(f.text.Bytes)
	}
	return f.sum
}

func digestOf(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// Blob opens the file for reading by ranges, or the object that a git-lfs pointer stands for. A model whose object is not
// here is a *Skip: nobody shall read "no findings" off a pointer. The engine closes it.
func (f *File) Blob() (repo.Blob, error) {
	if f.blob == nil {
		b, err := f.open()
		switch {
		case errors.Is(err, repo.ErrMissingObject):
			return nil, &Skip{Kind: "object-missing", Detail: err.Error()}
		case errors.Is(err, repo.ErrTooLarge):
			return nil, &Skip{Kind: "limit", Detail: err.Error()}
		case err != nil:
			return nil, asSkip(err, "unreadable")
		}
		if b.Size() > f.limit && f.Size <= f.limit {
			b.Close()
			return nil, &Skip{Kind: "unreadable", Detail: "grew while it was scanned"}
		}
		f.blob = b
	}
	return f.blob, nil
}

func (f *File) open() (repo.Blob, error) {
	for _, a := range f.Assets {
		if a.LFS != nil && (a.LFS.Present || a.Kind == repo.Model) {
			return f.tree.OpenObject(*a.LFS)
		}
	}
	return f.tree.Open(f.Path)
}

func (f *File) close() {
	if f.blob != nil {
		f.blob.Close()
		f.blob = nil
	}
}

// forget lets go of the bytes and facts of a file that was looked at; its path and the count of bytes stay.
func (f *File) forget() {
	f.close()
	f.text, f.facts, f.lines, f.hashes = bom.Text{}, nil, nil, nil
}

// Fact is a kind of fact about files that several rules share: the tokens of a Python file, the imports of a pickle. It is
// computed once per file. Families declare theirs as package variables; the engine knows none of them.
type Fact[T any] struct{ parse func(*File) (T, error) }

// NewFact declares a fact and how it is had from a file.
func NewFact[T any](parse func(*File) (T, error)) *Fact[T] { return &Fact[T]{parse} }

type factResult[T any] struct {
	value T
	err   error
}

// Of returns the fact of one file. A value may come with an error: what was understood before it.
func (k *Fact[T]) Of(f *File) (T, error) {
	if r, ok := f.facts[k]; ok {
		r := r.(factResult[T])
		return r.value, r.err
	}
	v, err := k.parse(f)
	if f.facts == nil {
		f.facts = map[any]any{}
	}
	f.facts[k] = factResult[T]{v, err}
	return v, err
}
