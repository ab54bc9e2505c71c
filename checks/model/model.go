// Package model judges model files: what a loader would run, whether a container is what an honest writer would have
// written, and which files are proved to hold nothing but tensors. The readers below internal/format tell facts; the lists
// in rules/data say which imports were looked at. What is on neither list is unknown, and unknown is never clean.
//
// A file has parts: itself, the members of an archive, what comes out of a wrapper, a payload in a constant. Each is sniffed
// and handed to every reader that its bytes or its name ask for, by the one table in reader.go, under one set of budgets. A
// reader is a function over a part: it calls a package below internal/format, tells matches of rules (reading.found), what
// it could not read (reading.left, reading.fault), files inside (reading.open), bytes that nothing accounts for
// (reading.unaccounted) and, when the format can hold nothing else, that there are only weights (reading.onlyWeights). To
// add a format: a file like safetensors.go, its line in readerOf, and for each of its rules a line "slug": judge(told) in
// Registry.
//
// One fact, contents, opens a file with everything in it, whatever its name says, and every rule of the family looks at it.
// A part that cannot be read to its end makes all of them return a *checks.Skip, after they reported what they found.
package model

import (
	"context"

	"bakedin/checks"
	"bakedin/internal/format/peel"
	"bakedin/internal/format/pickle"
	"bakedin/internal/format/safetensors"
	"bakedin/internal/format/sevenz"
	"bakedin/internal/format/tarx"
	"bakedin/internal/format/torch"
	"bakedin/internal/format/zipx"
)

// Registry maps the slugs of the family to their detectors.
func Registry() checks.Registry {
	return checks.Registry{
		"bundled-code":               judge(told),
		"config-instantiates-code":   instantiates(),
		"coreml-custom-code":         judge(told),
		"custom-code-model":          beside(customCode),
		"executorch-bounds":          judge(told),
		"gguf-header":                judge(told),
		"gguf-tensor":                judge(told),
		"hdf5-external-file":         judge(told),
		"keras-custom-object":        judge(told),
		"keras-external-file":        judge(told),
		"keras-import-gadget":        judge(told),
		"keras-lambda":               judge(told),
		"model-config-template":      configTemplates{},
		"model-disguised":            judge(disguised),
		"model-loaded-unsafely":      checks.RepoCheckFunc(loadedUnsafely),
		"model-template-escape":      judge(told),
		"model-template-instruction": judge(told),
		"native-engine":              judge(told),
		"native-program":             judge(told),
		"npy-header":                 judge(told),
		"npy-object-array":           judge(told),
		"onnx-custom-domain":         judge(told),
		"onnx-external-data-escape":  judge(told),
		"onnx-python-op":             judge(told),
		"onnx-structure":             judge(told),
		"openvino-native-library":    judge(told),
		"pickle-broken-stream":       judge(brokenStream),
		"pickle-dangerous-import":    converts(judge(dangerousImport)),
		"pickle-extension-code":      judge(extensionCode),
		"pickle-external-file":       judge(externalFile),
		"pickle-format-model":        converts(judge(formatModel)),
		"pickle-frame-crossing":      judge(frameCrossing),
		"pickle-hidden-payload":      judge(hiddenPayload),
		"pickle-live-object-write":   judge(liveObjectWrite),
		"pickle-persistent-id":       judge(persistentID),
		"pickle-resource-bomb":       judge(resourceBomb),
		"pickle-runs-code":           converts(judge(runsCode)),
		"pickle-stream-anomaly":      judge(streamAnomaly),
		"pickle-trailing-data":       judge(trailingData),
		"pickle-unknown-call":        converts(judge(unknownCall)),
		"pickle-unknown-import":      converts(judge(unknownImport)),
		"pmml-external-entity":       judge(told),
		"rdata-function":             judge(told),
		"rdata-runs-code":            judge(told),
		"safetensors-metadata":       judge(told),
		"safetensors-structure":      judge(told),
		"shard-mismatch":             checks.RepoCheckFunc(shardMismatch),
		"skops-type":                 judge(told),
		"tar-entry-mismatch":         judge(told),
		"tar-link-entry":             judge(told),
		"tar-path-escape":            judge(told),
		"tf-code-op":                 judge(told),
		"tf-custom-op":               judge(told),
		"tf-file-op":                 judge(told),
		"tflite-custom-op":           judge(told),
		"tflite-structure":           judge(told),
		"torch-layout":               judge(told),
		"torch-native-code":          judge(told),
		"torch-package-code":         judge(told),
		"torch-storage-mismatch":     judge(told),
		"torchscript-custom-op":      judge(told),
		"torchscript-file-access":    judge(told),
		"unaccounted-bytes":          judge(told),
		"model-digest-mismatch":      checks.RepoCheckFunc(digestMismatch),
		"model-digest-recorded":      checks.RepoCheckFunc(digestRecorded),
		"weights-only-proved":        judge(weightsOnly),
		"zip-bomb":                   judge(zipBomb),
		"zip-duplicate-entry":        judge(zipDuplicate),
		"zip-entry-mismatch":         judge(zipMismatch),
		"zip-hidden-entry":           judge(zipHidden),
		"zip-path-escape":            judge(zipPathEscape),
	}
}

// What a model file may cost. A limit that is reached is a Skip, never silence.
var (
	pickleLimits      = pickle.Limits{Bytes: 512 << 20, Ops: 50_000_000, Memory: 32 << 20, Streams: 20_000, Keep: 8}
	peelLimits        = peel.Limits{Bytes: 1 << 30, Ratio: 200, Floor: 256 << 20, Window: 64 << 20, Keep: 16 << 20, Work: 4 << 30}
	safetensorsLimits = safetensors.Limits{Header: 100_000_000, Depth: 128}
	torchLimits       = torch.Limits{Zip: zipLimits, Tar: tarLimits, Ops: 50_000_000, Text: 64 << 10, Keys: 1 << 20}
	sevenzLimits      = sevenz.Limits{Entries: 100_000, Header: 64 << 20, Member: peelLimits}
	tarLimits         = tarx.Limits{Entries: 100_000, Record: 1 << 20}
	zipLimits         = zipx.Limits{Entries: 100_000, Directory: 64 << 20, Name: 4 << 10, Member: peelLimits}
)

const (
	maxDepth    = 5       // containers in each other
	maxParts    = 20000   // files in all of them
	maxUnpacked = 2 << 30 // bytes that come out of all of them
	maxFindings = 200     // of one rule in one file
	maxListings = 20      // of those, that show the opcodes about them
)

// judge makes a check of a function over the contents of a file. Whatever could not be read is told by every rule.
func judge(look func(p *checks.Pass, c *contents)) checks.CheckFunc {
	return func(ctx context.Context, p *checks.Pass) error {
		c, err := contentsOf.Of(p.File)
		if c == nil {
			return err
		}
		look(p, c)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if s := c.skip(p.Repo); s != nil {
			return s
		}
		return nil
	}
}
