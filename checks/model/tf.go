package model

import (
	"fmt"
	"io"
	"strings"
	"sync"

	"bakedin/internal/format/sniff"
	"bakedin/internal/format/tf"
	"bakedin/rules"
)

var tfLimits = tf.Limits{Fields: 50_000_000, Depth: 100, Nodes: 2_000_000, Text: 4 << 10, Keep: 64 << 20}

// tfOps is the table of operations: name to what it does.
var tfOps = sync.OnceValues(func() (map[string]string, error) {
	b, err := rules.Data("tf-ops.txt")
	if err != nil {
		return nil, err
	}
	ops := map[string]string{}
	err = eachLine(string(b), func(tier string, names []string) error {
		for _, name := range names {
			if old := ops[name]; old != "" {
				return fmt.Errorf("tf-ops.txt: %s is %s and %s", name, old, tier)
			}
			ops[name] = tier
		}
		return nil
	})
	return ops, err
})

func readSavedModel(r *reading) { r.tensorflow(tf.ParseSavedModel) }
func readMetaGraph(r *reading)  { r.tensorflow(tf.ParseMetaGraph) }
func readGraphDef(r *reading)   { r.tensorflow(tf.ParseGraph) }

// readSchema holds a schema of protoc for no graph only when no loader of graphs could take it for one.
func readSchema(r *reading) {
	schema, err := tf.IsSchema(r.r, r.size, tfLimits)
	if !schema {
		readGraphDef(r)
		return
	}
	r.fault(err)
}

func (r *reading) tensorflow(parse func(io.ReaderAt, int64, tf.Limits) (*tf.File, error)) {
	f, err := parse(r.r, r.size, tfLimits)
	if f.Found == 0 && !r.sniff.Promises(sniff.SavedModel) && err != nil {
		return // another protobuf
	}
	ops, terr := tfOps()
	if terr != nil {
		r.left("panic", "%v", terr)
		return
	}
	for _, g := range f.Graphs {
		j := &graph{reading: r, ops: ops, g: g, reach: g.Reach(), seen: map[string]bool{}, own: map[string]bool{}}
		j.judge()
	}
	if !r.fault(err) && f.Found == 0 {
		r.left("parse", "byte 0: no graph in it")
	}
}

// graph is the judgement of one graph.
type graph struct {
	*reading
	ops           map[string]string
	g             *tf.Graph
	reach         *tf.Reach
	saved, served map[*tf.Node]bool
	seen          map[string]bool // what was told
	own           map[string]bool // functions of the library
}

func (j *graph) judge() {
	for _, f := range j.g.Functions {
		j.own[f.Name] = true
	}
	j.saved = j.reach.From(j.g.Saver...)
	var outputs []string
	for key, names := range j.g.Outputs {
		if key != "__saved_model_init_op" {
			outputs = append(outputs, names...)
		}
	}
	j.served = j.reach.From(outputs...)
	for _, n := range j.g.Nodes {
		j.node(n, nil)
	}
	for _, f := range j.g.Functions {
		for _, n := range f.Nodes {
			j.node(n, f)
		}
	}
	for _, a := range j.g.Assets {
		if why := outside(a.File); why != "" {
			j.tell("tf-file-op", &tf.Node{Op: "asset " + a.File}, nil, fmt.Sprintf("the asset %q %s", clip(a.File), why)).
				weigh(rules.High, "the path is given by the file")
		}
	}
}

// tell reports once for an operation and a place where it stands.
func (j *graph) tell(rule string, n *tf.Node, in *tf.Function, what string) *mark {
	place := fmt.Sprintf("node %q", n.Name)
	if in != nil {
		place += fmt.Sprintf(" of the function %q", in.Name)
	}
	key := rule + " " + n.Op + " " + what
	if in != nil {
		key += in.Name
	}
	if j.seen[key] {
		return &mark{}
	}
	j.seen[key] = true
	return j.found(rule, n.Off, 1, "op "+n.Op, "%s, %s", what, place)
}

