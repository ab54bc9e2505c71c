package rdata

import (
	"fmt"
	"strings"
)

// The types of items. Those from 238 on stand for what is written in a shorter way, or was written before.
const (
	symSXP     = 1
	listSXP    = 2
	closSXP    = 3
	envSXP     = 4
	promSXP    = 5
	langSXP    = 6
	specialSXP = 7
	builtinSXP = 8
	charSXP    = 9
	lglSXP     = 10
	intSXP     = 13
	realSXP    = 14
	cplxSXP    = 15
	strSXP     = 16
	dotSXP     = 17
	vecSXP     = 19
	exprSXP    = 20
	bcodeSXP   = 21
	extptrSXP  = 22
	weakrefSXP = 23
	rawSXP     = 24
	s4SXP      = 25

	altrepSXP    = 238
	attrListSXP  = 239
	attrLangSXP  = 240
	baseEnv      = 241
	emptyEnv     = 242
	bcRepRef     = 243
	bcRepDef     = 244
	missingArg   = 251
	unboundValue = 252
	globalEnv    = 253
	nilValue     = 254
	refSXP       = 255

	persistSXP    = 247
	packageSXP    = 248
	namespaceSXP  = 249
	baseNamespace = 250
)

// The bits of the word that begins an item.
const (
	hasAttr       = 1 << 9
	hasTag        = 1 << 10
	activeBinding = 1 << 15 << 12 // bit 15 of the levels, which begin at bit 12
)

var types = map[byte]string{symSXP: "symbol", listSXP: "pairlist", closSXP: "closure", envSXP: "environment", promSXP: "promise",
	langSXP: "language", specialSXP: "special", builtinSXP: "builtin", charSXP: "char", lglSXP: "logical", intSXP: "integer",
	realSXP: "double", cplxSXP: "complex", strSXP: "character", dotSXP: "...", vecSXP: "list", exprSXP: "expression",
	bcodeSXP: "bytecode", extptrSXP: "externalptr", weakrefSXP: "weakref", rawSXP: "raw", s4SXP: "S4", nilValue: "NULL",
	globalEnv: "environment", baseEnv: "environment", emptyEnv: "environment", namespaceSXP: "environment"}

func typeof(kind byte) string {
	if s, ok := types[kind]; ok {
		return s
	}
	return fmt.Sprintf("type %d", kind)
}

// value is what the items around need to know of one.
type value struct {
	kind  byte
	name  string // of a symbol, of a call pkg::name, or the first string of a vector
	class string
	off   int64
}

// place is where an item stands.
type place struct {
	depth int
	top   bool   // the object of the file, or the pairlist of a workspace
	frame bool   // the bindings of an environment, or arguments that wait
	in    Code   // who runs an expression here
	of    string // the name that the function around is bound to
}

func (l place) inner() place { return place{depth: l.depth + 1, in: l.in, of: l.of} }

type parser struct {
	input
	lim    Limits
	f      *File
	values int
	refs   []value
	reps   map[int32]value // shared expressions of the bytecode that is read
}

// item reads an item with all that is in it.
func (p *parser) item(at place) (value, error) {
	off := p.off
	if p.values++; p.values > p.lim.Values {
		return value{}, &LimitError{"values", off}
	}
	if at.depth > p.lim.Depth {
		return value{}, &LimitError{"depth", off}
	}
	flags, err := p.int()
	if err != nil {
		return value{}, err
	}
	v := value{kind: byte(flags), off: off}
	switch v.kind {
	case nilValue, globalEnv, unboundValue, missingArg, baseNamespace, emptyEnv, baseEnv:
		return v, nil
	case refSXP:
		return p.ref(off, flags)
	case persistSXP, packageSXP, namespaceSXP:
		v.name, err = p.names(at)
		p.refs = append(p.refs, v)
		return v, err
	case symSXP:
		inner, err := p.item(at.inner())
		v.name = inner.name
		p.refs = append(p.refs, v)
		return v, err
	case envSXP:
		return v, p.environment(at, &v)
	case listSXP, langSXP, closSXP, promSXP, dotSXP:
		return p.cells(at, flags, off)
	case altrepSXP:
		var state value
		for i := range 3 { // its class, its state, its attributes
			if w, err := p.item(at.inner()); err != nil {
				return v, err
			} else if i == 1 {
				state = w
			}
		}
		v.name = state.name
		return v, nil
	case extptrSXP:
		p.f.Pointers++
		p.refs = append(p.refs, v)
		for range 2 { // what it protects, its tag
			if _, err := p.item(at.inner()); err != nil {
				return v, err
			}
		}
	case weakrefSXP:
		p.refs = append(p.refs, v)
	case specialSXP, builtinSXP:
		v.name, err = p.string()
	case charSXP:
		v.name, err = p.string()
	case lglSXP, intSXP:
		err = p.vector(4)
	case realSXP:
		err = p.vector(8)
	case cplxSXP:
		err = p.vector(16)
	case rawSXP:
		err = p.vector(1)
	case strSXP, vecSXP, exprSXP:
		v.name, err = p.list(at, v.kind)
	case bcodeSXP:
		err = p.code(at)
	case s4SXP:
	default:
		return v, &SyntaxError{off, fmt.Sprintf("an item of type %d, which does not exist", v.kind)}
	}
	if err != nil {
		return v, err
	}
	if flags&hasAttr != 0 && v.kind != charSXP {
		v.class, err = p.attributes(at)
	} else if flags&hasAttr != 0 {
		_, err = p.item(at.inner()) // old releases wrote attributes of strings, which are ignored
	}
	return v, err
}

