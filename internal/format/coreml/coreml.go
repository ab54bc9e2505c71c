// Package coreml reads a Core ML model by its protobuf fields: the native classes that it asks the app for, the other files
// that it names, and its metadata, in pipelines to any depth. It steps over weights and judges no layer.
//
// Source: https://github.com/apple/coremltools/tree/main/mlmodel/format (Model.proto, NeuralNetwork.proto, CustomModel.proto,
// LinkedModel.proto, MIL.proto)
package coreml

import (
	"errors"
	"fmt"
	"io"

	"bakedin/internal/format/wire"
)

// Limits bound what a hostile model can cost. There is no default.
type Limits struct {
	Fields int
	Depth  int
	Text   int64 // bytes of one name or piece of metadata
}

// SyntaxError is a place where the file is no Core ML model. What was understood is returned with it.
type SyntaxError struct {
	Off int64
	Msg string
}

func (e *SyntaxError) Error() string { return fmt.Sprintf("byte %d: %s", e.Off, e.Msg) }

// LimitError says which of the Limits was reached, and where.
type LimitError struct {
	Limit string
	Off   int64
}

func (e *LimitError) Error() string {
	return fmt.Sprintf("byte %d: limit %s reached; what follows was not read", e.Off, e.Limit)
}

// File is what was understood.
type File struct {
	Version int64
	Classes []Name // custom models and layers
	Linked  []Name // other models that are loaded
	Blobs   []Name // files of weights
	Texts   []Text
	Kinds   []int // field numbers of the types of all models in it
}

// Name is a class or a path, and what it is for.
type Name struct {
	What, Text string
	Off        int64
}

// Text is a piece of metadata.
type Text struct {
	Key, Value string
	Off        int64
}

type parser struct {
	w     *wire.Walker
	lim   Limits
	f     *File
	depth int
}

// Parse walks r, a file of that size. The File is never nil.
func Parse(r io.ReaderAt, size int64, lim Limits) (*File, error) {
	p := &parser{w: wire.NewWalker(r, size, wire.Limits{Fields: lim.Fields}), lim: lim, f: &File{}}
	err := p.model(wire.Field{Type: wire.Bytes, Len: size})
	var we *wire.SyntaxError
	var wl *wire.LimitError
	switch {
	case errors.As(err, &we):
		err = &SyntaxError{we.Off, we.Msg}
	case errors.As(err, &wl):
		err = &LimitError{"fields", wl.Off}
	}
	return p.f, err
}

func (p *parser) text(f wire.Field) string {
	b, _ := p.w.Text(f, p.lim.Text)
	return string(b)
}

func (p *parser) walk(m wire.Field, f func(wire.Field) error) error {
	if m.Type != wire.Bytes {
		return nil
	}
	if p.depth++; p.depth > p.lim.Depth {
		return &LimitError{"depth", m.At}
	}
	defer func() { p.depth-- }()
	return p.w.Walk(m.Off, m.Len, f)
}

// under walks the fields of one number.
func (p *parser) under(m wire.Field, number int, f func(wire.Field) error) error {
	return p.walk(m, func(c wire.Field) error {
		if c.Number == number && c.Type == wire.Bytes {
			return f(c)
		}
		return nil
	})
}

func (p *parser) model(m wire.Field) error {
	return p.walk(m, func(f wire.Field) error {
		switch {
		case f.Number == 1 && f.Type == wire.Varint:
			p.f.Version = int64(f.Value)
		case f.Number == 2:
			return p.under(f, 100, p.metadata)
		case f.Number >= 200:
			p.f.Kinds = append(p.f.Kinds, f.Number)
		}
		switch f.Number {
		case 200, 201: // a pipeline with a kind
			return p.under(f, 1, func(f wire.Field) error { return p.under(f, 1, p.model) })
		case 202:
			return p.under(f, 1, p.model)
		case 303, 403, 500:
			return p.under(f, 1, p.layer)
		case 502:
			return p.program(f)
		case 555: // {10 className}
			return p.under(f, 10, p.name("custom model", &p.f.Classes))
		case 556: // {1 file: {1 name, 2 search path: {1 default}}}
			return p.under(f, 1, func(f wire.Field) error {
				return p.walk(f, func(f wire.Field) error {
					if f.Number == 1 || f.Number == 2 {
						return p.under(f, 1, p.name("linked model", &p.f.Linked))
					}
					return nil
				})
			})
		}
		return nil
	})
}

func (p *parser) name(what string, to *[]Name) func(wire.Field) error {
	return func(f wire.Field) error {
		*to = append(*to, Name{what, p.text(f), f.Off})
		return nil
	}
}

// metadata is {1 description, 2 version, 3 author, 4 license, 100 map of texts}.
func (p *parser) metadata(m wire.Field) error {
	return p.walk(m, func(f wire.Field) error {
		if f.Type != wire.Bytes {
			return nil
		}
		switch f.Number {
		case 1, 2, 3, 4:
			p.f.Texts = append(p.f.Texts, Text{[]string{"description", "version", "author", "license"}[f.Number-1], p.text(f), f.Off})
		case 100:
			var t Text
			err := p.walk(f, func(f wire.Field) error {
				switch {
				case f.Number == 1 && f.Type == wire.Bytes:
					t.Key = p.text(f)
				case f.Number == 2 && f.Type == wire.Bytes:
					t.Value, t.Off = p.text(f), f.Off
				}
				return nil
			})
			p.f.Texts = append(p.f.Texts, t)
			return err
		}
		return nil
	})
}

// layer of a neural network: {500 custom: {10 className}}; other kinds of layers may hold networks of their own: loops and
// branches {1, 2: NeuralNetwork}, at the fields 600 and 605.
func (p *parser) layer(m wire.Field) error {
	return p.walk(m, func(f wire.Field) error {
		switch f.Number {
		case 500:
			return p.under(f, 10, p.name("custom layer", &p.f.Classes))
		case 600, 605, 615:
			return p.walk(f, func(f wire.Field) error {
				if f.Type == wire.Bytes && f.Number <= 6 {
					return p.network(f)
				}
				return nil
			})
		}
		return nil
	})
}

// network tries a field as a network. What is none is no error: the kinds of loops put names beside their networks.
func (p *parser) network(m wire.Field) error {
	err := p.under(m, 1, p.layer)
	var syntax *wire.SyntaxError
	if errors.As(err, &syntax) {
		return nil
	}
	return err
}

// program is an ML program: {2 functions: map of {3 blocks: map of Block}}.
func (p *parser) program(m wire.Field) error {
	return p.under(m, 2, func(f wire.Field) error {
		return p.under(f, 2, func(f wire.Field) error {
			return p.under(f, 3, func(f wire.Field) error { return p.under(f, 2, p.block) })
		})
	})
}

// block is {3 operations: {2 inputs: map of {1 bindings: {2 value}}, 4 blocks, 5 attributes: map of values}}.
func (p *parser) block(m wire.Field) error {
	return p.under(m, 3, func(f wire.Field) error {
		return p.walk(f, func(f wire.Field) error {
			switch f.Number {
			case 2:
				return p.under(f, 2, func(f wire.Field) error {
					return p.under(f, 1, func(f wire.Field) error { return p.under(f, 2, p.value) })
				})
			case 4:
				return p.block(f)
			case 5:
				return p.under(f, 2, p.value)
			}
			return nil
		})
	})
}

// value is {5 blob: {1 file name}}.
func (p *parser) value(m wire.Field) error {
	return p.under(m, 5, func(f wire.Field) error { return p.under(f, 1, p.name("weights", &p.f.Blobs)) })
}
