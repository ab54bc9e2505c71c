package model

import (
	"bakedin/internal/format/coreml"
	"bakedin/internal/format/executorch"
	"bakedin/internal/format/gguf"
	"bakedin/internal/format/hdf5"
	"bakedin/internal/format/msgpack"
	"bakedin/internal/format/npy"
	"bakedin/internal/format/onnx"
	"bakedin/internal/format/rdata"
	"bakedin/internal/format/sniff"
	"bakedin/internal/format/tf"
	"bakedin/internal/format/tflite"
	"bakedin/internal/format/xmltok"
)

// dataReader is the part of the table for formats that carry a graph, tensors or settings as data.
func dataReader(f sniff.Format) reader {
	switch f {
	case sniff.GGUF:
		return readGGUF
	case sniff.NPY:
		return readNPY
	case sniff.ONNX:
		return readONNX
	case sniff.SavedModel:
		return readSavedModel
	case sniff.MetaGraph:
		return readMetaGraph
	case sniff.HDF5:
		return readHDF5
	case sniff.Keras:
		return readKeras
	case sniff.KerasPB:
		return readKerasPB
	case sniff.TFLite:
		return readTFLite
	case sniff.ExecuTorch:
		return readExecuTorch
	case sniff.CoreML:
		return readCoreML
	case sniff.OpenVINO, sniff.PMML:
		return readXML
	case sniff.Flax:
		return readFlax
	case sniff.RData:
		return readRData
	case sniff.TensorRT:
		return readEngine
	case sniff.XGBoost, sniff.LightGBM, sniff.CatBoost:
		return readBoosted
	case sniff.Skops:
		return readSkops
	case sniff.GraphDef:
		return readGraphDef
	case sniff.ProtoSchema:
		return readSchema
	}
	return nil
}

// dataLimitErrors are the errors of their readers that tell of a limit.
func dataLimitErrors() []any {
	return []any{new(*gguf.LimitError), new(*npy.LimitError), new(*onnx.LimitError), new(*tf.LimitError), new(*hdf5.LimitError),
		new(*tflite.LimitError), new(*executorch.LimitError), new(*coreml.LimitError), new(*xmltok.LimitError), new(*msgpack.LimitError),
		new(*rdata.LimitError)}
}
