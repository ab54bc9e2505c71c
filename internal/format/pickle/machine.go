package pickle

import (
	"encoding/binary"
	"fmt"
	"math"
)

// machine runs one stream with symbols for objects. The stack is one slice; a mark is the height at which it was set, and
// nothing below the last mark can be popped, as in CPython's C loader.
type machine struct {
	*cursor
	s     *Stream
	lim   Limits
	ext   map[int64]*Import // copyreg's registry, as far as this file fills it
	names map[string]*Import
	arena arena
	memo  memo

	stack []Value
	marks []int
	fence int // marks[len(marks)-1], or 0

	at     Place // the opcode that runs
	nested []*Stream
	level  int // of joblib object arrays
}

// operand is what decode read. Payloads and lines are ranges of the file.
type operand struct {
	n          int64
	off, len   int64
	off2, len2 int64
}

// run executes the stream at off.
func run(src *source, off int64, lim Limits, ext map[int64]*Import, reading Reading) *machine {
	return runAt(src, off, lim, ext, reading, 0)
}

func runAt(src *source, off int64, lim Limits, ext map[int64]*Import, reading Reading, level int) *machine {
	m := &machine{
		cursor: newCursor(src, off),
		s:      &Stream{Start: off, Reading: reading, failedAt: -1},
		lim:    lim, ext: ext, names: map[string]*Import{}, level: level,
	}
	m.drop = reading == DropFrame
	m.stack = make([]Value, 0, 256)
	m.loop()
	m.s.End = m.offset()
	m.s.Ops = int(m.at.Op)
	if m.s.Stopped {
		m.s.Ops++
	}
	return m
}

func (m *machine) loop() {
	var arg operand
	for op := int64(0); ; op++ {
		op += m.short(m.lim.Ops - op)
		m.at.Off, m.at.Op = m.offset(), int32(op)
		if op >= m.lim.Ops {
			m.s.Err = &LimitError{Limit: "ops", Off: m.at.Off}
			return
		}
		b := m.take(1)
		if b == nil {
			m.end("the file ends before STOP")
			return
		}
		code := Opcode(b[0])
		m.at.Off = m.offset() - 1 // a frame may have been left
		m.at.Code = code
		info := &opcodes[code]
		if !info.Weights && m.s.Outside == nil && info.Name != "" {
			at := m.at
			m.s.Outside = &at
		}
		if info.Form != Bare && !m.decode(info.Form, &arg) {
			if m.overrun {
				m.end(info.Name + ": its operand ends behind the file")
			}
			return
		}
		if !m.step(code, &arg) {
			return
		}
		if m.arena.used > 2*m.lim.Memory {
			m.s.Err = &LimitError{Limit: "memory", Off: m.at.Off}
			return
		}
	}
}

// short runs the opcodes that most of a pickle is made of for as long as they lie within the window and need nothing but
// the stack and the memo, at most most of them, and returns how many. Each does what step does.
func (m *machine) short(most int64) (n int64) {
	buf, pos, stop := m.buf, m.pos, m.stop
	for ; n < most && pos+5 <= stop; n++ {
		switch b := buf[pos+1:]; buf[pos] {
		case 'K':
			m.push(scalar(Int, int64(b[0])))
			pos += 2
		case 'M':
			m.push(scalar(Int, int64(b[0])|int64(b[1])<<8))
			pos += 3
		case 'J':
			m.push(scalar(Int, int64(int32(binary.LittleEndian.Uint32(b)))))
			pos += 5
		case 'h':
			v, ok := m.memo.get(int64(b[0]))
			if !ok {
				m.pos = pos
				return n
			}
			m.push(v)
			pos += 2
		case 'N':
			m.push(scalar(None, 0))
			pos++
		case '(':
			m.mark()
			pos++
		case 0x8c, 'X':
			size, head := int(b[0]), 2
			if buf[pos] == 'X' {
				size, head = int(binary.LittleEndian.Uint32(b)), 5
			}
			if size >= minPayload || pos+head+size > stop || m.s.Outside == nil && buf[pos] != 'X' {
				m.pos = pos
				return n
			}
			m.push(text(Str, utf8Text, m.base+int64(pos+head), int64(size)))
			pos += head + size
		default:
			m.pos = pos
			return n
		}
	}
	m.pos = pos
	return n
}

