package model

import (
	"path"

	"bakedin/checks"
	"bakedin/internal/format/pickle"
	"bakedin/rules"
)

// weightsOnly is evidence that a file holds nothing but tensors: a format that can hold nothing else and was validated to its
// last byte, or a torch archive that loads with weights_only=True. A legacy stack is not proved: its storages are not read
// here.
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

// proved tells whether all of that holds.
func proved(c *contents) bool {
	if len(c.left) > 0 || len(c.parts) == 0 || !c.parts[0].torch || c.parts[0].zip == nil || c.parts[0].script {
		return false
	}
	archive := c.parts[0].zip
	if len(archive.Anomalies) > 0 || len(archive.Gaps) > 0 {
		return false
	}
	storages := map[string]int64{} // member to its size
	var object *part
	for _, p := range c.parts[1:] {
		switch {
		case p.zip != nil || p.depth > 1:
			return false
		case path.Base(p.member) == "data.pkl" && object == nil:
			object = p
		case p.pickle != nil:
			return false
		case path.Base(path.Dir(p.member)) == "data":
			storages[p.member] = p.size
		case len(p.sniff.Formats) > 0:
			return false
		}
	}
	if object == nil || object.pickle == nil || len(object.pickle.Streams) != 1 || len(object.pickle.Trailing) > 0 {
		return false
	}
	v := object.verdict
	if v.err != nil || len(v.open)+len(v.writes)+len(v.inner) > 0 {
		return false
	}
	for _, d := range v.deeds {
		if d.class != harmless {
			return false
		}
	}
	s := object.pickle.Streams[0]
	return onlyWeights(object.pickle, s) && joined(object, s, storages)
}

// itemBytes of the storage classes of torch.
var itemBytes = map[string]int64{
	"DoubleStorage": 8, "FloatStorage": 4, "HalfStorage": 2, "BFloat16Storage": 2, "LongStorage": 8, "IntStorage": 4,
	"ShortStorage": 2, "CharStorage": 1, "ByteStorage": 1, "BoolStorage": 1, "ComplexFloatStorage": 8,
	"ComplexDoubleStorage": 16, "QInt8Storage": 1, "QUInt8Storage": 1, "QInt32Storage": 4, "UntypedStorage": 1,
}

// joined tells whether the storages that the object names and the members of the archive are the same, in the same sizes.
func joined(object *part, s *pickle.Stream, storages map[string]int64) bool {
	root := path.Dir(object.member)
	named := map[string]bool{}
	for _, id := range s.PersIDs {
		items := id.Value.Items()
		if len(items) < 5 || items[1].Import() == nil {
			return false
		}
		count, ok := items[4].Int()
		size := itemBytes[items[1].Import().Name]
		member := path.Join(root, "data", object.pickle.Text(items[2], 256))
		have, there := storages[member]
		if !ok || size == 0 || count < 0 || count > have || !there || have != count*size {
			return false
		}
		named[member] = true
	}
	return len(named) == len(storages)
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
		if (u.Via == pickle.Write || u.Via == pickle.SetState) && (i == nil || !mayHoldState[spelled(i.Module, i.Name)]) {
			return false
		}
	}
	return true
}
