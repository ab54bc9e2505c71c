package model

import (
	"math/bits"
	"path"

	"bakedin/checks"
	"bakedin/internal/format/pickle"
	"bakedin/internal/format/sniff"
	"bakedin/rules"
)

// weightsOnly is evidence that a file holds nothing but tensors: a format that can hold nothing else and was validated to its
// last byte, or a checkpoint of torch that loads with weights_only=True.
func weightsOnly(pass *checks.Pass, c *contents) {
	proof := proofOf(c)
	if proof == "" {
		return
	}
	f := pass.Whole(proof)
	f.Strength, f.Anchor, f.Assets = rules.E4, "weights-only", []string{pass.File.Path}
}

// proofOf is why a file holds weights only, in one sentence; empty when that is not proved.
func proofOf(c *contents) string {
	if len(c.left) > 0 || len(c.marks) > 0 || len(c.parts) == 0 {
		return ""
	}
	if c.parts[0].proof != "" && len(c.parts) == 1 && len(c.parts[0].sniff.Formats) == 1 {
		return "this file holds tensors only: " + c.parts[0].proof
	}
	if proved(c) {
		return "every opcode and import of this file is one that weights_only=True takes, and its storages are all there: loading it makes tensors and plain containers"
	}
	return ""
}

// proved tells whether all of that holds of a checkpoint of torch.
func proved(c *contents) bool {
	if len(c.left) > 0 || len(c.parts) == 0 || !c.parts[0].joined || c.parts[0].script {
		return false
	}
	if c.parts[0].layout.Format == sniff.TorchLegacy {
		return provedStack(c)
	}
	archive := c.parts[0].zip
	if c.parts[0].layout.Format != sniff.TorchZip || len(archive.Anomalies) > 0 || len(archive.Gaps) > 0 {
		return false
	}
	var object *part
	for _, p := range c.parts[1:] {
		switch {
		case p.depth > 1:
			return false
		case path.Base(p.member) == "data.pkl" && object == nil:
			object = p
		case p.pickle != nil || len(p.sniff.Formats) > 0:
			return false
		}
	}
	if object == nil || object.pickle == nil || len(object.pickle.Streams) != 1 || len(object.pickle.Trailing) > 0 {
		return false
	}
	return object.verdict.harmless() && onlyWeights(object.pickle, object.pickle.Streams[0])
}

// provedStack: the header pickles and the keys of a stack are plain data, and the object is weights.
func provedStack(c *contents) bool {
	p := c.parts[0]
	if len(c.parts) != 1 || len(p.pickle.Streams) != 5 || len(p.pickle.Trailing) > 0 || !p.verdict.harmless() {
		return false
	}
	for i, s := range p.pickle.Streams {
		if i != 3 && (!s.Result.Plain() || len(s.Imports) > 0) || !onlyWeights(p.pickle, s) {
			return false
		}
	}
	return true
}

// harmless tells whether every import of the pickles was reviewed and is put to a use that it was reviewed for.
func (v *verdict) harmless() bool {
	if v.err != nil || len(v.open)+len(v.writes)+len(v.inner) > 0 {
		return false
	}
	for _, d := range v.deeds {
		if d.class != harmless {
			return false
		}
	}
	return true
}

// itemBytes of the storage classes of torch.
var itemBytes = map[string]int64{
	"DoubleStorage": 8, "FloatStorage": 4, "HalfStorage": 2, "BFloat16Storage": 2, "LongStorage": 8, "IntStorage": 4,
	"ShortStorage": 2, "CharStorage": 1, "ByteStorage": 1, "BoolStorage": 1, "ComplexFloatStorage": 8,
	"ComplexDoubleStorage": 16, "QInt8Storage": 1, "QUInt8Storage": 1, "QInt32Storage": 4, "UntypedStorage": 1,
}