// end is called when the bytes run out, of the file or of the limit.
func (m *machine) end(msg string) {
	if m.exhausted || m.spend <= 0 {
		m.s.Err = &LimitError{Limit: "bytes", Off: m.at.Off}
		return
	}
	m.s.Err = &SyntaxError{Off: m.at.Off, Op: m.at.Op, Msg: msg, Truncated: true}
}

// fault notes that every loader raises here. Decoding goes on: another loader, or another stream, may be behind it.
func (m *machine) fault(kind, msg string) {
	m.odd(kind, msg)
	if m.s.failedAt < 0 {
		m.s.failedAt = m.at.Off
		m.s.Err = &SyntaxError{Off: m.at.Off, Op: m.at.Op, Msg: msg}
	}
}

func (m *machine) odd(kind, detail string) {
	if len(m.s.Anomalies) < maxAnomalies {
		m.s.Anomalies = append(m.s.Anomalies, Anomaly{Kind: kind, Detail: detail, At: m.at, Behind: m.behind()})
	}
}

func (m *machine) behind() bool { return m.s.failedAt >= 0 }

// decode reads an operand. It returns false when the stream cannot go on.
func (m *machine) decode(form Form, a *operand) bool {
	size := 0
	switch form {
	case U8, Count8:
		size = 1
	case U16:
		size = 2
	case I32, U32, Count32, CountI32:
		size = 4
	case U64, F64, Count64:
		size = 8
	case Line, TwoLines:
		was := m.crossed
		var ok bool
		if a.off, a.len, ok = m.line(); !ok {
			return false
		}
		if form == TwoLines {
			if a.off2, a.len2, ok = m.line(); !ok {
				return false
			}
		}
		m.crossing(was)
		return true
	}
	was := m.crossed
	b := m.take(size)
	if b == nil {
		return false
	}
	switch form {
	case U8, Count8:
		a.n = int64(b[0])
	case U16:
		a.n = int64(binary.LittleEndian.Uint16(b))
	case I32, CountI32:
		a.n = int64(int32(binary.LittleEndian.Uint32(b)))
	case U32, Count32:
		a.n = int64(binary.LittleEndian.Uint32(b))
	case F64:
		a.n = int64(binary.BigEndian.Uint64(b))
	default:
		a.n = int64(binary.LittleEndian.Uint64(b))
	}
	if form >= Count8 {
		if a.n < 0 && form == CountI32 {
			m.fault(OddOperand, fmt.Sprintf("%s with a length below zero", m.at.Code))
			a.off, a.len = m.offset(), 0
			return true
		}
		var ok bool
		a.len = a.n
		if a.off, ok = m.skip(a.n); !ok {
			return false
		}
	}
	m.crossing(was)
	return true
}

func (m *machine) crossing(was bool) {
	if m.crossed && !was {
		m.odd(OddFrameCrossing, fmt.Sprintf("the operand of %s straddles the end of its frame", m.at.Code))
	}
}

func (m *machine) push(v Value) {
	if n := cap(m.stack); len(m.stack) == n {
		m.stack = append(m.stack, v)
		m.arena.used += int64(cap(m.stack)-n) * valueBytes
		return
	}
	m.stack = append(m.stack, v)
}

// pop takes the top. Nothing there is a loader error and an unknown value.
func (m *machine) pop() Value {
	if n := len(m.stack); n > m.fence {
		v := m.stack[n-1]
		m.stack = m.stack[:n-1]
		return v
	}
	m.fault(OddStack, fmt.Sprintf("%s finds nothing on the stack", m.at.Code))
	return Value{}
}

