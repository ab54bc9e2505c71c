package sevenz

import (
	"encoding/binary"
	"io"
)

// branches undoes the filter BCJ for x86, which turns the targets of calls and jumps into absolute addresses, so that they
// pack better. Writers put it before LZMA2 by default, whatever the file is: in anything that holds a byte E8 or E9 it changes
// bytes. Source: the SDK of LZMA, Bra86.c, in the public domain.
type branches struct {
	src  io.Reader
	buf  []byte // what was read; buf[:done] is filtered
	done int
	pos  uint32 // of buf[0] in the stream
	mask uint32 // which of the last bytes were an E8 or E9 that was not converted
	err  error
}

const branchBuffer = 32 << 10

func newBranches(src io.Reader) *branches {
	return &branches{src: src, buf: make([]byte, 0, branchBuffer)}
}

func (b *branches) Read(p []byte) (int, error) {
	for b.done == 0 {
		if b.err != nil {
			return 0, b.err
		}
		b.fill()
	}
	n := copy(p, b.buf[:b.done])
	b.buf = b.buf[:copy(b.buf, b.buf[n:])]
	b.done -= n
	b.pos += uint32(n)
	return n, nil
}

// fill reads more and filters it. The last four bytes wait for those behind them; at the end they stay as they are.
func (b *branches) fill() {
	n, err := b.src.Read(b.buf[len(b.buf):cap(b.buf)])
	b.buf = b.buf[:len(b.buf)+n]
	if err != nil {
		b.err = err
	}
	b.done = b.convert()
	if b.err != nil {
		b.done = len(b.buf)
	}
}

func far(b byte) bool { return b == 0 || b == 0xff }

// convert filters the buffer and returns how much of it is final.
func (b *branches) convert() int {
	allowed := [8]bool{true, true, true, false, true}
	bit := [8]uint32{0, 1, 2, 2, 3, 3, 3, 3}
	last := -1 // the opcode that was met before
	i := 0
	for ; i < len(b.buf)-4; i++ {
		if b.buf[i]&0xfe != 0xe8 {
			continue
		}
		if gap := i - last; gap > 3 {
			b.mask = 0
		} else if b.mask = b.mask << (gap - 1) & 7; b.mask != 0 && (!allowed[b.mask] || far(b.buf[i+4-int(bit[b.mask])])) {
			last, b.mask = i, b.mask<<1|1
			continue
		}
		last = i
		if !far(b.buf[i+4]) {
			b.mask = b.mask<<1 | 1
			continue
		}
		from := binary.LittleEndian.Uint32(b.buf[i+1:])
		to := uint32(0)
		for {
			to = from - (b.pos + uint32(i) + 5)
			if b.mask == 0 {
				break
			}
			j := bit[b.mask] * 8
			if !far(byte(to >> (24 - j))) {
				break
			}
			from = to ^ (1<<(32-j) - 1)
		}
		to &= 0x01ffffff
		to |= -(to & 0x01000000)
		binary.LittleEndian.PutUint32(b.buf[i+1:], to)
		i += 4
	}
	if gap := i - last; gap > 3 {
		b.mask = 0
	} else {
		b.mask <<= gap - 1
	}
	return i
}
