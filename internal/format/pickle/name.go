package pickle

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// maxName is longer than any name that a person wrote; what is behind it is not kept.
const maxName = 1 << 10

// global is GLOBAL and INST: module and name are lines.
func (m *machine) global(a *operand) Value {
	// The usual case has both lines in the window, one behind the other: one look-up of their bytes finds the import.
	if a.off2 == a.off+a.len+1 && a.len+a.len2 < maxName {
		key := m.peek(a.off, a.len+1+a.len2)
		if i := m.names[string(key)]; i != nil {
			i.Count++
			return Value{head: uint64(Global), node: i.node}
		}
	}
	return m.imported(m.word(a.off, a.len), m.word(a.off2, a.len2))
}

// word returns a name as it stands in the file.
func (m *machine) word(off, n int64) string { return string(m.peek(off, min(n, maxName))) }

// stackGlobal is STACK_GLOBAL: module and name come from anywhere, and must be text.
func (m *machine) stackGlobal(module, name Value) Value {
	if module.Kind() == Str && name.Kind() == Str {
		return m.imported(m.stringOf(module), m.stringOf(name))
	}
	i := &Import{At: m.at, Count: 1, Behind: m.behind()}
	for _, part := range []struct {
		v    Value
		into *string
	}{{module, &i.Module}, {name, &i.Name}} {
		switch part.v.Kind() {
		case Str, Bytes, ByteArray:
			*part.into = m.stringOf(part.v)
		}
		switch part.v.Kind() {
		case Str:
		case Unknown, Call, Global, Persistent, Ext:
			i.Computed = true
		default:
			i.NotText = true
		}
	}
	if i.Computed {
		m.odd(OddComputedName, "the name of an import is made at load time")
	} else {
		m.fault(OddNameType, "STACK_GLOBAL over something that is no text")
	}
	m.s.Imports = append(m.s.Imports, i)
	m.arena.used += useBytes
	i.node = m.arena.node()
	i.node.At, i.node.Import, i.node.open = m.at, i, true
	return Value{head: uint64(Global), node: i.node}
}

// imported returns the symbol of an import, the same one each time.
func (m *machine) imported(module, name string) Value {
	key := module + "\n" + name
	i := m.names[key]
	if i == nil {
		i = &Import{Module: module, Name: name, At: m.at, Behind: m.behind()}
		if why := oddName(module, name); why != "" {
			m.odd(OddName, why)
		}
		n := m.arena.node()
		n.At, n.Import, n.open = m.at, i, true
		i.node = n
		m.names[key] = i
		m.s.Imports = append(m.s.Imports, i)
		m.arena.used += useBytes + int64(2*len(key))
	}
	i.Count++
	return Value{head: uint64(Global), node: i.node}
}

func oddName(module, name string) string {
	for _, s := range []string{module, name} {
		switch {
		case s == "":
			return "an empty module or name"
		case len(s) > 256:
			return "a module or name of more than 256 bytes"
		case !utf8.ValidString(s) || strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r >= 0x7f }):
			return fmt.Sprintf("the name %+q", s)
		}
	}
	return ""
}

// extension is EXT1, EXT2 and EXT4. What a code means is decided by calls of copyreg.add_extension in the loading process;
// those of this file are known.
func (m *machine) extension(code int64) Value {
	if code <= 0 {
		m.fault(OddOperand, fmt.Sprintf("extension code %d", code))
	}
	is := m.ext[code]
	m.s.Extensions = append(m.s.Extensions, Extension{Code: code, At: m.at, Is: is})
	m.arena.used += useBytes
	if is != nil {
		return m.imported(is.Module, is.Name)
	}
	n := m.arena.node()
	n.At, n.open = m.at, true
	return Value{head: uint64(Ext), n: code, node: n}
}

// register is a call of copyreg.add_extension(module, name, code).
func (m *machine) register(args Value) {
	v := args.Items()
	if len(v) != 3 || v[0].Kind() != Str || v[1].Kind() != Str || v[2].Kind() != Int {
		return
	}
	if len(m.ext) < 1<<10 {
		code, _ := v[2].Int()
		m.ext[code] = &Import{Module: m.stringOf(v[0]), Name: m.stringOf(v[1])}
	}
}

// isOne tells whether an import is name in one of two spellings of a module.
func isOne(i *Import, module, old, name string) bool {
	return i.Name == name && (i.Module == module || i.Module == old)
}
