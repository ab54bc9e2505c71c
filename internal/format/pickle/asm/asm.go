// Package asm writes pickles as text and back: hostile fixtures, rule examples and the proof under a finding are listings,
// never binaries. It knows the spelling of opcodes; what they do is the business of package pickle.
//
// One opcode a line, by its name in pickletools, with its operand:
//
//	# a comment
//	PROTO 4
//	.frame                         its length is filled in at .end; ".frame len=9" lies
//	SHORT_BINUNICODE "os"          counted operands are Go strings; "len=9" before one lies about its length
//	INT 0x10                       lines stand as they are in the file, in Go quotes when they hold blanks
//	GLOBAL "os" "system"
//	LONG1 -5                       a number, or its bytes as a Go string
//	BINBYTES {                     a payload that is a listing itself
//	  PROTO 2
//	  NONE
//	  STOP
//	}
//	.repeat 1000                   the lines up to .end, so many times
//	.end
//	.raw 80 02                     bytes
//	.zeros 64
//	.truncate 2                    drops bytes that were written last
package asm

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"

	"bakedin/internal/format/pickle"
)

// maxBytes of output: a .repeat in a rule of a stranger must not fill memory.
const maxBytes = 64 << 20

// Error is a mistake in a listing. Line is 1-based.
type Error struct {
	Line int
	Msg  string
}

func (e *Error) Error() string { return fmt.Sprintf("line %d: %s", e.Line, e.Msg) }

// Assemble returns the bytes of a listing. Lines that begin with "expect:" or "reject:" are for the reader of a test vector
// and make none.
func Assemble(listing string) ([]byte, error) {
	a := &assembler{lines: strings.Split(listing, "\n")}
	out, err := a.block("")
	if err != nil {
		return nil, &Error{Line: min(a.next, len(a.lines)), Msg: err.Error()}
	}
	return out, nil
}

type assembler struct {
	lines []string
	next  int
	depth int
}

// block assembles up to a line that is closer, or to the end when there is none to come.
func (a *assembler) block(closer string) ([]byte, error) {
	if a.depth++; a.depth > 32 {
		return nil, fmt.Errorf("more than 32 blocks in each other")
	}
	defer func() { a.depth-- }()
	var out []byte
	for a.next < len(a.lines) {
		line := strings.TrimSpace(a.lines[a.next])
		a.next++
		switch {
		case line == "" || line[0] == '#' || strings.HasPrefix(line, "expect:") || strings.HasPrefix(line, "reject:"):
			continue
		case line == closer:
			return out, nil
		case line == ".end" || line == "}":
			return nil, fmt.Errorf("%q closes nothing", line)
		}
		words, err := split(line)
		if err != nil {
			return nil, err
		}
		if words[0][0] == '.' {
			out, err = a.directive(out, words)
		} else {
			var b []byte
			b, err = a.instruction(words)
			out = append(out, b...)
		}
		if err != nil {
			return nil, err
		}
		if len(out) > maxBytes {
			return nil, fmt.Errorf("more than %d bytes", maxBytes)
		}
	}
	if closer != "" {
		return nil, fmt.Errorf("%q is missing", closer)
	}
	return out, nil
}

func (a *assembler) directive(out []byte, words []string) ([]byte, error) {
	count := func(i int) (int, error) {
		if i >= len(words) {
			return 0, fmt.Errorf("%s needs a number", words[0])
		}
		n, err := strconv.Atoi(words[i])
		if err != nil || n < 0 || n > maxBytes {
			return 0, fmt.Errorf("%s %s: not a number from 0 to %d", words[0], words[i], maxBytes)
		}
		return n, nil
	}
	switch words[0] {
	case ".raw":
		b, err := hex.DecodeString(strings.Join(words[1:], ""))
		if err != nil {
			return nil, fmt.Errorf(".raw: %w", err)
		}
		return append(out, b...), nil
	case ".zeros":
		n, err := count(1)
		return append(out, make([]byte, n)...), err
	case ".truncate":
		n, err := count(1)
		return out[:max(len(out)-n, 0)], err
	case ".frame":
		lie, given, err := length(words[1:])
		if err != nil {
			return nil, err
		}
		body, err := a.block(".end")
		if err != nil {
			return nil, err
		}
		if !given {
			lie = int64(len(body))
		}
		out = binary.LittleEndian.AppendUint64(append(out, byte(pickle.Frame)), uint64(lie))
		return append(out, body...), nil
	case ".repeat":
		n, err := count(1)
		if err != nil {
			return nil, err
		}
		body, err := a.block(".end")
		if err != nil {
			return nil, err
		}
		if len(out)+n*len(body) > maxBytes {
			return nil, fmt.Errorf("more than %d bytes", maxBytes)
		}
		for range n {
			out = append(out, body...)
		}
		return out, nil
	}
	return nil, fmt.Errorf("no directive %s", words[0])
}

// length reads "len=N" when it is the first word.
func length(words []string) (n int64, given bool, err error) {
	if len(words) == 0 {
		return 0, false, nil
	}
	text, given := strings.CutPrefix(words[0], "len=")
	if given {
		n, err = strconv.ParseInt(text, 0, 64)
	}
	return n, given, err
}

