package model

import (
	"bakedin/checks"
	"bakedin/internal/format/pickle"
	"bakedin/internal/format/sniff"
	"bakedin/rules"
)

// weightsOnly is evidence that loading a torch file with weights_only=True makes tensors and plain containers: every opcode
// and every import is one that this loader takes, and nothing in the file is out of order.
func weightsOnly(pass *checks.Pass, c *contents) {
	if len(c.left) > 0 || len(c.parts) == 0 || !c.parts[0].torch {
		return
	}
	pickles := 0
	for _, p := range c.parts {
		if p.parent != nil && (p.zip != nil || p.pickle == nil && len(p.sniff.Formats) > 0) {
			return
		}
		if p.zip != nil && len(p.zip.Anomalies) > 0 {
			return
		}
		if p.pickle == nil {
			continue
		}
		pickles++
		if len(p.verdict.open)+len(p.verdict.writes)+len(p.verdict.inner) > 0 || len(p.pickle.Trailing) > 0 && !p.sniff.Has(sniff.TorchLegacy) {
			return
		}
		for _, s := range p.pickle.Streams {
			if !onlyWeights(p.pickle, s) {
				return
			}
		}
	}
	if pickles == 0 {
		return
	}
	f := pass.Whole("every opcode and import of this file is one that weights_only=True takes: loading it makes tensors and plain containers")
	f.Strength, f.Anchor, f.Assets = rules.E4, "weights-only", []string{pass.File.Path}
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
		if u.Via == pickle.Write {
			i, _ := root(u.Target)
			if i == nil || i.Module != "collections" {
				return false
			}
		}
	}
	return true
}
