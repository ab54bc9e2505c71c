package sniff

import (
	"bytes"
	"errors"
	"io"

	"bakedin/internal/format/wire"
)

// errEnough ends a walk at the end of the head.
var errEnough = errors.New("end of the head")

// byFields tells the formats that are protobuf messages apart. They have no magic number, but the first fields of each are
// always the same, and a field is believed only when its content fits too.
func byFields(head []byte, size int64) Format {
	if len(head) < 8 || head[0] != 0x08 && head[0] != 0x0a && head[0] != 0x12 && head[0] != 0x22 {
		return ""
	}
	f := topFields(head, size)
	switch {
	case f.bad || len(f.list) == 0:
		return ""
	case f.isSavedModel():
		return SavedModel
	case f.isCoreML():
		return CoreML
	case f.isONNX():
		return ONNX
	case f.isKerasMetadata():
		return KerasPB
	case f.isGraph():
		if f.isSchema() {
			return ProtoSchema
		}
		return GraphDef
	case f.isMetaGraph():
		return MetaGraph
	}
	return ""
}

// isKerasMetadata: {1: {2: node_id, 3: node_path, 4: identifier that begins with _tf_keras, 5: metadata}}.
func (m message) isKerasMetadata() bool {
	n, ok := m.first(1, wire.Bytes)
	if !ok || m.list[0].Number != 1 {
		return false
	}
	c := m.content(n)
	if len(c) < 4 {
		return false
	}
	node := topFields(c, n.Len)
	id, ok := node.first(4, wire.Bytes)
	return ok && bytes.HasPrefix(node.content(id), []byte("_tf_keras"))
}

// isMetaGraph: {1: MetaInfoDef, 2: GraphDef, 3: saver …}. The first may be missing, or list the operations that the graph
// uses, behind which the head ends.
func (m message) isMetaGraph() bool {
	if m.list[0].Type != wire.Bytes || m.list[0].Number > 2 || !m.within(8) {
		return false
	}
	if g, ok := m.first(2, wire.Bytes); ok {
		graph := topFields(m.content(g), g.Len)
		return !graph.bad && len(graph.list) > 0 && graph.isGraph()
	}
	info := m.list[0]
	inner := topFields(m.content(info), info.Len)
	ops, ok := inner.first(2, wire.Bytes)
	if inner.bad || !ok || info.Len < 16 {
		return false
	}
	list := topFields(inner.content(ops), ops.Len)
	op, ok := list.first(1, wire.Bytes)
	if list.bad || !ok {
		return false
	}
	def := topFields(list.content(op), op.Len)
	name, ok := def.first(1, wire.Bytes)
	return ok && !def.bad && name.Len > 0 && dotted(string(def.content(name)))
}

// within tells whether no field has a number above the last that the format knows.
func (m message) within(last int) bool {
	for _, f := range m.list {
		if f.Number > last {
			return false
		}
	}
	return true
}

// message is what of a message lies in the head.
type message struct {
	head []byte
	list []wire.Field
	bad  bool
}

func topFields(head []byte, size int64) message {
	m := message{head: head}
	w := wire.NewWalker(edge{head, size}, size, wire.Limits{Fields: 64})
	err := w.Walk(0, size, func(f wire.Field) error {
		m.list = append(m.list, f)
		if f.Off+f.Len >= int64(len(head)) {
			return errEnough
		}
		return nil
	})
	var syntax *wire.SyntaxError
	// An error behind the head is that of bytes which were not read, and the last field of a file that is cut ends behind it.
	m.bad = errors.As(err, &syntax) && syntax.Off < int64(len(head))-16 && !syntax.Truncated
	return m
}

// content is the part of a field that lies in the head.
func (m message) content(f wire.Field) []byte {
	if f.Type != wire.Bytes || f.Off >= int64(len(m.head)) {
		return nil
	}
	return m.head[f.Off:min(int64(len(m.head)), f.Off+f.Len)]
}

func (m message) first(number, typ int) (wire.Field, bool) {
	for _, f := range m.list {
		if f.Number == number && f.Type == typ {
			return f, true
		}
	}
	return wire.Field{}, false
}

