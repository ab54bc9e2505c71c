package code

import (
	"path"
	"strings"

	"bakedin/internal/lang/python"
)

// fileArguments are the names by which functions that load something take the path, or the open file.
var fileArguments = []string{"f", "file", "path", "filename", "filepath", "filepath_or_buffer", "checkpoint_path", "model_path"}

// opens is the path that a call is given, as far as it stands in the source: "models/a.pt" of
// torch.load(os.path.join(DIR, "a.pt")), of a file that was opened before, of a constant. Empty when it does not.
func (c call) opens() string {
	v := c.src.Positional(c.Call, 0)
	for _, name := range fileArguments {
		if v.Kind != python.Absent {
			break
		}
		v = c.src.Keyword(c.Call, name)
	}
	if v.Kind == python.String {
		return fileName(v.Str)
	}
	return c.named(v.First, v.Last, 0)
}

// named is the last path that stands in an expression, or in those that its names are bound to.
func (c call) named(first, last int32, depth int) string {
	const deep = 3
	if first == 0 || depth > deep {
		return ""
	}
	found := ""
	for i := first; i < last; i++ {
		name := ""
		switch t := &c.src.Toks[i]; t.Kind {
		case python.Str:
			name = fileName(c.src.Literal(i))
		case python.Name:
			if i > first && c.src.Toks[i-1].Kind == python.Op && c.src.Toks[i-1].Op == '.' {
				continue // an attribute
			}
			if from, to := c.src.Definition(i, i+1, c.Scope); from != i {
				name = c.named(from, to, depth+1)
			}
		}
		if name != "" {
			found = name
		}
	}
	return found
}

// fileName is a text that can be the path of a file: it has a suffix, and no address before it.
func fileName(s string) string {
	s = strings.TrimPrefix(strings.ReplaceAll(s, `\`, "/"), "./")
	if len(path.Ext(s)) < 2 || strings.Contains(s, "://") || strings.ContainsAny(s, "\n{}*") {
		return ""
	}
	return s
}