func (j *graph) node(n *tf.Node, in *tf.Function) {
	switch j.ops[n.Op] {
	case "stock":
	case "runs":
		j.tell("tf-code-op", n, in, fmt.Sprintf("the operation %s runs code outside of the graph", n.Op))
	case "writes", "reads":
		j.file(n, in)
	case "saver":
		switch {
		case j.served[n]:
			j.tell("tf-file-op", n, in, fmt.Sprintf("the operation %s of a saver is reached from a signature", n.Op)).weigh(rules.Medium, "it belongs to a saver")
		case !j.saved[n] && len(j.g.Saver) == 0:
			j.tell("tf-file-op", n, in, fmt.Sprintf("the operation %s stands in a graph without a saver", n.Op)).weigh(rules.Medium, "it belongs to a saver")
		}
	default:
		if n.Op == "" || j.own[n.Op] || strings.HasPrefix(n.Op, "_Mkl") || strings.HasPrefix(n.Op, "_Fused") {
			return
		}
		j.tell("tf-custom-op", n, in, fmt.Sprintf("the operation %s is none of TensorFlow's own", n.Op))
	}
}

// file judges an operation that opens a file or an address.
func (j *graph) file(n *tf.Node, in *tf.Function) {
	texts, constant := j.reach.Texts(in, n)
	for _, a := range n.Texts {
		switch a.Key {
		case "descriptor_source":
			if a.Value == "" || a.Value == "local://" || strings.HasPrefix(a.Value, "bytes://") { // what the program knows, or the file holds
				return
			}
			texts = append(texts, a.Value)
		case "filename", "file_pattern", "filenames", "memory_region_name", "debug_urls", "output_stream", "address", "protocol", "directory", "path":
			texts = append(texts, a.Value)
		}
	}
	paths := texts[:0:0]
	for _, t := range texts {
		if t != "" {
			paths = append(paths, t)
		}
	}
	switch {
	case n.Op == "EncodeProto" || n.Op == "DecodeProtoV2":
		if len(paths) == 0 { // the default
			return
		}
	case strings.HasPrefix(n.Op, "Debug") && len(paths) == 0, n.Op == "PrintV2" && !hasPrefix(n.Texts, "file:"),
		strings.HasPrefix(n.Op, "CacheDataset") && len(paths) == 0:
		return
	}
	writes := j.ops[n.Op] == "writes"
	what := fmt.Sprintf("the operation %s %s", n.Op, effect(n.Op, writes))
	for _, p := range paths {
		if why := outside(p); why != "" && !j.fromAsset(n) {
			m := j.tell("tf-file-op", n, in, fmt.Sprintf("%s: %q, which %s", what, clip(p), why))
			if writes || !pipeline(n.Op) {
				m.weigh(rules.Critical, "the path does not stay in the model")
			}
			return
		}
	}
	switch {
	case writes:
		j.tell("tf-file-op", n, in, what+shown(paths)).weigh(rules.Critical, "it writes")
	case j.fromAsset(n):
		// an asset of the model: what every table of words is read from
	case len(paths) > 0:
		j.tell("tf-file-op", n, in, what+shown(paths))
	case !constant && len(j.g.Assets) > 0 && strings.HasPrefix(n.Op, "InitializeTableFromTextFile"):
		// in a function the asset is an argument
	default:
		if m := j.tell("tf-file-op", n, in, what+" that it is given"); pipeline(n.Op) {
			m.weigh(rules.Medium, "it feeds data in, and the path is not in the file")
		}
	}
}

// effect says what an operation does with its path.
func effect(op string, writes bool) string {
	switch {
	case strings.HasPrefix(op, "Debug"):
		return "sends what it sees to a file or an address"
	case op == "PrintV2", strings.HasPrefix(op, "CacheDataset"), writes:
		return "writes a file"
	}
	return "reads a file or an address"
}

// pipeline tells operations that feed data into a graph: a training graph has them, a model that is served does not.
func pipeline(op string) bool {
	return strings.Contains(op, "Dataset") || strings.Contains(op, "Reader") || strings.HasPrefix(op, "InitializeTable")
}

func shown(paths []string) string {
	if len(paths) == 0 {
		return ""
	}
	return fmt.Sprintf(": %q", clip(paths[0]))
}

func hasPrefix(attrs []tf.Attr, prefix string) bool {
	for _, a := range attrs {
		if strings.HasPrefix(a.Value, prefix) {
			return true
		}
	}
	return false
}

// fromAsset tells whether a path is that of an asset: the loader puts the real one in its place.
func (j *graph) fromAsset(n *tf.Node) bool {
	for _, in := range n.Inputs {
		for _, a := range j.g.Assets {
			if a.Tensor == in && outside(a.File) == "" {
				return true
			}
		}
	}
	return false
}
