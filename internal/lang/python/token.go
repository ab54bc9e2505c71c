package python

// Kind of a token.
type Kind uint8

// The kinds. An f-string is FStart, the tokens of its fields between Op '{' and Op '}', and FEnd; its literal text is what
// lies between them.
const (
	Name Kind = iota + 1
	Number
	Str
	FStart
	FEnd
	Op
	Newline // end of a logical line
	EOF
	Bad
)

// Tok is a token. Op is the character of an operator, or one of the codes below; for a Name it is 1 when the name is a
// keyword. Mate is the token that closes or opens the same bracket or f-string, 0 when there is none.
type Tok struct {
	Start, End int32
	Mate       int32
	Depth      uint16 // brackets and f-strings open around it
	Kind       Kind
	Op         byte
}

// Codes of the operators that are longer than a character.
const (
	opEq        = 'e' // ==
	opCompare   = 'c' // != <= >= <>
	opWalrus    = 'w' // :=
	opArrow     = 'r' // ->
	opPower     = 'p' // **
	opEllipsis  = 'd' // ...
	opAugmented = 'a' // += and its like
	opShift     = 's' // << >> //
)

const keyword = 1

// isKeyword tells hard keywords from names. print and exec are names, as in Python 3; so are the soft keywords.
func isKeyword(s []byte) bool {
	if len(s) < 2 || len(s) > 8 {
		return false
	}
	switch string(s) {
	case "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class", "continue", "def", "del", "elif",
		"else", "except", "finally", "for", "from", "global", "if", "import", "in", "is", "lambda", "nonlocal", "not", "or",
		"pass", "raise", "return", "try", "while", "with", "yield":
		return true
	}
	return false
}

const (
	cOther = iota
	cName
	cDigit
	cBlank
	cEnd // line ends
	cQuote
	cOpen
	cClose
)

var class = func() (t [256]uint8) {
	for c := range 256 {
		switch {
		case c == '_', 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', c >= 0x80:
			t[c] = cName
		case '0' <= c && c <= '9':
			t[c] = cDigit
		case c == ' ', c == '\t', c == '\f':
			t[c] = cBlank
		case c == '\n', c == '\r':
			t[c] = cEnd
		case c == '"', c == '\'':
			t[c] = cQuote
		case c == '(', c == '[', c == '{':
			t[c] = cOpen
		case c == ')', c == ']', c == '}':
			t[c] = cClose
		}
	}
	return t
}()

func isNameByte(c byte) bool { return class[c] == cName || class[c] == cDigit }
