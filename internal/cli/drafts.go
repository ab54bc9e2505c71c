package cli

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"sync"

	"bakedin/checks/model"
	"bakedin/internal/draft"
	"bakedin/internal/repo"
	"bakedin/ui"
)

// drafts are the documents that can be started, read when they are first asked for.
type drafts struct {
	once sync.Once
	list []*draft.Draft
	err  error
}

func (s *session) drafts() ([]*draft.Draft, error) {
	s.begun.once.Do(func() { s.begun.list, s.begun.err = draft.Load(s.rules.Set) })
	return s.begun.list, s.begun.err
}

// Drafts implements ui.Fixer.
func (x fixer) Drafts(recommendation string) []ui.Draft {
	all, err := x.session.drafts()
	if err != nil {
		return nil // a test loads them
	}
	var out []ui.Draft
	for _, d := range draft.For(all, recommendation) {
		out = append(out, ui.Draft{ID: d.ID, Title: d.Title, Path: d.Path})
	}
	return out
}

// start makes the edits that create documents, filled with what a scan of the tree knows.
func (x fixer) start(ctx context.Context, tree *repo.Tree, ids []string) ([]repo.Edit, string, error) {
	all, err := x.session.drafts()
	if err != nil {
		return nil, "", err
	}
	report, fold, err := x.session.run(ctx, tree)
	if err != nil {
		return nil, "", err
	}
	facts, err := draft.Of(report, fold.Contexts(), x.session.rules.Set, x.session.app.now.Format("2006-01-02"), func(path string) (draft.Model, error) { return x.measure(ctx, tree, path) })
	if err != nil {
		return nil, "", err
	}
	exists := func(path string) bool {
		b, err := tree.Open(path)
		if err == nil {
			b.Close()
		}
		return !errors.Is(err, fs.ErrNotExist)
	}
	var edits []repo.Edit
	title, there := "", ""
	for _, d := range all {
		if !slices.Contains(ids, d.ID) {
			continue
		}
		documents, err := d.Write(facts, exists)
		if err != nil {
			return nil, "", err
		}
		if len(documents) == 0 {
			there = d.There(facts, exists)
		}
		for _, doc := range documents {
			edits = append(edits, repo.Write{Path: doc.Path, New: doc.Text})
			if title == "" {
				title = "Start " + doc.Path
			}
		}
	}
	if len(edits) == 0 {
		if there == "" {
			return nil, "", errors.New("there is nothing to start: nothing in this repository for such a document to describe")
		}
		return nil, "", fmt.Errorf("there is nothing to start: %s is there already", there)
	}
	return edits, title, nil
}

// hashed is the largest model whose digest is worth waiting for in a preview.
const hashed = 512 << 20

// measure reads what the headers of a model say.
func (x fixer) measure(ctx context.Context, tree *repo.Tree, path string) (draft.Model, error) {
	b, err := tree.Open(path)
	if err != nil {
		return draft.Model{}, err
	}
	defer b.Close()
	seen, err := model.Inspect(ctx, x.session.rules.Set, path, b, model.InspectOptions{})
	if err != nil {
		return draft.Model{}, err
	}
	m := draft.Model{Tensors: seen.Tensors, Elements: seen.Elements, Outcome: string(seen.Outcome)}
	for _, p := range seen.Parts {
		for _, t := range p.Tensors {
			if d := string(t.DType); !slices.Contains(m.DTypes, d) {
				m.DTypes = append(m.DTypes, d)
			}
		}
		for _, kv := range p.Metadata {
			if len(kv.Value) < 200 && len(m.Metadata) < 12 {
				m.Metadata = append(m.Metadata, [2]string{string(kv.Key), string(kv.Value)})
			}
		}
	}
	if b.Size() <= hashed {
		h := sha256.New()
		if _, err := io.Copy(h, io.NewSectionReader(b, 0, b.Size())); err == nil {
			m.SHA256 = hex.EncodeToString(h.Sum(nil))
		}
	}
	return m, nil
}
