package convert

import (
	"cmp"
	"context"
	"encoding/binary"
	"io"
	"slices"
)

// A tensor whose elements do not lie in order is gathered block by block: a block is a run of the output that fits a buffer,
// and for each the source is read in windows. Memory is that of one block and one window, whatever the tensor is.
const (
	blockBytes  = 4 << 20
	windowBytes = 4 << 20
)

// dim is a dimension of a block: how many elements, and how far apart they are in source and block, in elements.
type dim struct{ n, src, dst int64 }

// gatherer reads elements of one size from a source.
type gatherer struct {
	ctx    context.Context
	r      io.ReaderAt
	size   int64 // bytes of an element
	window []byte
	block  []byte
}

// gather calls emit with the bytes of a tensor in logical order, a piece at a time.
func (g *gatherer) gather(t *tensor, emit func([]byte) error) error {
	g.size = t.dtype.size
	shape, strides := coalesce(t.shape, t.strides)
	// The block takes whole inner dimensions and a part of the one before them.
	inner, split := int64(1), len(shape)
	for split > 0 && inner*shape[split-1]*g.size <= blockBytes {
		split--
		inner *= shape[split]
	}
	step := int64(1) // of dimension split-1 in one block
	if split > 0 {
		step = max(blockBytes/(inner*g.size), 1)
	}
	outer := make([]int64, max(split-1, 0))
	for {
		base := t.start()
		for i, at := range outer {
			base += at * strides[i] * g.size
		}
		if split == 0 {
			return g.emitBlock(base, dims(shape, strides, 0, 0), inner, emit)
		}
		for at := int64(0); at < shape[split-1]; at += step {
			n := min(step, shape[split-1]-at)
			if err := g.emitBlock(base+at*strides[split-1]*g.size, dims(shape, strides, split-1, n), n*inner, emit); err != nil {
				return err
			}
		}
		i := len(outer) - 1
		for ; i >= 0; i-- {
			if outer[i]++; outer[i] < shape[i] {
				break
			}
			outer[i] = 0
		}
		if i < 0 {
			return nil
		}
	}
}

// coalesce drops dimensions of one element and joins those that follow each other in memory.
func coalesce(shape, strides []int64) (s, d []int64) {
	for i := range shape {
		if shape[i] == 1 {
			continue
		}
		if k := len(s) - 1; k >= 0 && d[k] == strides[i]*shape[i] {
			s[k] *= shape[i]
			d[k] = strides[i]
			continue
		}
		s, d = append(s, shape[i]), append(d, strides[i])
	}
	return s, d
}

// dims are the dimensions of a block from the one that is split, of which it takes n (all when 0).
func dims(shape, strides []int64, from int, n int64) []dim {
	out := make([]dim, 0, len(shape)-from)
	dst := int64(1)
	for i := len(shape) - 1; i >= from; i-- {
		count := shape[i]
		if i == from && n > 0 {
			count = n
		}
		out = append(out, dim{count, strides[i], dst})
		dst *= count
	}
	// Largest step in the source first: what is split to make a window smaller.
	slices.SortStableFunc(out, func(a, b dim) int { return cmp.Compare(b.src, a.src) })
	return out
}

func (g *gatherer) emitBlock(off int64, ds []dim, elements int64, emit func([]byte) error) error {
	if g.block == nil {
		g.block, g.window = make([]byte, blockBytes), make([]byte, windowBytes)
	}
	if err := g.fill(off, 0, ds); err != nil {
		return err
	}
	return emit(g.block[:elements*g.size])
}