func (a *assembler) instruction(words []string) ([]byte, error) {
	op, ok := pickle.OpcodeNamed(words[0])
	if !ok {
		return nil, fmt.Errorf("no opcode %s", words[0])
	}
	out := []byte{byte(op)}
	form := op.Info().Form
	args := words[1:]
	if form == pickle.Bare {
		if len(args) > 0 {
			return nil, fmt.Errorf("%s takes no operand", op)
		}
		return out, nil
	}
	lie, lies, err := length(args)
	if err != nil {
		return nil, err
	}
	if lies {
		args = args[1:]
	}
	want := 1
	if form == pickle.TwoLines {
		want = 2
	}
	if len(args) != want {
		return nil, fmt.Errorf("%s takes %d operand(s), not %d", op, want, len(args))
	}
	switch form {
	case pickle.Line, pickle.TwoLines:
		for _, arg := range args {
			text, err := unquote(arg)
			if err != nil {
				return nil, err
			}
			if strings.Contains(text, "\n") {
				return nil, fmt.Errorf("%s: a line cannot hold a newline", op)
			}
			out = append(append(out, text...), '\n')
		}
		return out, nil
	case pickle.F64:
		f, err := strconv.ParseFloat(args[0], 64)
		if err != nil {
			return nil, fmt.Errorf("%s %s: not a number", op, args[0])
		}
		return binary.BigEndian.AppendUint64(out, math.Float64bits(f)), nil
	}
	if size, counted := width(form); counted {
		payload, err := a.payload(op, args[0])
		if err != nil {
			return nil, err
		}
		if !lies {
			lie = int64(len(payload))
		}
		if out, err = number(out, op, lie, size); err != nil {
			return nil, err
		}
		return append(out, payload...), nil
	}
	size, _ := width(form)
	n, err := strconv.ParseInt(args[0], 0, 64)
	if err != nil {
		return nil, fmt.Errorf("%s %s: not a number", op, args[0])
	}
	return number(out, op, n, size)
}

// width of a number or of the count before a payload, in bytes.
func width(f pickle.Form) (n int, counted bool) {
	switch f {
	case pickle.U8:
		return 1, false
	case pickle.U16:
		return 2, false
	case pickle.I32, pickle.U32:
		return 4, false
	case pickle.Count8:
		return 1, true
	case pickle.Count32, pickle.CountI32:
		return 4, true
	case pickle.Count64:
		return 8, true
	}
	return 8, false
}

func number(out []byte, op pickle.Opcode, n int64, size int) ([]byte, error) {
	if bits := 8 * size; bits < 64 && (n >= 1<<bits || n < -1<<(bits-1)) {
		return nil, fmt.Errorf("%s: %d does not fit in %d byte(s)", op, n, size)
	}
	var b [8]byte
	binary.LittleEndian.PutUint64(b[:], uint64(n))
	return append(out, b[:size]...), nil
}

func (a *assembler) payload(op pickle.Opcode, arg string) ([]byte, error) {
	switch {
	case arg == "{":
		return a.block("}")
	case arg[0] == '"' || arg[0] == '`':
		text, err := unquote(arg)
		return []byte(text), err
	case op.String() == "LONG1" || op.String() == "LONG4":
		n, ok := new(big.Int).SetString(arg, 0)
		if !ok {
			return nil, fmt.Errorf("%s %s: not a number", op, arg)
		}
		return twosComplement(n), nil
	}
	return nil, fmt.Errorf("%s %s: not a Go string", op, arg)
}

// twosComplement is the shortest little-endian form, as picklers write it; nothing for 0.
func twosComplement(n *big.Int) []byte {
	if n.Sign() == 0 {
		return nil
	}
	size := n.BitLen()/8 + 1
	if n.Sign() < 0 {
		m := new(big.Int).Not(n)
		size = m.BitLen()/8 + 1
		n = new(big.Int).Add(n, new(big.Int).Lsh(big.NewInt(1), uint(8*size)))
	}
	b := n.FillBytes(make([]byte, size))
	for i, j := 0, len(b)-1; i < j; i, j = i+1, j-1 {
		b[i], b[j] = b[j], b[i]
	}
	return b
}

func unquote(word string) (string, error) {
	if word[0] != '"' && word[0] != '`' {
		return word, nil
	}
	text, err := strconv.Unquote(word)
	if err != nil {
		return "", fmt.Errorf("%s: not a Go string", word)
	}
	return text, nil
}

// split cuts a line into words; a Go string is one word. What follows a # between words is a comment.
func split(line string) ([]string, error) {
	var words []string
	for line = strings.TrimSpace(line); line != "" && line[0] != '#'; line = strings.TrimLeft(line, " \t") {
		end := strings.IndexAny(line, " \t")
		if line[0] == '"' || line[0] == '`' {
			q, err := strconv.QuotedPrefix(line)
			if err != nil {
				return nil, fmt.Errorf("a string without its end")
			}
			end = len(q)
		} else if end < 0 {
			end = len(line)
		}
		words = append(words, line[:end])
		line = line[end:]
	}
	return words, nil
}
