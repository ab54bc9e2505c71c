package tf

import (
	"io"
	"strings"

	"bakedin/internal/format/wire"
)

// IsSchema tells whether a file is a FileDescriptorSet {1: FileDescriptorProto {1 name, 2 package}} and cannot be a GraphDef:
// every node is called like a .proto file and has an operation that begins with a small letter, which none that is registered
// does, and there is no library of functions that could give such a name a meaning. An error is that of the first place where
// the file is no protobuf.
// Source: google/protobuf/descriptor.proto; tensorflow/core/framework/op_def_util.cc, ValidateOpDef
func IsSchema(r io.ReaderAt, size int64, lim Limits) (bool, error) {
	p := newParser(r, size, lim)
	schema := size > 0
	_, err := p.done(p.w.Walk(0, size, func(f wire.Field) error {
		if schema = schema && f.Number == 1 && f.Type == wire.Bytes; !schema {
			return nil
		}
		name, op := "", ""
		err := p.walk(f, func(f wire.Field) error {
			switch {
			case f.Number == 1 && f.Type == wire.Bytes:
				name = p.text(f)
			case f.Number == 2 && f.Type == wire.Bytes:
				op = p.text(f)
			}
			return nil
		})
		schema = schema && strings.HasSuffix(name, ".proto") && (op == "" || 'a' <= op[0] && op[0] <= 'z')
		return err
	}))
	return schema, err
}
