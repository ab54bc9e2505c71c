package rdata

// chain is a run of cells: a pairlist, a call, or arguments that wait. It is read in a loop, as it may be long.
type chain struct {
	at   place
	head value
	name string   // of what is called
	args []string // symbols and strings among the first arguments of a call
	n    int
}

// cells reads a chain, or the one cell of a closure or of a promise.
func (p *parser) cells(at place, flags int32, off int64) (value, error) {
	kind := byte(flags)
	if kind == closSXP || kind == promSXP {
		return p.pair(at, flags, off)
	}
	c := &chain{at: at, head: value{kind: kind, off: off}}
	err := p.chain(c, flags)
	if kind == langSXP {
		p.called(c)
	}
	return c.head, err
}

func (p *parser) chain(c *chain, flags int32) error {
	for {
		if err := p.cell(c, flags); err != nil {
			return err
		}
		if p.values++; p.values > p.lim.Values {
			return &LimitError{"values", p.off}
		}
		next := p.off
		var err error
		if flags, err = p.int(); err != nil {
			return err
		}
		switch byte(flags) {
		case listSXP, langSXP, dotSXP:
		default: // the end, as a rule NULL
			p.off = next
			_, err = p.item(c.at.inner())
			return err
		}
		c.n++
	}
}

// cell reads the attributes, tag and value of a cell.
func (p *parser) cell(c *chain, flags int32) error {
	inner := c.at.inner()
	if flags&hasAttr != 0 {
		class, err := p.attributes(c.at)
		if err != nil {
			return err
		}
		if c.n == 0 {
			c.head.class = class
		}
	}
	var tag value
	var err error
	if flags&hasTag != 0 {
		if tag, err = p.item(c.at.inner()); err != nil {
			return err
		}
	}
	list := c.head.kind == listSXP
	if binds := list && (c.at.frame || c.at.top); binds {
		inner.frame, inner.of = c.at.frame, tag.name
		if flags&activeBinding != 0 {
			inner.in = Lazy
			if len(p.f.Actives) < p.lim.Facts {
				p.f.Actives = append(p.f.Actives, Active{tag.name, p.off})
			}
		}
	}
	inner.frame = inner.frame || c.head.kind == dotSXP
	car, err := p.item(inner)
	if err != nil {
		return err
	}
	switch {
	case list && c.at.top && p.f.Workspace:
		p.f.Objects = append(p.f.Objects, Object{Name: tag.name, Type: typeof(car.kind), Class: car.class, Off: car.off})
	case list && tag.name == "class":
		c.head.class = car.name
	}
	c.argument(car)
	return nil
}

// argument keeps what a call is about: what is called, and the first symbols and strings that it is given.
func (c *chain) argument(v value) {
	switch {
	case c.head.kind != langSXP:
	case c.n == 0:
		c.name = v.name
	case c.n <= 3 && (v.kind == strSXP || v.kind == symSXP):
		c.args = append(c.args, v.name)
	}
}

// called keeps a call; pkg::name is one only in the source.
func (p *parser) called(c *chain) {
	switch {
	case (c.name == "::" || c.name == ":::") && len(c.args) == 2:
		c.head.name = c.args[0] + "::" + c.args[1]
	case c.name != "" && len(p.f.Calls) < p.lim.Facts:
		p.f.Calls = append(p.f.Calls, Call{Name: c.name, Args: c.args, In: c.at.in, Of: c.at.of, Off: c.head.off})
	}
}

// pair reads a closure (environment, arguments, body) or a promise (environment, value, expression).
func (p *parser) pair(at place, flags int32, off int64) (value, error) {
	v := value{kind: byte(flags), off: off}
	var err error
	if flags&hasAttr != 0 {
		if v.class, err = p.attributes(place{depth: at.depth}); err != nil { // a function keeps its source there
			return v, err
		}
	}
	if flags&hasTag != 0 {
		if _, err = p.item(place{depth: at.depth + 1}); err != nil { // the environment is no part of the code
			return v, err
		}
	}
	code := place{depth: at.depth + 1, in: Body, of: at.of}
	if v.kind == promSXP {
		code.in = Lazy
		return v, p.promise(at, code, off)
	}
	p.f.Closures++
	if at.in == Lazy {
		code.in = Lazy // of an active binding
	}
	for range 2 {
		if _, err := p.item(code); err != nil {
			return v, err
		}
	}
	return v, nil
}

// promise reads its value and its expression. Without a value the expression is evaluated when somebody looks.
func (p *parser) promise(at, code place, off int64) error {
	held, err := p.item(place{depth: at.depth + 1})
	if err != nil {
		return err
	}
	pr := Promise{Off: off, Ready: held.kind != unboundValue, Frame: at.frame}
	if len(p.f.Promises) < p.lim.Facts {
		p.f.Promises = append(p.f.Promises, pr)
	}
	if pr.Ready {
		code.in = Data
	}
	_, err = p.item(code)
	return err
}
