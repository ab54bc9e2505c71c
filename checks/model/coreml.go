package model

import (
	"strings"

	"bakedin/internal/format/coreml"
	"bakedin/rules"
)

var coremlLimits = coreml.Limits{Fields: 50_000_000, Depth: 100, Text: 1 << 20}

// readCoreML tells the native classes that a model asks for, and the files that it names.
func readCoreML(r *reading) {
	f, err := coreml.Parse(r.r, r.size, coremlLimits)
	for _, c := range f.Classes {
		m := r.found("coreml-custom-code", c.Off, max(1, int64(len(c.Text))), c.What+" "+c.Text, "the %s asks the app for the class %q", c.What, clip(c.Text))
		if strings.ContainsAny(c.Text, `/\`) {
			m.weigh(rules.Critical, "the name of the class is a path")
		}
	}
	for _, l := range f.Linked {
		m := r.found("coreml-custom-code", l.Off, max(1, int64(len(l.Text))), "linked "+l.Text, "another model is loaded: %q", clip(l.Text))
		if why := outside(l.Text); why != "" {
			m.msg += ", which " + why
			m.weigh(rules.Critical, "the path does not stay in the folder of the model")
		}
	}
	for _, b := range f.Blobs {
		if why := outside(strings.TrimPrefix(b.Text, "@model_path/")); why != "" {
			r.found("coreml-custom-code", b.Off, max(1, int64(len(b.Text))), "weights "+b.Text, "weights are read from %q, which %s", clip(b.Text), why).
				weigh(rules.Critical, "the path does not stay in the folder of the model")
		}
	}
	for _, t := range f.Texts {
		r.metadata("coreml-custom-code", t.Key, t.Value, t.Off)
	}
	r.describe = func(d *Description) {
		for _, t := range f.Texts {
			d.Metadata = append(d.Metadata, Pair{t.Key, t.Value})
		}
	}
	r.fault(err)
}
