package sniff

import (
	"bytes"
	"strconv"
	"strings"
)

// legacyMagic is the number 0x1950a86a20f9469cfc6c as LONG1 writes it: the first pickle of a torch file before 1.6.
var legacyMagic = []byte("\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19")

// isPickle accepts a head that begins with PROTO, and one of protocol 0 or 1, which have no magic number, when it imports a
// name that looks like one and uses it, or stops, before anything that no loader would take. That test keeps prose that
// begins with a c or an I from being a pickle.
func isPickle(head []byte, size int64) bool {
	if len(head) < 2 {
		return false
	}
	if head[0] == 0x80 && head[1] <= 5 {
		return true
	}
	if operands[head[0]] == 0 {
		return false
	}
	w := walk{ops: Ops{win: head, size: max(size, int64(len(head)))}, whole: size <= int64(len(head))}
	return w.imports()
}

// walk follows opcodes with nothing but the heights of the stack, which is what prose fails.
type walk struct {
	ops   Ops
	whole bool
	depth int   // values above the last mark
	marks []int // heights below each mark
	names int   // how many of the top values are plain text, for STACK_GLOBAL
}

// imports tells whether an import and its use, or the end of the head behind an import, is met.
func (w *walk) imports() bool {
	imported := false
	for {
		op, err := w.ops.Next()
		if err != nil {
			// Cut by the end of the head, not by nonsense.
			return imported && err != errOpcode && !w.whole
		}
		if op.Off+1+op.N > int64(len(w.ops.win)) && !w.whole {
			return imported
		}
		if !w.step(op) {
			return false
		}
		switch op.Code {
		case 'c', 0x82, 0x83, 0x84, 0x93:
			imported = true
		case 'i':
			return true
		case 'R', 'o', 0x81, 0x92, 'b', '.':
			if imported || op.Code == 'o' {
				return true
			}
			if op.Code == '.' {
				return false
			}
		}
	}
}

// step applies one opcode to the heights. It is false where every loader raises.
func (w *walk) step(op Op) bool {
	pop := func(n int) bool {
		w.depth -= n
		return w.depth >= 0
	}
	text := false
	ok := true
	switch op.Code {
	case 'I', 'L', 'g', 'p':
		ok = integer(string(op.Arg))
		if op.Code == 'p' {
			return ok && w.depth > 0
		}
	case 'F':
		_, err := strconv.ParseFloat(strings.TrimSpace(string(op.Arg)), 64)
		ok = err == nil
	case 'S':
		a := bytes.TrimSpace(op.Arg)
		ok = int64(len(op.Arg)) < op.N || len(a) >= 2 && (a[0] == '\'' || a[0] == '"') && a[len(a)-1] == a[0]
		text = true
	case 'V', 'X', 'U', 'T', 0x8c, 0x8d:
		text = true
	case 'c', 'i':
		module, name, _ := strings.Cut(string(op.Arg), "\n")
		ok = dotted(module) && dotted(name)
		if op.Code == 'i' {
			ok = ok && w.toMark(0)
		}
	case 0x93:
		ok = w.names >= 2 && pop(2)
	case 0x80, 0x95:
		return true
	case 'q', 'r', 0x94:
		return w.depth > 0
	case '(':
		w.marks = append(w.marks, w.depth)
		w.depth, w.names = 0, 0
		return len(w.marks) <= 1<<16
	case '0':
		if w.depth == 0 && len(w.marks) > 0 {
			return w.toMark(0)
		}
		w.names = 0
		return pop(1)
	case '1':
		return w.toMark(0)
	case 't', 'l', 'd', 0x91:
		ok = w.toMark(0)
	case 'o':
		ok = w.toMark(1)
	case 'e', 'u', 0x90:
		w.names = 0
		return w.toMark(0) && w.depth > 0
	case 'a', 'b':
		w.names = 0
		return w.depth >= 2 && pop(1)
	case 's':
		w.names = 0
		return w.depth >= 3 && pop(2)
	case 'R', 0x81, 0x86:
		ok = pop(2)
	case 0x92, 0x87:
		ok = pop(3)
	case 0x85, 'Q', 0x98:
		ok = pop(1)
	case '2':
		ok = w.depth > 0
	case '.':
		return w.depth > 0
	}
	w.depth++
	if text {
		w.names++
	} else {
		w.names = 0
	}
	return ok && w.depth < 1<<20
}

// toMark drops the values above the last mark, of which there must be at least n.
func (w *walk) toMark(n int) bool {
	if len(w.marks) == 0 || w.depth < n {
		return false
	}
	w.depth, w.marks, w.names = w.marks[len(w.marks)-1], w.marks[:len(w.marks)-1], 0
	return true
}

// integer accepts what int(text, 0) of some Python release does.
func integer(s string) bool {
	s = strings.TrimRight(strings.TrimSpace(s), "L")
	s = strings.TrimLeft(s, "+-")
	return s != "" && strings.Trim(s, "0123456789abcdefABCDEFxXoO_") == ""
}

// dotted accepts one or more identifiers joined by dots. Bytes above ASCII count as letters, as in Python.
func dotted(s string) bool {
	if s == "" || len(s) > opArg {
		return false
	}
	for part := range strings.SplitSeq(s, ".") {
		if part == "" || isDigit(part[0]) {
			return false
		}
		for i := range len(part) {
			c := part[i]
			if c != '_' && c < 0x80 && !isDigit(c) && (c|0x20 < 'a' || c|0x20 > 'z') {
				return false
			}
		}
	}
	return true
}
