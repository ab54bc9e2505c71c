package intact

import (
	"errors"

	"bakedin/internal/lang/dockerfile"
	"bakedin/internal/lang/javascript"
)

// script holds the tokens of JavaScript against each other, and looks where an expression may not stand.
func (e *edited) script() error {
	was, err := javascript.Scan(e.before, javascript.Limits{})
	if err != nil {
		return nil
	}
	is, err := javascript.Scan(e.after, javascript.Limits{})
	if err != nil || unclosed(is) > unclosed(was) {
		return errors.New("the script would no longer be read")
	}
	if !sameTokens(e.kept(scriptTokens(was), scriptTokens(is))) {
		return errors.New("more of the script would change than was meant")
	}
	for i := range is.Toks {
		t := &is.Toks[i]
		if t.Kind != javascript.Name || !anyOf(span{int(t.Start), int(t.End)}, e.new, within) {
			continue
		}
		if is.InTag(int32(i)) {
			return errors.New("an expression in a tag needs braces")
		}
		if is.Keyed(int32(i)) {
			return errors.New("an expression cannot be the name of a property")
		}
	}
	return nil
}

func scriptTokens(f *javascript.File) []piece {
	out := make([]piece, 0, len(f.Toks))
	for i := range f.Toks {
		t := &f.Toks[i]
		out = append(out, piece{span{int(t.Start), int(t.End)}, string(f.Src[t.Start:t.End])})
	}
	return out
}

func unclosed(f *javascript.File) (count int) {
	for i := range f.Toks {
		t := &f.Toks[i]
		bracket := t.Kind == javascript.TStart || t.Kind == javascript.TEnd
		if t.Kind == javascript.Op {
			switch t.Op {
			case '(', ')', '[', ']', '{', '}':
				bracket = true
			}
		}
		if bracket && t.Mate == 0 {
			count++
		}
	}
	return count
}

// dockerfile holds the instructions against each other.
func (e *edited) dockerfile() error {
	if !sameTokens(e.kept(instructions(e.before), instructions(e.after))) {
		return errors.New("more instructions of the file would change than was meant")
	}
	return nil
}

func instructions(text []byte) (out []piece) {
	d := dockerfile.Parse(text)
	for i := range d.Stages {
		s := &d.Stages[i]
		for _, in := range append([]dockerfile.Instruction{s.From}, s.Instructions...) {
			out = append(out, piece{span{in.Start, in.End}, in.Name + " " + in.Text})
		}
	}
	return out
}
