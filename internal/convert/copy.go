package convert

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"hash/crc32"
	"io"
)

// Tensors go through chunks of this size: one goroutine reads, checks and hashes, the caller writes.
const (
	chunkBytes = 1 << 20
	chunks     = 3
)

// chunk is a piece of the output, or the error that ended it.
type chunk struct {
	b    []byte
	err  error
	keep bool // b is not one of the buffers
}

// WriteOptions of WriteTo.
type WriteOptions struct {
	SHA256   bool              // of each tensor and of the output, in the receipt
	Progress func(bytes int64) // called now and then with the bytes that were written
}

// WriteTo writes the output, Size bytes, and returns the receipt. The checksums of the source are compared on the way; after
// an error what was written is worth nothing.
func (p *Plan) WriteTo(ctx context.Context, w io.Writer, opt WriteOptions) (*Receipt, error) {
	ctx, stop := context.WithCancel(ctx)
	full, free := make(chan chunk, chunks+1), make(chan []byte, chunks)
	for range chunks {
		free <- make([]byte, chunkBytes)
	}
	x := &reading{ctx: ctx, p: p, full: full, free: free, sum256: opt.SHA256, receipt: p.newReceipt()}
	go func() {
		defer close(full)
		if err := x.run(); err != nil {
			select {
			case full <- chunk{err: err}:
			case <-ctx.Done():
			}
		}
	}()
	defer func() { // the reader has ended when this returns
		stop()
		for range full {
		}
	}()
	var whole hash.Hash
	if opt.SHA256 {
		whole = sha256.New()
	}
	written := int64(0)
	for c := range full {
		if c.err != nil {
			return nil, c.err
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		n, err := w.Write(c.b)
		written += int64(n)
		if err != nil {
			return nil, err
		}
		if whole != nil {
			whole.Write(c.b)
		}
		if !c.keep {
			free <- c.b[:chunkBytes]
		}
		if opt.Progress != nil {
			opt.Progress(written)
		}
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if written != p.Size {
		return nil, refuse(p.Source.Name, ErrVerify, "", -1, "%d bytes were written, %d were planned", written, p.Size)
	}
	if whole != nil {
		x.receipt.Output.SHA256 = hex.EncodeToString(whole.Sum(nil))
	}
	return x.receipt, nil
}

// reading is the reader's side of WriteTo.
type reading struct {
	ctx     context.Context
	p       *Plan
	full    chan<- chunk
	free    <-chan []byte
	sum256  bool
	receipt *Receipt
	gather  gatherer
	spare   []byte // a buffer that was taken and not sent
}

func (x *reading) run() error {
	if err := x.send(chunk{b: x.p.header, keep: true}); err != nil {
		return err
	}
	for _, s := range x.p.sums {
		if err := x.checksum(s); err != nil {
			return err
		}
	}
	for i := range x.p.Tensors {
		if err := x.tensor(&x.p.Tensors[i], &x.receipt.Tensors[i]); err != nil {
			return err
		}
	}
	return nil
}

func (x *reading) send(c chunk) error {
	select {
	case x.full <- c:
		return nil
	case <-x.ctx.Done():
		return x.ctx.Err()
	}
}

func (x *reading) buffer() ([]byte, error) {
	if b := x.spare; b != nil {
		x.spare = nil
		return b, nil
	}
	select {
	case b := <-x.free:
		return b, nil
	case <-x.ctx.Done():
		return nil, x.ctx.Err()
	}
}

// checksum reads a storage of which no tensor is all.
func (x *reading) checksum(s *storage) error {
	b, err := x.buffer()
	if err != nil {
		return err
	}
	defer func() { x.spare = b }()
	sum := uint32(0)
	for at := int64(0); at < s.size; at += int64(len(b)) {
		if x.ctx.Err() != nil {
			return x.ctx.Err()
		}
		n := min(int64(len(b)), s.size-at)
		if err := x.read(b[:n], s.off+at, s); err != nil {
			return err
		}
		sum = crc32.Update(sum, crc32.IEEETable, b[:n])
	}
	return x.compare(s, sum)
}

func (x *reading) compare(s *storage, sum uint32) error {
	if sum != s.crc {
		return refuse(x.p.Source.Name, ErrChecksum, quoted(s.entry), s.off, "its bytes have checksum %08x, the directory gives %08x", sum, s.crc)
	}
	return nil
}

// read fills b. A source that ends early has changed since the plan.
func (x *reading) read(b []byte, off int64, s *storage) error {
	n, err := x.p.r.ReadAt(b, off)
	if n == len(b) {
		return nil
	}
	if err == nil || err == io.EOF {
		return refuse(x.p.Source.Name, ErrChanged, quoted(s.entry), off+int64(n), "the source ends here, and did not before")
	}
	return fmt.Errorf("%s: byte %d: %w", x.p.Source.Name, off, err)
}

// tensor sends the bytes of one tensor in logical order.
func (x *reading) tensor(e *Entry, r *ReceiptTensor) error {
	t := e.t
	sum := uint32(0)
	var sum256 hash.Hash
	if x.sum256 {
		sum256 = sha256.New()
	}
	at := int64(0)
	out := func(b []byte) error { // b is sent, and not used again
		if err := x.finish(e, b, at); err != nil {
			return err
		}
		sum = crc32.Update(sum, crc32.IEEETable, b)
		if sum256 != nil {
			sum256.Write(b)
		}
		at += int64(len(b))
		return x.send(chunk{b: b})
	}
	if e.Way == "strided" {
		x.gather.ctx, x.gather.r = x.ctx, x.p.r
		err := x.gather.gather(t, func(block []byte) error {
			for len(block) > 0 {
				b, err := x.buffer()
				if err != nil {
					return err
				}
				n := copy(b, block)
				block = block[n:]
				if err := out(b[:n]); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	} else {
		for at < e.Bytes {
			b, err := x.buffer()
			if err != nil {
				return err
			}
			b = b[:min(chunkBytes, e.Bytes-at)]
			if err := x.read(b, t.start()+at, t.storage); err != nil {
				return err
			}
			if err := out(b); err != nil {
				return err
			}
		}
		if e.copied() && t.hasCRC {
			if err := x.compare(t.storage, sum); err != nil {
				return err
			}
		}
	}
	r.CRC32 = hex32(sum)
	if sum256 != nil {
		r.SHA256 = hex.EncodeToString(sum256.Sum(nil))
	}
	return nil
}

// finish changes the order of bytes and the signs, and holds booleans to 0 and 1. b is whole elements, at bytes into the
// tensor.
func (x *reading) finish(e *Entry, b []byte, at int64) error {
	t := e.t
	if e.big {
		swap(b, t.dtype.unit)
	}
	if t.conj && t.dtype.complex() {
		for i := int64(0); i < int64(len(b)); i += t.dtype.size {
			b[i+t.dtype.size-1] ^= 0x80
		}
	}
	if t.neg {
		negate(b, t.dtype)
	}
	if t.dtype.torch == "bool" {
		for i, c := range b {
			if c > 1 {
				off := t.start() + at + int64(i)
				if e.Way == "strided" {
					off = -1
				}
				return refuse(x.p.Source.Name, ErrBool, quoted(t.entry), off, "tensor %q has a truth value of %d", e.Name, c)
			}
		}
	}
	return nil
}

func swap(b []byte, unit int64) {
	for i := int64(0); i+unit <= int64(len(b)) && unit > 1; i += unit {
		for j, k := i, i+unit-1; j < k; j, k = j+1, k-1 {
			b[j], b[k] = b[k], b[j]
		}
	}
}

// negate flips the sign of floats, both of a complex number, and takes the two's complement of integers.
func negate(b []byte, d dtype) {
	for i := int64(0); i+d.unit <= int64(len(b)); i += d.unit {
		if d.float() || d.complex() {
			b[i+d.unit-1] ^= 0x80
			continue
		}
		carry := uint16(1)
		for j := i; j < i+d.unit; j++ {
			v := uint16(^b[j]) + carry
			b[j], carry = byte(v), v>>8
		}
	}
}