// fill reads the elements of ds, the first of which lies at off, into the block from element at on.
func (g *gatherer) fill(off, at int64, ds []dim) error {
	span := g.span(ds)
	if len(ds) == 0 {
		return g.whole(off, at, span, ds)
	}
	first, rest := ds[0], ds[1:]
	step, inner := first.src*g.size, g.span(rest)
	apart := step >= 4<<10 && step > 2*inner // to read what lies between costs more than a call
	switch {
	case span <= windowBytes && !apart:
		return g.whole(off, at, span, ds)
	case inner > windowBytes/2 || inner > 64<<10 && apart: // one by one
		for i := range first.n {
			if err := g.fill(off+i*step, at+i*first.dst, rest); err != nil {
				return err
			}
		}
		return nil
	}
	group := windowBytes / inner
	if !apart {
		group = max(windowBytes/2/max(step, 1), 1)
	}
	for i := int64(0); i < first.n; i += group {
		n := min(group, first.n-i)
		part := append([]dim{{n, first.src, first.dst}}, rest...)
		if !apart {
			if err := g.whole(off+i*step, at+i*first.dst, g.span(part), part); err != nil {
				return err
			}
			continue
		}
		for k := range n { // side by side in the window
			if err := g.read(g.window[k*inner:(k+1)*inner], off+(i+k)*step); err != nil {
				return err
			}
		}
		part[0].src = inner / g.size
		g.scatter(g.window, at+i*first.dst, part)
	}
	return nil
}

// span is the number of bytes from the first element to the end of the last.
func (g *gatherer) span(ds []dim) int64 {
	n := g.size
	for _, d := range ds {
		n += (d.n - 1) * d.src * g.size
	}
	return n
}

// whole reads what fits one window.
func (g *gatherer) whole(off, at, span int64, ds []dim) error {
	w := g.window[:span]
	if err := g.read(w, off); err != nil {
		return err
	}
	g.scatter(w, at, ds)
	return nil
}

func (g *gatherer) read(b []byte, off int64) error {
	if err := g.ctx.Err(); err != nil {
		return err
	}
	if n, err := g.r.ReadAt(b, off); n < len(b) {
		return cmp.Or(err, io.ErrUnexpectedEOF)
	}
	return nil
}

// scatter copies elements from a window to their places in the block.
func (g *gatherer) scatter(w []byte, at int64, ds []dim) {
	var a, b dim
	switch len(ds) {
	case 0:
		a, b = dim{1, 0, 0}, dim{1, 0, 0}
	case 1:
		a, b = dim{1, 0, 0}, ds[0]
	case 2:
		a, b = ds[0], ds[1]
	default:
		for i := int64(0); i < ds[0].n; i++ {
			g.scatter(w[i*ds[0].src*g.size:], at+i*ds[0].dst, ds[1:])
		}
		return
	}
	if a.n > 1 && a.dst < b.dst {
		a, b = b, a
	}
	if b.src == 1 && b.dst == 1 {
		for i := range a.n {
			g.row(w, i*a.src*g.size, g.size, (at+i*a.dst)*g.size, g.size, b.n)
		}
		return
	}
	// In tiles whose lines fit the nearest cache, whatever the steps are.
	const tile = 16
	for i0 := int64(0); i0 < a.n; i0 += tile {
		for j0 := int64(0); j0 < b.n; j0 += tile {
			for i := i0; i < min(i0+tile, a.n); i++ {
				src := (i*a.src + j0*b.src) * g.size
				dst := (at + i*a.dst + j0*b.dst) * g.size
				g.row(w, src, b.src*g.size, dst, b.dst*g.size, min(tile, b.n-j0))
			}
		}
	}
}

// row copies n elements from steps of src in w to steps of dst in the block.
func (g *gatherer) row(w []byte, src, srcStep, dst, dstStep, n int64) {
	out, le := g.block, binary.LittleEndian
	if srcStep == g.size && dstStep == g.size {
		copy(out[dst:dst+n*g.size], w[src:])
		return
	}
	switch g.size {
	case 1:
		for ; n > 0; n-- {
			out[dst] = w[src]
			src, dst = src+srcStep, dst+dstStep
		}
	case 2:
		for ; n > 0; n-- {
			le.PutUint16(out[dst:], le.Uint16(w[src:]))
			src, dst = src+srcStep, dst+dstStep
		}
	case 4:
		for ; n > 0; n-- {
			le.PutUint32(out[dst:], le.Uint32(w[src:]))
			src, dst = src+srcStep, dst+dstStep
		}
	case 8:
		for ; n > 0; n-- {
			le.PutUint64(out[dst:], le.Uint64(w[src:]))
			src, dst = src+srcStep, dst+dstStep
		}
	}
}