func (m *machine) top() (Value, bool) {
	if n := len(m.stack); n > m.fence {
		return m.stack[n-1], true
	}
	m.fault(OddStack, fmt.Sprintf("%s finds nothing on the stack", m.at.Code))
	return Value{}, false
}

func (m *machine) mark() {
	if len(m.marks) == cap(m.marks) {
		m.arena.used += int64(cap(m.marks)) * 8
	}
	m.fence = len(m.stack)
	m.marks = append(m.marks, m.fence)
}

// popMark takes everything above the last mark, and the mark. The slice is good until the next push.
func (m *machine) popMark() []Value {
	n := len(m.marks)
	if n == 0 {
		m.fault(OddStack, fmt.Sprintf("%s finds no mark", m.at.Code))
		return nil
	}
	from := m.marks[n-1]
	m.marks = m.marks[:n-1]
	m.fence = 0
	if n > 1 {
		m.fence = m.marks[n-2]
	}
	items := m.stack[from:]
	m.stack = m.stack[:from]
	return items
}

// step executes one opcode. It returns false at STOP and where decoding cannot go on.
func (m *machine) step(code Opcode, a *operand) bool {
	switch code {
	case 'J', 'K', 'M':
		m.push(scalar(Int, a.n))
	case 'G':
		m.push(scalar(Float, a.n))
	case 'N':
		m.push(scalar(None, 0))
	case 0x88:
		m.push(scalar(Bool, 1))
	case 0x89:
		m.push(scalar(Bool, 0))
	case 0x8a, 0x8b:
		m.push(m.long(a))
	case 'I', 'L':
		m.push(m.textInt(code, a))
	case 'F':
		m.push(m.textFloat(a))
	case 'X', 0x8c, 0x8d:
		m.push(m.constant(text(Str, utf8Text, a.off, a.len)))
	case 'T', 'U':
		m.push(m.constant(text(Str, py2Bytes, a.off, a.len)))
	case 'B', 'C', 0x8e:
		m.push(m.constant(text(Bytes, utf8Text, a.off, a.len)))
	case 0x96:
		m.push(m.constant(text(ByteArray, utf8Text, a.off, a.len)))
	case 'S':
		m.push(m.quoted(a))
	case 'V':
		m.push(m.constant(text(Str, rawUnicodeEscape, a.off, a.len)))
	case 0x97:
		m.fault(OddBuffer, "NEXT_BUFFER needs a buffer from outside of the file")
		m.push(scalar(Buffer, 0))
	case 0x98:
		m.top()

	case '(':
		m.mark()
	case '0':
		if n := len(m.marks); n > 0 && m.fence == len(m.stack) {
			m.popMark()
		} else {
			m.pop()
		}
	case '1':
		m.popMark()
	case '2':
		if v, ok := m.top(); ok {
			m.push(v)
		}
	case 'h', 'j':
		m.fetch(a.n)
	case 'g':
		m.fetch(m.index(a))
	case 'q', 'r':
		m.store(a.n)
	case 'p':
		m.store(m.index(a))
	case 0x94:
		if _, ok := m.memo.get(m.memo.count); ok {
			m.odd(OddMemoize, "MEMOIZE overwrites an entry, since the memo has gaps")
		}
		m.store(m.memo.count)

	case ')':
		m.push(m.collect(Tuple, nil))
	case 't':
		m.push(m.collect(Tuple, m.popMark()))
	case 0x85, 0x86, 0x87:
		m.tuple(int(code) - 0x84)
	case ']':
		m.push(m.collect(List, nil))
	case 'l':
		m.push(m.collect(List, m.popMark()))
	case '}':
		m.push(m.collect(Dict, nil))
	case 'd':
		m.push(m.collect(Dict, m.popMark()))
	case 0x8f:
		m.push(m.collect(Set, nil))
	case 0x91:
		m.push(m.collect(FrozenSet, m.popMark()))
	case 'a':
		v := m.pop()
		m.extend(List, []Value{v})
	case 'e':
		m.extend(List, m.popMark())
	case 's':
		v := m.pop()
		k := m.pop()
		m.extend(Dict, []Value{k, v})
	case 'u':
		m.extend(Dict, m.popMark())
	case 0x90:
		m.extend(Set, m.popMark())

	case 'c':
		m.push(m.global(a))
	case 0x93:
		name := m.pop()
		m.push(m.stackGlobal(m.pop(), name))
	case 0x82, 0x83, 0x84:
		m.push(m.extension(a.n))
	case 'R':
		args := m.pop()
		m.push(m.call(Calls, m.pop(), args, Value{}))
	case 'i':
		args := m.collect(Tuple, m.popMark())
		m.push(m.call(Calls, m.global(a), args, Value{}))
	case 'o':
		m.obj()
	case 0x81:
		args := m.pop()
		m.push(m.call(New, m.pop(), args, Value{}))
	case 0x92:
		kwargs := m.pop()
		args := m.pop()
		m.push(m.call(New, m.pop(), args, kwargs))
	case 'b':
		return m.build()
	case 'P':
		m.odd(OddPersistent, "a persistent id spelled as text")
		m.persistent(text(Str, utf8Text, a.off, a.len), true)
	case 'Q':
		m.persistent(m.pop(), false)

	case 0x80:
		m.proto(int(a.n))
	case 0x95:
		m.enterFrame(a.n)
	case '.':
		if n := len(m.stack); n > m.fence {
			m.s.Result = m.stack[n-1]
		} else {
			m.fault(OddStack, "STOP finds nothing on the stack")
		}
		m.s.Stopped = true
		return false
	default:
		if m.s.Err == nil {
			m.s.Err = &SyntaxError{Off: m.at.Off, Op: m.at.Op, Msg: fmt.Sprintf("no opcode is 0x%02x", byte(code))}
		}
		m.pos-- // the stream ends before it
		return false
	}
	return true
}

