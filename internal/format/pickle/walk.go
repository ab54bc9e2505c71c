package pickle

import "io"

// Instruction is one opcode as it stands in the file.
type Instruction struct {
	At        Place
	End       int64 // behind its operand
	N         int64 // the number of a numeric operand, or the length of a counted one
	Off, Len  int64 // bytes of a payload or of the first line, without the newline
	Off2      int64 // bytes of the second line
	Len2      int64 //
	Truncated bool  // the file ends in its operand, which begins at Off
}

// Walk calls visit for each opcode of the stream at off, up to STOP, to a byte that is no opcode, or until visit returns
// false. It keeps no stack: for listings. Errors are those of Parse.
func Walk(r io.ReaderAt, off, size int64, lim Limits, visit func(Instruction) bool) error {
	m := &machine{cursor: newCursor(newSource(r, size, lim.Bytes), off), s: &Stream{failedAt: -1}, lim: lim}
	for op := 0; int64(op) < lim.Ops; op++ {
		m.at = Place{Off: m.offset(), Op: int32(op)}
		b := m.take(1)
		if b == nil {
			m.end("the file ends before STOP")
			return m.s.Err
		}
		m.at.Code = Opcode(b[0])
		info := m.at.Code.Info()
		if info.Name == "" {
			return &SyntaxError{Off: m.at.Off, Op: int32(op), Msg: "no such opcode"}
		}
		var a operand
		ok := info.Form == Bare || m.decode(info.Form, &a)
		if !ok {
			visit(Instruction{At: m.at, End: size, Off: m.at.Off + 1, Len: size - m.at.Off - 1, Truncated: true})
			m.end(info.Name + ": its operand ends behind the file")
			return m.s.Err
		}
		in := Instruction{At: m.at, End: m.offset(), N: a.n, Off: a.off, Len: a.len, Off2: a.off2, Len2: a.len2}
		if !visit(in) || m.at.Code == Stop {
			return nil
		}
	}
	return &LimitError{Limit: "ops", Off: m.at.Off}
}
