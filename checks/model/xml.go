package model

import (
	"regexp"
	"strings"

	"bakedin/internal/format/sniff"
	"bakedin/internal/format/xmltok"
)

var xmlLimits = xmltok.Limits{Tokens: 50_000_000, Depth: 1000, Bytes: 1 << 30}

// nativeLibrary is a path of one.
var nativeLibrary = regexp.MustCompile(`(?i)\.(?:so|dll|dylib)(?:\.[\d.]+)?$`)

// readXML looks at an OpenVINO network or at a PMML model. No entity is ever resolved.
func readXML(r *reading) {
	f, err := xmltok.Parse(r.r, r.size, xmlLimits, func(e xmltok.Element) {
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
		r.found("pmml-external-entity", d.Off, int64(len(d.Text)), what, "the model %s: %q", what, clip(d.Text))
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
