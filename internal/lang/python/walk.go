package python

// Import is one name bound by an import statement.
type Import struct {
	Path  string // canonical dotted path, such as torch.nn; leading points for a relative import; "x.*" for a star
	Name  string // the name it binds; empty for a star
	Tok   int32
	Scope int32
}

// Assign is one assignment to a dotted target, such as torch.load = f or requests.Session.verify = False. First and Last
// are the tokens of the value.
type Assign struct {
	Target      int32 // first token of the target
	TargetEnd   int32
	First, Last int32
	Scope       int32
}

// Def is a function or class.
type Def struct {
	Name   int32
	Class  bool
	Params []Param
	Scope  int32 // of its body
	Outer  int32
	Line   int32 // first token of the header, decorators included
	Colon  int32
}

// Param is a parameter; First and Last are the tokens of its default, both 0 when it has none.
type Param struct {
	Name        int32
	First, Last int32
}

// Return is a return or yield statement with a value.
type Return struct {
	First, Last int32
	Scope       int32
}

type scope struct {
	parent int32
	class  bool
	fn     bool
}

type bindKind uint8

const (
	bindImport bindKind = iota + 1
	bindValue           // name = expression
	bindParam
	bindDef
	bindOther // loops, tuples, augmented, deleted: not known; first and last are what it is made of
	bindGlobal
)

type binding struct {
	kind        bindKind
	tok         int32 // of the name
	scope       int32
	first, last int32  // of the value; of the default of a parameter
	path        string // of an import
}

// region is where the names of a lambda or comprehension hide those outside.
type region struct {
	first, last int32
	names       []int32
}

type block struct {
	col      int
	scope    int32
	typing   bool // if TYPE_CHECKING:
	matching bool // a match statement
}

// walker goes over the logical lines after the lexer.
type walker struct {
	*File
	args       []Arg
	blocks     []block
	scope      int32
	typing     bool
	softMatch  int32 // token of "match" that is a keyword on this line
	decorators int32 // first token of the decorators before a definition, 0 when none
}

func (w *walker) run() {
	w.scopes = append(w.scopes, scope{parent: -1})
	w.args = make([]Arg, 0, len(w.Toks)/6)
	w.Calls = make([]Call, 0, len(w.Toks)/16)
	for i := int32(1); i < int32(len(w.Toks)); {
		if w.Toks[i].Kind == EOF {
			break
		}
		end := i
		for w.Toks[end].Kind != Newline && w.Toks[end].Kind != EOF {
			end++
		}
		if end > i {
			w.line(i, end)
		}
		i = end + 1
	}
}

// line is one logical line: tokens [a, b).
func (w *walker) line(a, b int32) {
	col := w.column(a)
	for n := len(w.blocks); n > 0 && w.blocks[n-1].col >= col; n-- {
		w.blocks = w.blocks[:n-1]
	}
	w.scope, w.typing = 0, false
	matching := false
	if n := len(w.blocks); n > 0 {
		w.scope, w.typing, matching = w.blocks[n-1].scope, w.blocks[n-1].typing, w.blocks[n-1].matching
	}
	w.softMatch = 0
	t := &w.Toks[a]
	if t.Kind == Op && t.Op == '@' {
		if w.decorators == 0 {
			w.decorators = a
		}
		w.calls(a, b, w.scope)
		return
	}
	first := a
	if w.decorators != 0 {
		first = w.decorators
		w.decorators = 0
	}
	switch {
	case t.Kind == Name && t.Op == keyword:
		w.compound(first, a, b, col)
		return
	case w.is(a, "match") && w.isMatch(a, b, col):
		w.softMatch = a
		w.calls(a, b, w.scope)
		w.blocks = append(w.blocks, block{col, w.scope, w.typing, true})
		return
	case matching && w.is(a, "case"):
		w.caseLine(a, b, col)
		return
	}
	w.simple(a, b)
}

// isMatch tells a match statement from a call or a name: it ends with a colon, and the next line is a deeper case.
func (w *walker) isMatch(a, b int32, col int) bool {
	return b-a >= 3 && w.isOp(b-1, ':') && w.Toks[b].Kind == Newline && w.is(b+1, "case") && w.column(b+1) > col
}

// caseLine skips the pattern, whose class patterns look like calls.
func (w *walker) caseLine(a, b int32, col int) {
	i := a + 1
	for ; i < b && !w.isOp(i, ':') && !w.isKeyword(i, "if"); i++ {
		if t := &w.Toks[i]; t.Mate > i {
			i = t.Mate
		} else if t.Kind == Name && t.Op != keyword && !w.isOp(i-1, '.') && !w.isOp(i+1, '.') {
			w.bind(binding{kind: bindOther, tok: i, scope: w.scope})
		}
	}
	colon := w.colon(i, b)
	w.calls(i, colon, w.scope)
	w.blocks = append(w.blocks, block{col, w.scope, w.typing, false})
	w.simple(colon+1, b)
}

