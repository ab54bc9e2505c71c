package model

import (
	"fmt"
	"regexp"

	"bakedin/internal/format/hdf5"
	"bakedin/rules"
)

var hdf5Limits = hdf5.Limits{Objects: 1_000_000, Messages: 20_000_000, Text: 64 << 20, Keep: 128 << 20}

// readHDF5 looks at what leads out of the file, and at the configs that Keras keeps in attributes. Loaders of HDF5 know no
// safe mode.
func readHDF5(r *reading) {
	f, err := hdf5.Parse(r.r, r.size, hdf5Limits)
	r.describe = func(d *Description) { describeHDF5(d, f) }
	for _, l := range f.Links {
		if l.External {
			r.elsewhere(l.Off, "the link "+l.Name, l.File)
		}
	}
	for _, s := range f.Storage {
		switch {
		case s.Virtual && s.File == ".":
		case s.Virtual:
			r.elsewhere(s.Off, "the virtual dataset "+s.Object, s.File)
		default:
			r.elsewhere(s.Off, "the dataset "+s.Object, s.File)
		}
	}
	for _, a := range f.Attributes {
		switch {
		case a.Cut:
			r.left("limit", "the attribute %q of %s is longer than what is read; bytes", a.Name, a.Object)
		case kerasAttribute[a.Name] || len(a.Texts) == 1 && kerasShape.MatchString(a.Texts[0]):
			for _, t := range a.Texts {
				r.keras(t, a.Off, a.Name, kerasH5)
			}
		}
	}
	for _, t := range f.Datasets {
		r.payload("dataset "+t.Path, t.Off, t.Bytes)
	}
	if n := len(f.Unread); n > 0 {
		r.left("unsupported", "byte %d: %s; %d such places", f.Unread[0].Off, f.Unread[0].What, n)
	}
	r.fault(err)
	if f.Start > 0 {
		r.unaccounted(0, f.Start)
	}
	if err == nil && f.End > 0 && f.End < r.size {
		r.unaccounted(f.End, r.size-f.End)
	}
}

// kerasAttribute are the attributes that Keras loads a model from; a text of the same shape under another name counts too.
var (
	kerasAttribute = map[string]bool{"model_config": true, "training_config": true, "layer_config": true, "optimizer_config": true}
	kerasShape     = regexp.MustCompile(`^\s*\{[\s\S]*"(?:class_name|module|registered_name)"`)
)

// elsewhere reports bytes that lie in another file.
func (r *reading) elsewhere(off int64, what, file string) {
	m := r.found("hdf5-external-file", off, 1, what+" "+file, "%s leads into %q", what, clip(file))
	if why := outside(file); why != "" {
		m.msg += ", which " + why
		m.weigh(rules.Critical, "the path does not stay in the folder of the model")
	}
}

func describeHDF5(d *Description, f *hdf5.File) {
	for _, t := range f.Datasets {
		shape := make([]int64, len(t.Dims))
		for i, n := range t.Dims {
			shape[i] = int64(n)
		}
		d.Tensors = append(d.Tensors, Tensor{Name: t.Path, DType: fmt.Sprintf("class %d of %d bytes", t.Class, t.Item), Shape: shape, Off: t.Off, Bytes: t.Bytes})
	}
	for _, a := range f.Attributes {
		if len(a.Texts) == 1 {
			d.Metadata = append(d.Metadata, Pair{a.Object + "@" + a.Name, a.Texts[0]})
		}
	}
}
