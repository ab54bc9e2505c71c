package code

import (
	"regexp"
	"strings"

	"bakedin/checks"
	"bakedin/internal/lang/python"
)

// toolSource says of a parameter that a model chooses it.
func toolSource(src *checks.PythonSource) func(e python.Expr) string {
	return parametersOf(src, src.ToolFunctions())
}

// chosenSource is toolSource without the tools of Prompt flow, which are steps of a fixed flow: its file says where their inputs
// come from, a model or a person.
func chosenSource(src *checks.PythonSource) func(e python.Expr) string {
	if src.ImportsFrom("promptflow") {
		return func(python.Expr) string { return "" }
	}
	return toolSource(src)
}

// givenByFramework are parameters of tools that the framework fills in.
var givenByFramework = set("self", "cls", "ctx", "context", "state", "config", "runtime")

func parametersOf(src *checks.PythonSource, functions map[int32]bool) func(e python.Expr) string {
	return func(e python.Expr) string {
		if e.Param && functions[e.Scope] && !givenByFramework[e.Label] && !narrow(src, e.First) {
			return e.Label
		}
		return ""
	}
}

// narrow tells whether the type of a parameter or field admits no free text: frameworks of tools check what a model gives.
func narrow(src *checks.PythonSource, name int32) bool {
	first, last := src.Annotation(name)
	if first == 0 {
		return false
	}
	return closedType(src, first, last, 0) || src.IsBracket(last+2, '(') && patterned(src, last+2) // x: str = Field(pattern=…)
}

var (
	narrowType = regexp.MustCompile(`^(?:int|float|bool|complex|Decimal|datetime|date|time|timedelta|UUID\d?|None|(?:Non)?(?:Positive|Negative)(?:Int|Float)|Strict(?:Int|Float|Bool))$`)
	enumBase   = regexp.MustCompile(`^(?:Str|Int)?(?:Enum|Flag)$`)
)

// closedType tells whether the type of tokens [a, b) is that of numbers, of moments, or of one of a few words.
func closedType(src *checks.PythonSource, a, b int32, depth int) bool {
	if a >= b || depth > 6 {
		return false
	}
	for i := a; i < b; i = max(i, src.Toks[i].Mate) + 1 {
		if src.IsBracket(i, '|') {
			return closedType(src, a, i, depth+1) && closedType(src, i+1, b, depth+1)
		}
	}
	if b == a+1 {
		if src.Toks[a].Kind == python.Str {
			text := src.Literal(a)
			return narrowType.MatchString(text) || isEnum(src, text)
		}
		if word := src.Word(a); narrowType.MatchString(word) || isEnum(src, word) {
			return true
		}
		first, last := src.Definition(a, b, 0)
		return first != a && closedType(src, first, last, depth+1)
	}
	open := b - 1
	if open = src.Toks[open].Mate; open <= a || src.Toks[open-1].Kind != python.Name {
		return narrowType.MatchString(src.Word(b - 1)) // uuid.UUID
	}
	label := src.Word(open - 1)
	if src.IsBracket(open, '(') {
		return strings.HasPrefix(label, "con") && patterned(src, open) || label == "conint" || label == "confloat"
	}
	items := src.Args(open)
	switch label {
	case "Literal":
		return true
	case "Annotated":
		for _, item := range items[min(1, len(items)):] {
			if o := src.Toks[item.Last-1].Mate; src.IsBracket(item.Last-1, ')') && patterned(src, o) {
				return true
			}
		}
		return len(items) > 0 && closedType(src, items[0].First, items[0].Last, depth+1)
	case "Optional", "Union", "list", "List", "set", "Set", "frozenset", "tuple", "Tuple", "Sequence", "Iterable":
		for _, item := range items {
			if string(src.Text(item.First, item.Last)) != "..." && !closedType(src, item.First, item.Last, depth+1) {
				return false
			}
		}
		return len(items) > 0
	}
	return false
}

// patterned tells whether a call such as Field(pattern="^[a-z]+$") says that only harmless words match.
func patterned(src *checks.PythonSource, open int32) bool {
	for _, a := range src.Args(open) {
		if a.Name == 0 {
			continue
		}
		if name := src.Word(a.Name); name == "pattern" || name == "regex" {
			v := src.Eval(a.First, a.Last, 0)
			return v.Kind == python.String && python.Closed(v.Str, python.AsText)
		}
	}
	return false
}

// isEnum tells whether a name is that of an enumeration of this file.
func isEnum(src *checks.PythonSource, name string) bool {
	for i := range src.Defs {
		d := &src.Defs[i]
		if !d.Class || src.Word(d.Name) != name || !src.IsBracket(d.Name+1, '(') {
			continue
		}
		for k := d.Name + 2; k < src.Toks[d.Name+1].Mate; k++ {
			if src.Toks[k].Kind == python.Name && enumBase.MatchString(src.Word(k)) {
				return true
			}
		}
	}
	return false
}
