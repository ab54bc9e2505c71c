package javascript

// state looks for an origin in what is given to the setter of a state: const [x, setX] = useState(""); setX(answer).
func (w *Flow) state(b *binding, depth int) *Origin {
	if !w.isOp(b.tok-1, '[') || !w.isOp(b.tok+1, ',') || w.Toks[b.tok+2].Kind != Name || !w.is(b.first, "useState") && !w.is(b.first, "createSignal") {
		return nil
	}
	setter := w.word(b.tok + 2)
	for _, name := range w.Called() {
		if name.Written != setter {
			continue
		}
		for _, k := range name.Calls {
			for _, a := range w.Args(w.Calls[k].Open) {
				if at := w.topArrow(a); at > 0 { // setX((before) => before + answer)
					a[0] = at + 1
				}
				if o := w.expr(a[0], a[1], depth+1); o != nil {
					return o
				}
			}
		}
	}
	return nil
}

// memo is what the function returns that useMemo is given.
func (w *Flow) memo(open int32, depth int) *Origin {
	args := w.Args(open)
	if len(args) == 0 {
		return nil
	}
	at := w.topArrow(args[0])
	if at == 0 {
		return nil
	}
	for k := range w.functions {
		fn := &w.functions[k]
		if fn.body != at+1 {
			continue
		}
		for _, r := range w.returns(fn) {
			if o := w.expr(r[0], r[1], depth+1); o != nil {
				return o
			}
		}
	}
	return nil
}

// attribute looks for an origin in what the elements of a component give its parameter: <Bubble message={answer} />.
func (w *Flow) attribute(fn *function, tok int32, depth int) *Origin {
	name, key := w.word(fn.name), w.Key(tok)
	if name[0] < 'A' || name[0] > 'Z' || w.isOp(tok-1, '(') {
		return nil
	}
	for i := int32(1); int(i) < len(w.Toks)-4; i++ {
		if !w.isOp(i, '<') || !w.is(i+1, name) {
			continue
		}
		for k := i + 2; int(k) < len(w.Toks)-2 && !w.isOp(k, '>') && !w.isOp(k, '/'); k++ {
			if w.is(k, key) && w.isOp(k+1, '=') && w.isOp(k+2, '{') && w.Toks[k+2].Mate > k {
				if o := w.expr(k+3, w.Toks[k+2].Mate, depth+1); o != nil {
					return o
				}
			}
			if m := w.Toks[k].Mate; m > k {
				k = m
			}
		}
	}
	return nil
}
