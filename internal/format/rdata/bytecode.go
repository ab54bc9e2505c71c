package rdata

import "fmt"

// code reads a compiled function: instructions, and constants, the first of which is the expression it was compiled from.
func (p *parser) code(at place) error {
	off := p.off
	if n, err := p.int(); err != nil { // how many expressions are shared
		return err
	} else if n < 0 {
		return &SyntaxError{off, fmt.Sprintf("a table of %d shared expressions", n)}
	}
	outer := p.reps
	defer func() { p.reps = outer }()
	p.reps = map[int32]value{}
	return p.compiled(at)
}

func (p *parser) compiled(at place) error {
	if at.depth > p.lim.Depth {
		return &LimitError{"depth", p.off}
	}
	if _, err := p.item(at.inner()); err != nil { // the instructions, a vector of integers
		return err
	}
	off := p.off
	n, err := p.int()
	if err != nil {
		return err
	}
	if n < 0 || int64(n) > p.size-p.off {
		return &SyntaxError{off, fmt.Sprintf("%d constants, the file has %d bytes left", n, p.size-p.off)}
	}
	inner := at.inner()
	for range n {
		kind, err := p.int()
		if err != nil {
			return err
		}
		switch kind {
		case bcodeSXP:
			err = p.compiled(inner)
		case langSXP, listSXP, attrLangSXP, attrListSXP, bcRepDef, bcRepRef:
			_, err = p.shared(inner, kind)
		default:
			_, err = p.item(inner)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// shared reads an expression among constants: cells without a word of flags, and references to those that were read before.
func (p *parser) shared(at place, kind int32) (value, error) {
	c := &chain{at: at, head: value{off: p.off}}
	err := p.sharedChain(c, kind)
	if c.head.kind == langSXP {
		p.called(c)
	}
	return c.head, err
}

func (p *parser) sharedChain(c *chain, kind int32) error {
	for ; ; c.n++ {
		if p.values++; p.values > p.lim.Values {
			return &LimitError{"values", p.off}
		}
		if c.at.depth > p.lim.Depth {
			return &LimitError{"depth", p.off}
		}
		var err error
		switch kind {
		case bcRepRef:
			i, err := p.int()
			if c.n == 0 {
				c.head = p.reps[i]
			}
			return err
		case bcRepDef:
			var i int32
			if i, err = p.int(); err == nil {
				kind, err = p.int()
			}
			if err != nil {
				return err
			}
			if c.n == 0 {
				defer func() { p.reps[i] = c.head }()
			}
		}
		switch kind {
		case langSXP, attrLangSXP:
			c.begin(langSXP)
		case listSXP, attrListSXP:
			c.begin(listSXP)
		default:
			v, err := p.item(c.at.inner())
			if c.n == 0 {
				c.head = v
			}
			return err
		}
		if kind == attrLangSXP || kind == attrListSXP {
			if _, err := p.attributes(c.at); err != nil {
				return err
			}
		}
		if _, err := p.item(c.at.inner()); err != nil { // its tag
			return err
		}
		if kind, err = p.int(); err != nil {
			return err
		}
		car, err := p.shared(c.at.inner(), kind)
		if err != nil {
			return err
		}
		c.argument(car)
		if kind, err = p.int(); err != nil {
			return err
		}
	}
}

// begin tells what a chain is by its first cell.
func (c *chain) begin(kind byte) {
	if c.n == 0 {
		c.head.kind = kind
	}
}