func (m *machine) fetch(i int64) {
	v, ok := m.memo.get(i)
	if !ok && !m.s.Lost {
		m.fault(OddMemo, fmt.Sprintf("%s of memo entry %d, which was never put", m.at.Code, i))
	}
	m.push(v)
}

func (m *machine) store(i int64) {
	v, ok := m.top()
	if !ok {
		return
	}
	if i < 0 {
		m.fault(OddOperand, fmt.Sprintf("%s of memo entry %d", m.at.Code, i))
		return
	}
	m.arena.used += m.memo.put(i, v)
}

func (m *machine) proto(version int) {
	switch {
	case version > 5:
		m.fault(OddVersion, fmt.Sprintf("protocol %d, where 5 is the highest", version))
	case m.at.Op > 0 && version != m.s.Protocol:
		m.odd(OddProtocol, fmt.Sprintf("protocol %d is changed to %d", m.s.Protocol, version))
	}
	m.s.Protocol = max(m.s.Protocol, version)
}

// enterFrame begins a frame of n bytes. One that is longer than the file makes the loader of files raise; the others read on.
func (m *machine) enterFrame(n int64) {
	end := m.offset() + n
	switch {
	case n < 0 || end < 0 || end > m.size:
		m.odd(OddFrame, "a frame that is longer than the file")
		return
	case m.frame == math.MaxInt64 || m.offset() >= m.frame:
	case end > m.frame:
		m.odd(OddFrameCrossing, "a frame that straddles the end of the frame it lies in")
		m.crossed = true
		if m.drop {
			m.seek(m.frame)
			end = m.offset() + n
		}
	default:
		m.odd(OddFrame, "a frame within a frame")
		return
	}
	m.frame = end
	m.limit()
}
