package repo

import (
	"bytes"
	"context"
	"slices"
)

// largest file that a preview moves or makes in memory
const renameLimit = 64 << 20

// Preview is the tree as it would be after the plan. The tree below it must stay open.
func Preview(ctx context.Context, t *Tree, plan Plan) (*Tree, error) {
	out, over := *t, &overlay{source: t.src, contents: map[string][]byte{}}
	out.src, out.Files = over, slices.Clone(t.Files)
	put := func(p string, content []byte) {
		over.contents[p] = content
		i, found := out.find(p)
		switch {
		case content == nil && found:
			out.Files = slices.Delete(out.Files, i, i+1)
		case content != nil && found:
			out.Files[i].Size = int64(len(content))
		case content != nil:
			out.Files = slices.Insert(out.Files, i, File{Path: p, Size: int64(len(content))})
		}
	}
	for _, e := range plan.Edits {
		switch e := e.(type) {
		case Write:
			put(e.Path, append([]byte{}, e.New...)) // not nil, even when it is empty
		case Remove:
			put(e.Path, nil)
		case Rename:
			content, err := t.ReadFile(e.Path, renameLimit)
			if err != nil {
				return nil, err
			}
			put(e.Path, nil)
			put(e.To, content)
		case Stream:
			if e.Size > renameLimit {
				continue // made when it is applied; the preview shows its table
			}
			var content bytes.Buffer
			if err := e.Write(ctx, &content); err != nil {
				return nil, err
			}
			put(e.Path, content.Bytes())
		}
	}
	return &out, nil
}
