package python

import (
	"iter"
	"regexp"
)

// Decorators returns the dotted names of the decorators of a definition, as written.
func (f *File) Decorators(d *Def) []string {
	var out []string
	for i := d.Line; i < d.Name; i++ {
		if !f.isOp(i, '@') || f.Toks[i-1].Kind != Newline {
			continue
		}
		end := i + 1
		for end < d.Name && (f.Toks[end].Kind == Name && f.Toks[end].Op != keyword || f.isOp(end, '.')) {
			end++
		}
		out = append(out, f.CalleeText(i+1, end))
	}
	return out
}

// Docstring is the text at the start of a body: tokens [first, last), none when they are equal.
func (f *File) Docstring(d *Def) (first, last int32) {
	first = d.Colon + 1
	if int(first) < len(f.Toks) && f.Toks[first].Kind == Newline {
		first++
	}
	for last = first; int(last) < len(f.Toks) && f.Toks[last].Kind == Str; last++ {
	}
	return first, last
}

// InClassNamed tells whether a function is the method of a class whose name, or one of whose bases, matches.
func (f *File) InClassNamed(d *Def, name *regexp.Regexp) bool {
	for k := range f.Defs {
		c := &f.Defs[k]
		if !c.Class || c.Scope != d.Outer {
			continue
		}
		if name.MatchString(f.identifier(c.Name)) {
			return true
		}
		if open := c.Name + 1; f.isOp(open, '(') {
			for i := open + 1; i < f.Toks[open].Mate; i++ {
				if f.Toks[i].Kind == Name && name.MatchString(f.identifier(i)) {
					return true
				}
			}
		}
	}
	return false
}

// Fields yields the values that class bodies give to plain names: the defaults of settings.
func (f *File) Fields() iter.Seq[Assign] {
	return func(yield func(Assign) bool) {
		for i := range f.bindings {
			b := &f.bindings[i]
			if b.kind == bindValue && f.scopes[b.scope].class && !yield(Assign{b.tok, b.tok + 1, b.first, b.last, b.scope}) {
				return
			}
		}
	}
}
