package draft

import (
	"fmt"
	"path"
	"slices"
	"strings"
	"text/template"

	"bakedin/internal/safe"
)

// words are the functions of the templates. Text of the repository goes through code or cell, so that it cannot leave its
// place in a table or start markup of its own.
var words = template.FuncMap{
	"write":   marker,
	"code":    code,
	"cell":    cell,
	"places":  places,
	"list":    list,
	"files":   fileList,
	"size":    size,
	"outcome": func(o string) string { return outcomes[o] },
	"count":   count,
	"add":     func(a, b int) int { return a + b },
	"base":    path.Base,
	"plain":   func(s string) bool { return string(safe.Line(s)) == s && !strings.Contains(s, `\`) },
	"folders": assetFolders,
	"args":    func(s ...string) []string { return s },
}

// outcomes of an inspection, as the answer to "what may loading it do".
var outcomes = map[string]string{
	"weights-only": "nothing: it can hold nothing but tensors",
	"clean":        "all of it was read, and nothing that runs was found",
	"inconclusive": "unknown: it could not be read to its end",
	"findings":     "see its findings: bakedin inspect lists them",
}

// assetFolders are the folders that hold models, prompts, agents and data, as patterns of CODEOWNERS; a file of the root stands
// for itself. Names that such a pattern cannot hold are left out.
func assetFolders(f *Facts) []string {
	var out []string
	add := func(p string) {
		if string(safe.Line(p)) != p || strings.ContainsAny(p, " #[]!\\\t*?") {
			return
		}
		pattern := "/" + p
		if dir := path.Dir(p); dir != "." {
			pattern = "/" + dir + "/"
		}
		out = append(out, pattern)
	}
	for _, m := range f.Models {
		add(m.Path)
	}
	for _, list := range [][]File{f.Prompts, f.Agents, f.Data} {
		for _, a := range list {
			add(a.Path)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// marker stands where a person must write.
func marker(what string) string { return "[WRITE: " + what + "]" }

// code is a name from the repository as Markdown code.
func code(s string) string {
	s = strings.NewReplacer("`", "'", "|", "¦", "\n", " ").Replace(string(safe.Line(s)))
	if s == "" {
		return "–"
	}
	return "`" + s + "`"
}

// cell is text in a cell of a table.
func cell(s string) string {
	return strings.NewReplacer("|", "¦", "\n", " ", "<", "‹", ">", "›").Replace(string(safe.Line(s)))
}

// listed is how many places or files are written out.
const listed = 5

func places(list []Place) string {
	if len(list) == 0 {
		return "none seen"
	}
	var out []string
	for _, p := range list[:min(len(list), listed)] {
		at := p.Path
		if p.Line > 0 {
			at = fmt.Sprintf("%s:%d", p.Path, p.Line)
		}
		out = append(out, code(at))
	}
	if more := len(list) - listed; more > 0 {
		out = append(out, fmt.Sprintf("%d more", more))
	}
	return strings.Join(out, ", ")
}

func fileList(list []File) string {
	var all []Place
	for _, f := range list {
		all = append(all, Place{Path: f.Path})
	}
	slices.SortFunc(all, func(a, b Place) int { return strings.Compare(a.Path, b.Path) })
	return places(all)
}

// list joins what was found, or says that nothing was.
func list(nothing string, found []string) string {
	if len(found) == 0 {
		return nothing
	}
	for i := range found {
		found[i] = cell(found[i])
	}
	return strings.Join(found, "; ")
}

func size(n int64) string {
	switch {
	case n >= 1<<30:
		return fmt.Sprintf("%.1f GiB", float64(n)/(1<<30))
	case n >= 1<<20:
		return fmt.Sprintf("%.1f MiB", float64(n)/(1<<20))
	case n >= 1<<10:
		return fmt.Sprintf("%.1f KiB", float64(n)/(1<<10))
	}
	return fmt.Sprintf("%d bytes", n)
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
