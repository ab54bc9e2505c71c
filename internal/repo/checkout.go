package repo

import (
	"bytes"
	"io"
)

// maxCheckout is the size up to which a file is compared with what git holds.
const maxCheckout = 16 << 20

// AsCheckedOut turns a plan for content that git holds into one for the files of the working tree, where git writes the
// same text with CRLF: core.autocrlf, or eol=crlf. What differs in any other way stays as it is, and is refused by Apply.
func AsCheckedOut(w Workspace, plan Plan) Plan {
	out := Plan{Title: plan.Title}
	for _, e := range plan.Edits {
		if write, ok := e.(Write); ok && write.Base != "" {
			e = checkedOut(w, write)
		}
		out.Edits = append(out.Edits, e)
	}
	return out
}

func checkedOut(w Workspace, e Write) Write {
	r, err := w.open(e.Path)
	if err != nil {
		return e
	}
	defer r.Close()
	now, err := io.ReadAll(io.LimitReader(r, maxCheckout))
	if err != nil || Digest(now) == e.Base {
		return e
	}
	plain := bytes.ReplaceAll(now, []byte("\r\n"), []byte("\n"))
	if Digest(plain) != e.Base || bytes.Count(plain, []byte("\n")) != bytes.Count(now, []byte("\r\n")) {
		return e
	}
	e.Base = Digest(now)
	e.New = bytes.ReplaceAll(e.New, []byte("\n"), []byte("\r\n"))
	return e
}