// what torch's weights-only loader imports, beside dtypes, layouts and storage and tensor classes.
// Source: torch/_weights_only_unpickler.py of releases 2.6 to 2.9
var weightsImports = map[string]bool{
	"collections.OrderedDict": true, "collections.Counter": true, "torch.nn.parameter.Parameter": true, "torch.Size": true,
	"torch.Tensor": true, "torch.device": true, "torch.serialization._get_layout": true, "_codecs.encode": true,
	"builtins.bytearray": true, "builtins.set": true, "builtins.complex": true,
	"torch._utils._rebuild_tensor": true, "torch._utils._rebuild_tensor_v2": true, "torch._utils._rebuild_tensor_v3": true,
	"torch._utils._rebuild_parameter": true, "torch._utils._rebuild_parameter_with_state": true,
	"torch._utils._rebuild_qtensor": true, "torch._utils._rebuild_sparse_tensor": true,
	"torch._utils._rebuild_meta_tensor_no_storage": true, "torch._utils._rebuild_wrapper_subclass": true,
	"torch._utils._rebuild_device_tensor_from_numpy": true, "torch._utils._rebuild_device_tensor_from_cpu_tensor": true,
	"torch._tensor._rebuild_from_type_v2": true,
}

// the classes that this loader lets a state or an item be put on
var mayHoldState = map[string]bool{
	"collections.OrderedDict": true, "collections.Counter": true, "torch.Tensor": true, "torch.nn.parameter.Parameter": true,
}

func onlyWeights(f *pickle.File, s *pickle.Stream) bool {
	if s.Outside != nil || s.Err != nil || len(s.Anomalies) > 0 || len(s.Extensions) > 0 || s.Lost {
		return false
	}
	pol, err := loadPolicy()
	if err != nil {
		return false
	}
	for _, i := range s.Imports {
		name := spelled(renamed(i.Module, i.Name))
		class, may := pol.judge(i.Module, i.Name)
		inert := i.Module == "torch" && class == harmless && may&(mayCall|mayItems) == 0 // dtypes, layouts, storages, tensors
		if !weightsImports[name] && !inert {
			return false
		}
	}
	for _, id := range s.PersIDs {
		if id.Text || oddStorage(f, id) != "" {
			return false
		}
	}
	for _, u := range s.Uses {
		i, _ := root(u.Target)
		if u.Via == pickle.Calls && !inRange(u) {
			return false
		}
		if (u.Via == pickle.Write || u.Via == pickle.SetState) && (i == nil || !mayHoldState[spelled(i.Module, i.Name)]) {
			return false
		}
	}
	return true
}

// inRange tells whether a rebuilt tensor lies inside of its storage: offset and the way to its last element are below the
// number of elements. Other calls are in range.
func inRange(u pickle.Use) bool {
	i := u.Target.Import()
	if i == nil || i.Module != "torch._utils" {
		return true
	}
	switch i.Name {
	case "_rebuild_tensor", "_rebuild_tensor_v2", "_rebuild_tensor_v3", "_rebuild_qtensor":
	default:
		return true
	}
	args := u.Args.Items()
	if len(args) < 4 || args[0].Kind() != pickle.Persistent || args[2].Kind() != pickle.Tuple || args[3].Kind() != pickle.Tuple {
		return false
	}
	id := args[0].Node().Items[0].Items()
	if len(id) < 5 {
		return false
	}
	count, ok := id[4].Int()
	last, ok2 := args[1].Int()
	size, stride := args[2].Items(), args[3].Items()
	if !ok || !ok2 || last < 0 || len(size) != len(stride) || !args[2].Whole() || !args[3].Whole() {
		return false
	}
	for k := range size {
		n, ok := size[k].Int()
		step, ok2 := stride[k].Int()
		if !ok || !ok2 || n < 0 || step < 0 {
			return false
		}
		if n == 0 {
			return true // no element is read
		}
		hi, lo := bits.Mul64(uint64(n-1), uint64(step))
		if hi != 0 || lo > 1<<56 || last > 1<<56 {
			return false
		}
		last += int64(lo)
	}
	return last < count
}
