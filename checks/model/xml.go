package model

import (
	"bytes"
	"io"
	"regexp"
	"strings"

	"bakedin/internal/format/bom"
	"bakedin/internal/format/sniff"
	"bakedin/internal/format/xmltok"
)

var xmlLimits = xmltok.Limits{Tokens: 50_000_000, Depth: 1000, Bytes: 1 << 30}

// nativeLibrary is a path of one.
var nativeLibrary = regexp.MustCompile(`(?i)\.(?:so|dll|dylib)(?:\.[\d.]+)?$`)

// readXML looks at an OpenVINO network or at a PMML model. No entity is ever resolved.
func readXML(r *reading) {
	src, size, place := r.inUTF8()
	f, err := xmltok.Parse(src, size, xmlLimits, func(e xmltok.Element) {
		e.Off = place(e.Off)
		if r.format == sniff.OpenVINO {
			r.openvino(e)
			return
		}
		if strings.EqualFold(e.Name, "script") {
			r.found("pmml-external-entity", e.Off, 1, "script", "an element holds a script")
		}
		if strings.EqualFold(e.Name, "include") && e.Attrs["href"] != "" {
			r.found("pmml-external-entity", e.Off, 1, "include "+e.Attrs["href"], "an element includes %q", clip(e.Attrs["href"]))
		}
	})
	for _, d := range f.Directives {
		what := "declares a document type"
		if strings.Contains(d.Text, "ENTITY") {
			what = "declares entities"
		}
		if strings.Contains(d.Text, "SYSTEM") || strings.Contains(d.Text, "PUBLIC") {
			what += ", read from elsewhere"
		}
		r.found("pmml-external-entity", place(d.Off), int64(len(d.Text)), what, "the model %s: %q", what, clip(d.Text))
	}
	r.fault(err)
}

// openvino looks at a layer: what it runs, and from which library.
func (r *reading) openvino(e xmltok.Element) {
	for key, value := range e.Attrs {
		switch strings.ToLower(key) {
		case "library", "implementation", "impl_lib", "extension", "extension_path", "custom_library":
			if nativeLibrary.MatchString(value) || outside(value) != "" {
				r.found("openvino-native-library", e.Off, 1, key+" "+value, "the layer %q loads %q", clip(e.Attrs["name"]), clip(value))
			}
		default:
			if nativeLibrary.MatchString(value) && strings.ContainsAny(value, `/\`) {
				r.found("openvino-native-library", e.Off, 1, key+" "+value, "the attribute %s of a layer names the library %q", key, clip(value))
			}
		}
	}
	if t := strings.ToLower(e.Attrs["type"]); e.Name == "layer" && (t == "python" || t == "pythonop" || t == "pyop" || t == "customop") {
		r.found("openvino-native-library", e.Off, 1, "type "+t, "the layer %q is of type %s, which runs code beside the runtime", clip(e.Attrs["name"]), clip(e.Attrs["type"]))
	}
}

// maxRecoded is the size of the largest file in UTF-16 that is read.
const maxRecoded = 64 << 20

// inUTF8 gives the text of a file in UTF-16 in the encoding that the parser reads, and where its bytes stood.
func (r *reading) inUTF8() (src io.ReaderAt, size int64, place func(int64) int64) {
	same := func(off int64) int64 { return off }
	var mark [2]byte
	n, _ := r.r.ReadAt(mark[:], 0)
	if n < 2 || r.size > maxRecoded || mark != [2]byte{0xff, 0xfe} && mark != [2]byte{0xfe, 0xff} {
		return r.r, r.size, same
	}
	raw := make([]byte, r.size)
	if n, _ := r.r.ReadAt(raw, 0); n < len(raw) {
		return r.r, r.size, same
	}
	text := bom.Decode(raw)
	return bytes.NewReader(text.Bytes), int64(len(text.Bytes)), func(off int64) int64 { return int64(text.Offset(int(off))) }
}
