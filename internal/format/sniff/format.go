package sniff

// Format is the name of a file format, as it is shown to people and stands in the format field of an asset.
type Format string

// The formats that Sniff tells apart. Torch is only ever promised by a name: its bytes are one of TorchZip, TorchScript,
// TorchLegacy, TorchTar or Pickle.
const (
	Pickle       Format = "pickle"
	Torch        Format = "torch"
	TorchZip     Format = "torch-zip"
	TorchScript  Format = "torchscript"
	TorchPackage Format = "torch-package"
	TorchExport  Format = "pt2"
	TorchLegacy  Format = "torch-legacy"
	TorchTar     Format = "torch-tar"
	TorchPreview Format = "torch-preview"
	Safetensors  Format = "safetensors"
	GGUF         Format = "gguf"
	GGML         Format = "ggml"
	NPY          Format = "npy"
	NPZ          Format = "npz"
	HDF5         Format = "hdf5"
	Keras        Format = "keras"
	ONNX         Format = "onnx"
	SavedModel   Format = "savedmodel"
	GraphDef     Format = "graphdef"
	MetaGraph    Format = "metagraph"
	KerasPB      Format = "keras-metadata"
	ProtoSchema  Format = "protobuf-schema" // of protoc: its first fields are those of a GraphDef, so it is looked at as one
	CoreML       Format = "coreml"
	TFLite       Format = "tflite"
	ExecuTorch   Format = "executorch"
	OpenVINO     Format = "openvino"
	PMML         Format = "pmml"
	RData        Format = "rdata"
	Skops        Format = "skops"
	Flax         Format = "flax"
	MAR          Format = "mar"
	TensorRT     Format = "tensorrt"
	RKNN         Format = "rknn"
	Paddle       Format = "paddle"
	MXNet        Format = "mxnet"
	Torch7       Format = "torch7"
	CNTK         Format = "cntk"
	XGBoost      Format = "xgboost"
	LightGBM     Format = "lightgbm"
	CatBoost     Format = "catboost"

	Zip      Format = "zip"
	Tar      Format = "tar"
	SevenZip Format = "7z"
	RAR      Format = "rar"

	Gzip    Format = "gzip"
	Zlib    Format = "zlib"
	Bzip2   Format = "bz2"
	XZ      Format = "xz"
	LZMA    Format = "lzma"
	LZ4     Format = "lz4"
	Zstd    Format = "zstd"
	JoblibZ Format = "joblib-z"

	ELF    Format = "elf"
	PE     Format = "pe"
	MachO  Format = "macho"
	Script Format = "script"

	LFSPointer Format = "lfs-pointer"
)

// Class sorts the formats by what a caller does with them.
type Class string

// The classes. A Wrapper holds one stream of another format, an Archive many files.
const (
	Model   Class = "model"
	Archive Class = "archive"
	Wrapper Class = "wrapper"
	Program Class = "program"
	Pointer Class = "pointer"
)

// Class of a format; empty for a name this package does not know.
func (f Format) Class() Class {
	switch f {
	case Zip, Tar, SevenZip, RAR:
		return Archive
	case Gzip, Zlib, Bzip2, XZ, LZMA, LZ4, Zstd, JoblibZ:
		return Wrapper
	case ELF, PE, MachO, Script:
		return Program
	case LFSPointer:
		return Pointer
	case Pickle, Torch, TorchZip, TorchScript, TorchPackage, TorchExport, TorchLegacy, TorchTar, TorchPreview, Safetensors,
		GGUF, GGML, NPY, NPZ, HDF5, Keras, ONNX, SavedModel, GraphDef, MetaGraph, KerasPB, ProtoSchema, CoreML, TFLite, ExecuTorch, OpenVINO, PMML, RData,
		Skops, Flax, MAR, TensorRT, RKNN, Paddle, MXNet, Torch7, CNTK, XGBoost, LightGBM, CatBoost:
		return Model
	}
	return ""
}

// Executes tells whether loading a file of this format with its usual loader can run code that the file carries. Such a
// file with a head that nobody understands is not harmless: protocol 0 pickles have no magic number.
func (f Format) Executes() bool {
	switch f {
	case Pickle, Torch, TorchZip, TorchScript, TorchPackage, TorchExport, TorchLegacy, TorchTar, HDF5, Keras, NPZ, RData,
		Skops, MAR, SavedModel, KerasPB, JoblibZ, TensorRT, Torch7:
		return true
	}
	return f.Class() == Program
}
