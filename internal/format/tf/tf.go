// Package tf reads TensorFlow graphs by their protobuf fields: SavedModel, MetaGraphDef, GraphDef and the metadata of Keras
// beside a saved model. It tells the operations of the main graph and of every function of its library, the constant texts
// that reach them, and which nodes the saver and the signatures start from. It steps over the bytes of tensors and knows no
// operation by name, apart from Const and Identity.
//
// Source: tensorflow/core/protobuf/saved_model.proto, meta_graph.proto and tensorflow/core/framework/graph.proto,
// node_def.proto, function.proto, attr_value.proto, tensor.proto
package tf

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"bakedin/internal/format/wire"
)

// Limits bound what a hostile graph can cost. There is no default.
type Limits struct {
	Fields int   // over the whole file
	Depth  int   // of messages
	Nodes  int   // that are kept
	Text   int64 // bytes of one name or text that are kept
	Keep   int64 // bytes of one piece of metadata that are kept
}

// SyntaxError is a place where the file is no such message. What was understood is returned with it.
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

// File is what was understood of one file.
type File struct {
	Graphs []*Graph
	Keras  []Metadata // of keras_metadata.pb
	Found  int        // fields that belong to the message that was asked for
}

// Graph is a main graph with its functions.
type Graph struct {
	Tags      []string
	Nodes     []*Node
	Functions []*Function
	Assets    []Asset
	Saver     []string            // names of nodes that the saver starts from
	Outputs   map[string][]string // signature to the names of nodes that it reads
}

// Function is a function of the library.
type Function struct {
	Name  string
	Nodes []*Node
}

// Node is an operation. Inputs are names of nodes, without the number of the output and the mark of a control input.
type Node struct {
	Name, Op string
	Off      int64
	Inputs   []string
	Texts    []Attr   // attributes that are texts
	Calls    []string // functions that attributes name
	Values   []string // texts of a constant
}

// Attr is an attribute that is a text.
type Attr struct{ Key, Value string }

// Asset is a file that the model brings along, and the tensor that its path is fed into.
type Asset struct{ Tensor, File string }

// Metadata is a node of keras_metadata.pb. JSON is its description.
type Metadata struct {
	Path, Identifier, JSON string
	Off                    int64 // of the JSON
	Cut                    bool  // the JSON is longer than the limit
}

type parser struct {
	w     *wire.Walker
	lim   Limits
	f     *File
	depth int
	nodes int
}

func newParser(r io.ReaderAt, size int64, lim Limits) *parser {
	return &parser{w: wire.NewWalker(r, size, wire.Limits{Fields: lim.Fields}), lim: lim, f: &File{}}
}