// colon returns the first ":" that ends a header, or b.
func (w *walker) colon(a, b int32) int32 {
	lambdas := 0
	for i := a; i < b; i++ {
		t := &w.Toks[i]
		switch {
		case t.Mate > i:
			i = t.Mate
		case t.Kind == Op && t.Op == ':':
			if lambdas == 0 {
				return i
			}
			lambdas--
		case t.Kind == Name && t.Op == keyword && w.is(i, "lambda"):
			lambdas++
		}
	}
	return b
}

// compound handles a line that begins with a keyword.
func (w *walker) compound(first, a, b int32, col int) {
	i := a
	if w.is(i, "async") && i+1 < b {
		i++
	}
	scope, typing := w.scope, w.typing
	switch w.Word(i) {
	case "def", "class":
		w.define(first, i, b, col)
		return
	case "if", "elif":
		colon := w.colon(i, b)
		typing = typing || colon > i+1 && w.is(colon-1, "TYPE_CHECKING") && (colon == i+2 || colon == i+4)
	case "for":
		in := i + 1
		for ; in < b && !w.isKeyword(in, "in"); in++ {
		}
		w.targets(i+1, in, in+1, w.colon(i, b))
	case "with":
		w.with(i+1, w.colon(i, b))
	case "except":
		if k := w.colon(i, b); k-2 > i && w.isKeyword(k-2, "as") {
			w.bind(binding{kind: bindOther, tok: k - 1, scope: scope})
		}
	case "else", "try", "finally", "while":
	default:
		w.simple(a, b)
		return
	}
	colon := w.colon(i, b)
	w.walrus(i, colon)
	w.calls(a, colon, scope)
	w.blocks = append(w.blocks, block{col, scope, typing, false})
	w.typing = typing
	w.simple(colon+1, b)
}

// define handles def and class; i is that keyword.
func (w *walker) define(first, i, b int32, col int) {
	name := i + 1
	if name >= b || w.Toks[name].Kind != Name {
		w.calls(i, b, w.scope)
		return
	}
	colon := w.colon(i, b)
	d := Def{Name: name, Class: w.is(i, "class"), Outer: w.scope, Line: first, Colon: colon}
	w.scopes = append(w.scopes, scope{parent: w.scope, class: d.Class, fn: !d.Class})
	d.Scope = int32(len(w.scopes) - 1)
	w.bind(binding{kind: bindDef, tok: name, scope: w.scope})
	open := name + 1
	if w.isOp(open, '[') && w.Toks[open].Mate > 0 {
		open = w.Toks[open].Mate + 1
	}
	if !d.Class && w.isOp(open, '(') && w.Toks[open].Mate > open {
		start := len(w.args)
		w.split(open+1, w.Toks[open].Mate)
		for _, a := range w.args[start:] {
			p := Param{Name: a.First}
			if a.Name != 0 {
				p = Param{a.Name, a.First, a.Last}
			}
			if w.Toks[p.Name].Kind != Name {
				continue
			}
			for k := p.Name + 1; a.Name == 0 && k < a.Last; k++ { // name: annotation = default
				if w.isOp(k, '=') {
					p.First, p.Last = k+1, a.Last
					break
				} else if w.Toks[k].Mate > k {
					k = w.Toks[k].Mate
				}
			}
			d.Params = append(d.Params, p)
			w.bind(binding{kind: bindParam, tok: p.Name, scope: d.Scope, first: p.First, last: p.Last})
		}
		w.args = w.args[:start]
	}
	w.Defs = append(w.Defs, d)
	w.calls(i, colon, w.scope)
	w.blocks = append(w.blocks, block{col, d.Scope, w.typing, false})
	outer := w.scope
	w.scope = d.Scope
	w.simple(colon+1, b)
	w.scope = outer
}

// column is the indentation of a logical line, tabs to multiples of eight.
func (w *walker) column(i int32) int {
	start := int(w.Toks[i].Start)
	k := start
	for k > 0 && (w.Src[k-1] == ' ' || w.Src[k-1] == '\t' || w.Src[k-1] == '\f') {
		k--
	}
	if k > 0 && class[w.Src[k-1]] != cEnd && !(k == 3 && w.Src[0] == 0xef) {
		return 1 << 20 // behind a semicolon: cannot happen for the first token of a line
	}
	col := 0
	for ; k < start; k++ {
		switch w.Src[k] {
		case '\t':
			col += 8 - col%8
		case '\f':
			col = 0
		default:
			col++
		}
	}
	return col
}