// string reads a length and the bytes of a string; NA has the length -1.
func (p *parser) string() (string, error) {
	at := p.off
	n, err := p.int()
	switch {
	case err != nil || n == -1:
		return "", err
	case n < 0:
		return "", &SyntaxError{at, fmt.Sprintf("a string of %d bytes", n)}
	}
	s, err := p.bytes(int64(n), p.lim.Text)
	if err == nil && strings.Contains(s, "://") && len(p.f.Texts) < p.lim.Facts {
		p.f.Texts = append(p.f.Texts, Text{s, at})
	}
	return s, err
}

// length reads how long a vector is; one of more than 2^31-1 has two words behind a -1.
func (p *parser) length() (int64, error) {
	at := p.off
	n, err := p.int()
	if err != nil {
		return 0, err
	}
	if n >= 0 {
		return int64(n), nil
	}
	high, err := p.int()
	if err != nil {
		return 0, err
	}
	low, err := p.int()
	if err != nil {
		return 0, err
	}
	if n != -1 || high < 0 || high > 1<<16 {
		return 0, &SyntaxError{at, fmt.Sprintf("a vector of length %d", n)}
	}
	return int64(high)<<32 | int64(uint32(low)), nil
}

func (p *parser) vector(width int64) error {
	n, err := p.length()
	if err != nil {
		return err
	}
	return p.numbers(n, width)
}

// list reads the items of a vector of strings, of a list, of an expression; the name is that of the first.
func (p *parser) list(at place, kind byte) (string, error) {
	off := p.off
	n, err := p.length()
	if err != nil {
		return "", err
	}
	if n > (p.size-p.off)/2 { // an item has at least two bytes, in text
		return "", &SyntaxError{off, fmt.Sprintf("%d items, the file has %d bytes left", n, p.size-p.off)}
	}
	first := ""
	inner := at.inner()
	inner.frame = at.frame && kind == vecSXP // the hash table of an environment is a list of pairlists
	for i := range n {
		v, err := p.item(inner)
		if err != nil {
			return first, err
		}
		if i == 0 {
			first = v.name
		}
	}
	return first, nil
}

// names reads the strings that a namespace or a package is told by.
func (p *parser) names(at place) (string, error) {
	if _, err := p.int(); err != nil {
		return "", err
	}
	return p.list(at, strSXP)
}

func (p *parser) ref(off int64, flags int32) (value, error) {
	i := int64(uint32(flags) >> 8)
	if i == 0 {
		n, err := p.int()
		if err != nil {
			return value{}, err
		}
		i = int64(n)
	}
	if i < 1 || i > int64(len(p.refs)) {
		return value{}, &SyntaxError{off, fmt.Sprintf("a reference to object %d of %d", i, len(p.refs))}
	}
	return p.refs[i-1], nil
}

// environment reads whether it is locked, what encloses it, its frame and hash table, and its attributes.
func (p *parser) environment(at place, v *value) error {
	i := len(p.refs)
	p.refs = append(p.refs, *v)
	if _, err := p.int(); err != nil {
		return err
	}
	for n := range 4 {
		inner := place{depth: at.depth + 1, frame: n == 1 || n == 2}
		w, err := p.item(inner)
		if err != nil {
			return err
		}
		if n == 3 {
			v.class = w.class
		}
	}
	p.refs[i].class = v.class
	return nil
}

// attributes reads a pairlist of them and returns the class.
func (p *parser) attributes(at place) (string, error) {
	v, err := p.item(at.inner())
	return v.class, err
}
