package model

import (
	"fmt"
	"regexp"
	"strings"

	"bakedin/internal/format/pickle"
)

// guards look at the arguments of safe functions that call what they are given, or that do harm with some arguments. Keys
// are names of Python 3.
var guards = map[string]func(j *judging, u pickle.Use){
	"functools.partial":                         callsArgument(0, "called"),
	"_functools.partial":                        callsArgument(0, "called"),
	"collections.defaultdict":                   callsArgument(0, "called"),
	"copyreg._reconstructor":                    both(callsArgument(0, "constructed"), callsArgument(1, made)), // the second makes the first
	"copyreg.__newobj__":                        callsArgument(0, made),
	"copyreg.__newobj_ex__":                     callsArgument(0, made),
	"torch._tensor._rebuild_from_type_v2":       both(callsArgument(0, "called"), callsArgument(1, "constructed")),
	"torch._utils._rebuild_wrapper_subclass":    callsArgument(0, "constructed"),
	"numpy.core.multiarray._reconstruct":        callsArgument(0, "constructed"),
	"numpy._core.multiarray._reconstruct":       callsArgument(0, "constructed"),
	"numpy.ma.core._mareconstruct":              both(callsArgument(0, "constructed"), callsArgument(1, "constructed")),
	"numpy.random._pickle.__generator_ctor":     both(callsArgument(0, "called"), callsArgument(1, "called")),
	"numpy.random._pickle.__randomstate_ctor":   both(callsArgument(0, "called"), callsArgument(1, "called")),
	"numpy.random._pickle.__bit_generator_ctor": callsArgument(0, "called"),
	"pandas.core.indexes.base._new_Index":       callsArgument(0, made),
	"sklearn.neighbors._kd_tree.newObj":         callsArgument(0, "constructed"),
	"sklearn.neighbors._ball_tree.newObj":       callsArgument(0, "constructed"),
	"sklearn.metrics._dist_metrics.newObj":      callsArgument(0, "constructed"),
	"_codecs.encode":                            codec,
	"builtins.bytearray":                        size,
	"builtins.bytes":                            size,
	"torch.storage._load_from_bytes":            constant,
	"_io.BytesIO":                               constant,
	"io.BytesIO":                                constant,
}

// made is the use of a class whose own __new__ runs with arguments of the file: numpy.memmap creates a file there. Where numpy
// constructs an array of a class, it does not.
const made = "made"

func both(a, b func(*judging, pickle.Use)) func(*judging, pickle.Use) {
	return func(j *judging, u pickle.Use) { a(j, u); b(j, u) }
}

// guard runs the guard of a function, if it has one, and the trampolines that are dangerous themselves.
func (j *judging) guard(u pickle.Use, i *pickle.Import) {
	module, name := renamed(i.Module, i.Name)
	g := guards[spelled(module, name)]
	if g == nil && strings.HasPrefix(name, "__pyx_unpickle_") {
		g = callsArgument(0, "constructed") // Cython writes a maker for each of its classes, which is handed the class
	}
	if g != nil {
		if u.Args.Kind() != pickle.Tuple || !u.Args.Whole() {
			j.unguarded(u, i, "its arguments are not written in the file")
			return
		}
		g(j, u)
	} else if class, _ := j.policy.judge(i.Module, i.Name); class == dangerous {
		// Whatever function a dangerous one is given is run by it, or may be.
		for _, a := range u.Args.Items() {
			if f := a.Import(); f != nil && !f.Computed && !f.NotText {
				if class, _ := j.policy.judge(f.Module, f.Name); class == dangerous {
					j.note(f.Module, f.Name, "passed to "+spelled(i.Module, i.Name), u.At, "", u.Behind)
				}
			}
		}
	}
}

func (j *judging) unguarded(u pickle.Use, i *pickle.Import, why string) {
	name := spelled(i.Module, i.Name)
	j.open = append(j.open, open{j.stream, u.At, name + " is called, and " + why, "argument of " + name})
}

// callsArgument judges an argument as the function that it is: it runs.
func callsArgument(n int, via string) func(*judging, pickle.Use) {
	return func(j *judging, u pickle.Use) {
		items := u.Args.Items()
		if n >= len(items) {
			return
		}
		switch a := items[n]; a.Kind() {
		case pickle.Global:
			i := a.Import()
			if i.Computed || i.NotText {
				j.unguarded(u, u.Target.Import(), "the function that it runs is named at load time")
				return
			}
			if class, may := j.policy.judge(i.Module, i.Name); class == harmless && (may&mayNew != 0 || may == 0 && via == "constructed") {
				return // a class that may be made, by its constructor or without
			}
			j.note(i.Module, i.Name, via, u.At, "", u.Behind)
		case pickle.Call, pickle.Unknown, pickle.Persistent, pickle.Ext:
			if i, _ := root(a); i != nil && spelled(renamed(i.Module, i.Name)) == "functools.partial" {
				return // judged where it was made
			}
			j.unguarded(u, u.Target.Import(), "the function that it runs is made at load time")
		}
	}
}

var harmlessCodecs = regexp.MustCompile(`^(?i:latin[-_]?1|iso-8859-1|utf[-_]?8|ascii)$`)

// codec: other codecs decompress, transform or import.
func codec(j *judging, u pickle.Use) {
	items := u.Args.Items()
	if len(items) < 2 {
		return
	}
	if items[1].Kind() != pickle.Str || !harmlessCodecs.MatchString(j.file.Text(items[1], 64)) {
		j.unguarded(u, u.Target.Import(), "its codec is "+j.show(items[1]))
	}
}

// size: an integer is a number of bytes to allocate.
func size(j *judging, u pickle.Use) {
	if items := u.Args.Items(); len(items) > 0 {
		n, ok := items[0].Int()
		if items[0].Kind() == pickle.Big || ok && n > 64<<20 {
			j.unguarded(u, u.Target.Import(), fmt.Sprintf("it allocates %s bytes", j.show(items[0])))
		}
	}
}

// constant: bytes that are written in the file are opened like any other payload; bytes that are made are not known.
func constant(j *judging, u pickle.Use) {
	items := u.Args.Items()
	if len(items) == 0 {
		return
	}
	switch items[0].Kind() {
	case pickle.Str, pickle.Bytes, pickle.ByteArray:
		return
	case pickle.Call:
		// pickle protocol 2 spells bytes as _codecs.encode(text, "latin1")
		if i, _ := root(items[0]); i != nil && spelled(i.Module, i.Name) == "_codecs.encode" {
			return
		}
	}
	j.unguarded(u, u.Target.Import(), "what it reads is made at load time")
}

var token = regexp.MustCompile(`[A-Za-z0-9_+/=-]{24,}`)

// mask keeps what may be a secret out of a message.
func mask(s string) string {
	return token.ReplaceAllStringFunc(s, func(t string) string { return t[:4] + "…" })
}
