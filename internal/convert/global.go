package convert

import (
	"strings"

	"bakedin/internal/format/pickle"
)

// tier says what an import means to the converter.
type tier uint8

const (
	opaque    tier = iota // everything else: code, as far as is known here
	machinery             // makes tensors, and is interpreted
	inert                 // makes data, and becomes JSON
)

// The functions that make tensors.
const (
	rebuildTensor    = "torch._utils._rebuild_tensor"
	rebuildTensorV2  = "torch._utils._rebuild_tensor_v2"
	rebuildTensorV3  = "torch._utils._rebuild_tensor_v3"
	rebuildParameter = "torch._utils._rebuild_parameter"
	rebuildParamWith = "torch._utils._rebuild_parameter_with_state"
	rebuildType      = "torch._tensor._rebuild_from_type_v2"
	rebuildMeta      = "torch._utils._rebuild_meta_tensor_no_storage"
	rebuildQuantised = "torch._utils._rebuild_qtensor"
	rebuildSparse    = "torch._utils._rebuild_sparse_tensor"
	rebuildSparseCSR = "torch._utils._rebuild_sparse_csr_tensor"
	parameterClass   = "torch.nn.parameter.Parameter"
	bufferClass      = "torch.nn.parameter.Buffer"
	tensorClass      = "torch.Tensor"
	getLayout        = "torch.serialization._get_layout"
	orderedDict      = "collections.OrderedDict"
)

var globals = func() map[string]tier {
	m := map[string]tier{}
	put := func(t tier, names string) {
		for _, n := range strings.Fields(names) {
			m[n] = t
		}
	}
	put(machinery, `
		torch._utils._rebuild_tensor torch._utils._rebuild_tensor_v2 torch._utils._rebuild_tensor_v3
		torch._utils._rebuild_parameter torch._utils._rebuild_parameter_with_state torch._tensor._rebuild_from_type_v2
		torch._utils._rebuild_meta_tensor_no_storage torch._utils._rebuild_qtensor torch._utils._rebuild_sparse_tensor
		torch._utils._rebuild_sparse_csr_tensor torch.nn.parameter.Parameter torch.nn.parameter.Buffer torch.Tensor
		torch.storage.TypedStorage torch.storage.UntypedStorage torch.storage._TypedStorage torch.storage._UntypedStorage
		torch.Size torch.device torch.serialization._get_layout
		torch.per_tensor_affine torch.per_channel_affine torch.per_tensor_symmetric torch.per_channel_symmetric
		torch.per_channel_affine_float_qparams torch.strided torch.sparse_coo torch.sparse_csr torch.sparse_csc
		torch.sparse_bsr torch.sparse_bsc torch.contiguous_format torch.channels_last torch.channels_last_3d
		torch.preserve_format`)
	put(inert, `
		collections.OrderedDict collections.defaultdict collections.Counter collections.deque
		builtins.set builtins.frozenset builtins.complex builtins.bytearray builtins.slice builtins.range builtins.int
		builtins.float builtins.str builtins.bool builtins.list builtins.dict builtins.tuple builtins.bytes
		_codecs.encode datetime.date datetime.datetime datetime.time datetime.timedelta datetime.timezone decimal.Decimal
		pathlib.Path pathlib.PosixPath pathlib.PurePath pathlib.PurePosixPath pathlib.WindowsPath pathlib.PureWindowsPath
		pathlib._local.Path pathlib._local.PosixPath pathlib._local.PurePath pathlib._local.PurePosixPath
		pathlib._local.WindowsPath pathlib._local.PureWindowsPath
		numpy.dtype numpy.ndarray numpy.core.multiarray.scalar numpy.core.multiarray._reconstruct
		numpy._core.multiarray.scalar numpy._core.multiarray._reconstruct argparse.Namespace types.SimpleNamespace`)
	for _, d := range dtypes {
		m["torch."+d.torch] = machinery
	}
	for class := range storageClasses {
		m["torch."+class] = machinery
		m["torch.cuda."+class] = machinery
	}
	return m
}()

// global returns the name of an import in the spelling of Python 3, and what it means. A name that is made at load time is
// opaque whatever it reads.
func global(i *pickle.Import) (string, tier) {
	if i == nil || i.Computed || i.NotText {
		return "", opaque
	}
	module, name, _ := pickle.Renamed(i.Module, i.Name)
	full := module + "." + name
	if t, ok := globals[full]; ok && !strings.Contains(name, ".") {
		return full, t
	}
	return full, opaque
}

// globalOf is global for a value; it is empty for anything but an import.
func globalOf(v pickle.Value) (string, tier) {
	if v.Kind() != pickle.Global {
		return "", opaque
	}
	return global(v.Import())
}