// done gives the errors of wire the kinds of this package.
func (p *parser) done(err error) (*File, error) {
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

// ParseSavedModel walks a saved_model.pb. The File is never nil; so it is with the other functions.
func ParseSavedModel(r io.ReaderAt, size int64, lim Limits) (*File, error) {
	p := newParser(r, size, lim)
	return p.done(p.w.Walk(0, size, func(f wire.Field) error {
		if f.Number == 2 {
			p.f.Found++
			return p.metaGraph(f)
		}
		return nil
	}))
}

// ParseMetaGraph walks a .meta file.
func ParseMetaGraph(r io.ReaderAt, size int64, lim Limits) (*File, error) {
	p := newParser(r, size, lim)
	return p.done(p.metaGraph(wire.Field{Type: wire.Bytes, Len: size}))
}

// ParseGraph walks a frozen graph.
func ParseGraph(r io.ReaderAt, size int64, lim Limits) (*File, error) {
	p := newParser(r, size, lim)
	g := &Graph{}
	p.f.Graphs = append(p.f.Graphs, g)
	return p.done(p.graph(wire.Field{Type: wire.Bytes, Len: size}, g))
}

// ParseKeras walks a keras_metadata.pb: SavedMetadata {1 nodes: SavedObject {2 node_id, 3 node_path, 4 identifier, 5 metadata}}.
func ParseKeras(r io.ReaderAt, size int64, lim Limits) (*File, error) {
	p := newParser(r, size, lim)
	return p.done(p.w.Walk(0, size, func(f wire.Field) error {
		if f.Number != 1 {
			return nil
		}
		p.f.Found++
		var m Metadata
		err := p.walk(f, func(f wire.Field) error {
			switch {
			case f.Number == 3 && f.Type == wire.Bytes:
				m.Path = p.text(f)
			case f.Number == 4 && f.Type == wire.Bytes:
				m.Identifier = p.text(f)
			case f.Number == 5 && f.Type == wire.Bytes:
				b, err := p.w.Text(f, lim.Keep)
				m.JSON, m.Off, m.Cut = string(b), f.Off, f.Len > lim.Keep
				return err
			}
			return nil
		})
		p.f.Keras = append(p.f.Keras, m)
		return err
	}))
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

// metaGraph is MetaGraphDef.
func (p *parser) metaGraph(m wire.Field) error {
	g := &Graph{Outputs: map[string][]string{}}
	p.f.Graphs = append(p.f.Graphs, g)
	return p.walk(m, func(f wire.Field) error {
		switch f.Number {
		case 1: // MetaInfoDef {4 tags}
			return p.walk(f, func(f wire.Field) error {
				if f.Number == 4 && f.Type == wire.Bytes {
					g.Tags = append(g.Tags, p.text(f))
				}
				return nil
			})
		case 2:
			return p.graph(f, g)
		case 3: // SaverDef {1 filename_tensor_name, 2 save_tensor_name, 3 restore_op_name}
			return p.walk(f, func(f wire.Field) error {
				if f.Number <= 3 && f.Type == wire.Bytes {
					g.Saver = append(g.Saver, nodeName(p.text(f)))
				}
				return nil
			})
		case 5:
			return p.signature(f, g)
		case 6:
			return p.asset(f, g)
		}
		return nil
	})
}

// graph is GraphDef.
func (p *parser) graph(m wire.Field, g *Graph) error {
	return p.walk(m, func(f wire.Field) error {
		switch f.Number {
		case 1:
			p.f.Found++
			return p.node(f, &g.Nodes)
		case 2: // FunctionDefLibrary {1 function, 2 gradient}
			p.f.Found++
			return p.walk(f, func(f wire.Field) error {
				if f.Number == 1 {
					return p.function(f, g)
				}
				return nil
			})
		}
		return nil
	})
}

// function is FunctionDef {1 signature: OpDef {1 name}, 3 node_def}.
func (p *parser) function(m wire.Field, g *Graph) error {
	fn := &Function{}
	g.Functions = append(g.Functions, fn)
	return p.walk(m, func(f wire.Field) error {
		switch f.Number {
		case 1:
			return p.walk(f, func(f wire.Field) error {
				if f.Number == 1 && f.Type == wire.Bytes {
					fn.Name = p.text(f)
				}
				return nil
			})
		case 3:
			return p.node(f, &fn.Nodes)
		}
		return nil
	})
}

// node is NodeDef {1 name, 2 op, 3 input, 5 attr: map of AttrValue}.
func (p *parser) node(m wire.Field, to *[]*Node) error {
	if p.nodes++; p.nodes > p.lim.Nodes {
		return &LimitError{"nodes", m.At}
	}
	n := &Node{Off: m.At}
	*to = append(*to, n)
	return p.walk(m, func(f wire.Field) error {
		switch {
		case f.Number == 1 && f.Type == wire.Bytes:
			n.Name = p.text(f)
		case f.Number == 2 && f.Type == wire.Bytes:
			n.Op = p.text(f)
		case f.Number == 3 && f.Type == wire.Bytes:
			n.Inputs = append(n.Inputs, nodeName(p.text(f)))
		case f.Number == 5:
			return p.entry(f, func(key string, f wire.Field) error { return p.attr(key, f, n) })
		}
		return nil
	})
}

// entry reads an entry of a map {1 key, 2 value}; the value may stand before the key.
func (p *parser) entry(m wire.Field, value func(key string, f wire.Field) error) error {
	key := ""
	var values []wire.Field
	err := p.walk(m, func(f wire.Field) error {
		switch {
		case f.Number == 1 && f.Type == wire.Bytes:
			key = p.text(f)
		case f.Number == 2 && f.Type == wire.Bytes:
			values = append(values, f)
		}
		return nil
	})
	for _, f := range values {
		if err == nil {
			err = value(key, f)
		}
	}
	return err
}

// attr is AttrValue {1 list, 2 s, 8 tensor, 10 func}; its list {2 s, 8 tensor, 9 func}.
func (p *parser) attr(key string, m wire.Field, n *Node) error {
	return p.walk(m, func(f wire.Field) error {
		switch {
		case f.Number == 1 && f.Type == wire.Bytes:
			return p.walk(f, func(f wire.Field) error {
				switch {
				case f.Number == 2 && f.Type == wire.Bytes:
					n.Texts = append(n.Texts, Attr{key, p.text(f)})
				case f.Number == 8:
					return p.tensor(f, n)
				case f.Number == 9:
					return p.call(f, n)
				}
				return nil
			})
		case f.Number == 2 && f.Type == wire.Bytes:
			n.Texts = append(n.Texts, Attr{key, p.text(f)})
		case f.Number == 8:
			return p.tensor(f, n)
		case f.Number == 10:
			return p.call(f, n)
		}
		return nil
	})
}

// call is NameAttrList {1 name, 2 attr}.
func (p *parser) call(m wire.Field, n *Node) error {
	return p.walk(m, func(f wire.Field) error {
		switch {
		case f.Number == 1 && f.Type == wire.Bytes:
			n.Calls = append(n.Calls, p.text(f))
		case f.Number == 2:
			return p.entry(f, func(key string, f wire.Field) error { return p.attr(key, f, n) })
		}
		return nil
	})
}

// mostValues of a constant are kept: enough for a list of paths.
const mostValues = 64

// tensor is TensorProto {8 string_val}.
func (p *parser) tensor(m wire.Field, n *Node) error {
	return p.walk(m, func(f wire.Field) error {
		if f.Number == 8 && f.Type == wire.Bytes && len(n.Values) < mostValues {
			n.Values = append(n.Values, p.text(f))
		}
		return nil
	})
}

// signature is an entry of a map to SignatureDef {2 outputs: map of TensorInfo {1 name}}.
func (p *parser) signature(m wire.Field, g *Graph) error {
	return p.entry(m, func(key string, f wire.Field) error {
		return p.walk(f, func(f wire.Field) error {
			if f.Number != 2 {
				return nil
			}
			return p.entry(f, func(_ string, f wire.Field) error {
				return p.walk(f, func(f wire.Field) error {
					if f.Number == 1 && f.Type == wire.Bytes {
						g.Outputs[key] = append(g.Outputs[key], nodeName(p.text(f)))
					}
					return nil
				})
			})
		})
	})
}

// asset is AssetFileDef {1 tensor_info: TensorInfo {1 name}, 2 filename}.
func (p *parser) asset(m wire.Field, g *Graph) error {
	var a Asset
	err := p.walk(m, func(f wire.Field) error {
		switch {
		case f.Number == 1:
			return p.walk(f, func(f wire.Field) error {
				if f.Number == 1 && f.Type == wire.Bytes {
					a.Tensor = nodeName(p.text(f))
				}
				return nil
			})
		case f.Number == 2 && f.Type == wire.Bytes:
			a.File = p.text(f)
		}
		return nil
	})
	g.Assets = append(g.Assets, a)
	return err
}

// nodeName is the node of "^name", "name:0" and, inside of functions, "name:output:0".
func nodeName(s string) string {
	s = strings.TrimPrefix(s, "^")
	if i := strings.IndexByte(s, ':'); i >= 0 {
		s = s[:i]
	}
	return s
}
