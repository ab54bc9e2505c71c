package sniff

import "strings"

// promises maps a suffix to the format it promises. Suffixes that half the world uses for its own data (.dat, .data,
// .model, .pb) promise nothing: their content speaks.
var promises = map[string]Format{
	"pkl": Pickle, "pickle": Pickle, "p": Pickle, "pk": Pickle, "pck": Pickle, "gpickle": Pickle, "dill": Pickle, "joblib": Pickle,
	"jbl": Pickle, "sav": Pickle, "cloudpickle": Pickle, "pdparams": Pickle, "pdopt": Pickle,
	"pt": Torch, "pth": Torch, "ckpt": Torch, "bin": Torch, "ptl": Torch, "th": Torch, "torch": Torch,
	"pt2": TorchExport, "torchscript": TorchScript, "jit": TorchScript,
	"safetensors": Safetensors, "gguf": GGUF, "ggml": GGML, "npy": NPY, "npz": NPZ,
	"h5": HDF5, "hdf5": HDF5, "keras": Keras, "onnx": ONNX, "mlmodel": CoreML, "tflite": TFLite, "pte": ExecuTorch,
	"pmml": PMML, "rds": RData, "rda": RData, "rdata": RData, "skops": Skops, "msgpack": Flax, "mar": MAR,
	"trt": TensorRT, "rknn": RKNN, "pdmodel": Paddle, "pdiparams": Paddle, "t7": Torch7, "cntk": CNTK, "ubj": XGBoost, "cbm": CatBoost,
	"zip": Zip, "tar": Tar, "nemo": Tar, "7z": SevenZip, "rar": RAR,
	"gz": Gzip, "tgz": Gzip, "bz2": Bzip2, "tbz2": Bzip2, "xz": XZ, "txz": XZ, "lzma": LZMA, "lz4": LZ4, "zst": Zstd,
}

// companions are the suffixes of what lies beside a file and is about it: digests, signatures, pointers, notes, locks, and
// raw numbers that the file says how to read. Behind the suffix of a model they promise nothing; a suffix of a copy (.bak, .part, .1) does.
var companions = words(`md5 sha1 sha224 sha256 sha384 sha512 sha3 b2 blake2 blake3 crc crc32 sum sums md5sum sha1sum sha256sum sha512sum b2sum digest checksum checksums etag
	sig asc gpg minisig sigstore bundle crt cert pem pub att intoto rekor
	dvc xet aria2 lock index data meta metadata info license licence url link
	json jsonl json5 yaml yml toml ini cfg conf xml html htm txt text md markdown rst csv tsv log diff patch png jpg svg pdf
	py ipynb sh js ts go rs c h cpp java`)

func words(s string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(s) {
		m[w] = true
	}
	return m
}

// Promised lists what the suffixes of a name promise, the last suffix first: "m.PKL.gz" promises gzip and pickle.
func Promised(name string) []Format {
	if i := strings.LastIndexAny(name, `/\`); i >= 0 {
		name = name[i+1:]
	}
	var out []Format
	last := strings.ToLower(name[strings.LastIndexByte(name, '.')+1:])
	if companions[last] || strings.HasPrefix(last, "data-") && strings.Contains(last, "-of-") { // the latter of TensorFlow
		return nil
	}
	for {
		i := strings.LastIndexByte(name, '.')
		if i < 0 {
			return out
		}
		suffix := name[i+1:]
		if f, ok := promises[suffix]; ok {
			out = append(out, f)
		} else if f, ok := promises[strings.ToLower(suffix)]; ok {
			out = append(out, f)
		} else if strings.EqualFold(name, "saved_model.pb") {
			out = append(out, SavedModel)
		} else if strings.EqualFold(name, "keras_metadata.pb") {
			out = append(out, KerasPB)
		}
		name = name[:i]
	}
}

// Keeps tells whether bytes of format f keep the promise of a name. Any of the forms that torch has ever written keeps
// .pt, and a pickle may be compressed by joblib without a change of name.
func (f Format) Keeps(promise Format) bool {
	if f == promise {
		return true
	}
	switch promise {
	case Torch:
		// .bin and .ckpt are names of many honest things, a program is not one of them.
		return f.Class() != Program && f.Class() != Pointer
	case Pickle:
		return f.Class() == Wrapper || f == TorchLegacy || f == TorchZip || f == Zip || f == NPY
	case TorchScript, TorchExport:
		return f == Zip || f == TorchZip || f == TorchScript || f == TorchPackage
	case NPZ, Skops, MAR:
		return f == Zip || f == Tar || f == Gzip
	case Keras:
		return f == Zip || f == HDF5
	case SavedModel:
		return f == GraphDef || f == MetaGraph
	case Zip:
		return f == NPZ || f == Keras || f == Skops || f == MAR || f == TorchZip || f == TorchScript || f == TorchPackage || f == TorchExport
	case Tar:
		return f == TorchTar || f == Gzip
	case RData:
		return f.Class() == Wrapper
	case GGML:
		return f == GGUF
	case PMML:
		return f == OpenVINO
	}
	return false
}