// isSavedModel: {1: schema version 1, 2: MetaGraphDef {1: MetaInfoDef or 2: GraphDef}}, and nothing else.
func (m message) isSavedModel() bool {
	v, ok := m.first(1, wire.Varint)
	g, ok2 := m.first(2, wire.Bytes)
	c := m.content(g)
	return ok && ok2 && v.Value <= 2 && len(m.list) <= 8 && m.within(2) && len(c) > 4 && (c[0] == 0x0a || c[0] == 0x12) && !printable(c[:4])
}

// isONNX: {1: ir_version, 2: producer_name …, 7: graph, 8: opset_import {1: domain, 2: version}}.
func (m message) isONNX() bool {
	v, ok := m.first(1, wire.Varint)
	if !ok || v.Value == 0 || v.Value > 255 || m.list[0].Number != 1 {
		return false
	}
	known := false
	for _, f := range m.list[1:] {
		switch f.Number {
		case 2, 3, 4, 6:
			if f.Type != wire.Bytes || !printable(m.content(f)) {
				return false
			}
			known = true
		case 7, 8, 14, 20, 25:
			if f.Type != wire.Bytes {
				return false
			}
			known = true
		case 5, 26:
		default:
			return false
		}
	}
	return known
}

// isCoreML: {1: specificationVersion, 2: ModelDescription, one of the model types at 200 and above}.
func (m message) isCoreML() bool {
	v, ok := m.first(1, wire.Varint)
	d, ok2 := m.first(2, wire.Bytes)
	if !ok || !ok2 || v.Value == 0 || v.Value > 100 || d.Len > 0 && printable(m.content(d)[:min(4, len(m.content(d)))]) {
		return false
	}
	for _, f := range m.list {
		if f.Number >= 200 && f.Number <= 3000 && f.Type == wire.Bytes {
			return true
		}
	}
	return false
}

// isGraph: {1: NodeDef, …, 2: library, 4: versions}, the first node in the head, or of the first function when there is none.
func (m message) isGraph() bool {
	if m.list[0].Type != wire.Bytes || m.list[0].Number > 4 || !m.within(5) {
		return false
	}
	if n, ok := m.first(1, wire.Bytes); ok {
		return m.isNode(n)
	}
	library, ok := m.first(2, wire.Bytes)
	functions := topFields(m.content(library), library.Len)
	fn, ok2 := functions.first(1, wire.Bytes)
	if !ok || !ok2 || functions.bad {
		return false
	}
	function := topFields(functions.content(fn), fn.Len)
	n, ok := function.first(3, wire.Bytes)
	return ok && !function.bad && function.isNode(n)
}

// isNode: {1: name, 2: op}.
func (m message) isNode(f wire.Field) bool {
	c := m.content(f)
	if len(c) < 6 || c[0] != 0x0a {
		return false
	}
	node := topFields(c, int64(len(c)))
	name, ok := node.first(1, wire.Bytes)
	op, ok2 := node.first(2, wire.Bytes)
	return ok && ok2 && printable(node.content(name)) && op.Len > 0 && dotted(string(node.content(op)))
}

// isSchema: FileDescriptorSet {1: FileDescriptorProto {1: name of a .proto file, 2: package}}. Operations begin with a capital
// letter, but functions of a graph need not: whoever believes this has to look at the whole file.
func (m message) isSchema() bool {
	node := topFields(m.content(m.list[0]), m.list[0].Len)
	name, _ := node.first(1, wire.Bytes)
	pkg, _ := node.first(2, wire.Bytes)
	c := node.content(pkg)
	return m.list[0].Number == 1 && bytes.HasSuffix(node.content(name), []byte(".proto")) && len(c) > 0 && 'a' <= c[0] && c[0] <= 'z'
}

func printable(b []byte) bool {
	return bytes.IndexFunc(b, func(r rune) bool { return r < ' ' && r != '\t' && r != '\n' && r != '\r' || r == '\ufffd' }) < 0
}

// edge is a file of which only the head was read.
type edge struct {
	head []byte
	size int64
}

func (e edge) ReadAt(p []byte, off int64) (int, error) {
	if off >= int64(len(e.head)) {
		return 0, io.EOF
	}
	return copy(p, e.head[off:]), nil
}
