package checks

import (
	"bytes"

	"bakedin/internal/manifest"
)

// Manifest is the fact of a dependency manifest; nil for a file that is none. A template of a manifest, as project
// generators ship them, is none: its slots are not filled.
var Manifest = NewFact(func(f *File) (*manifest.File, error) {
	text, err := f.Bytes()
	if err != nil {
		return nil, err
	}
	m, err := manifest.Parse(f.Path, text, manifest.Limits{})
	if err != nil && hasSlots(text) {
		return nil, nil
	}
	return m, err
})

// hasSlots tells whether a text is written in one of the usual template languages.
func hasSlots(text []byte) bool {
	return bytes.Contains(text, []byte("{{")) || bytes.Contains(text, []byte("{%")) || bytes.Contains(text, []byte("<%"))
}

// packagesOf reads a manifest. One that its reader refuses is a Skip.
func packagesOf(f *File) ([]Package, *Skip) {
	m, err := Manifest.Of(f)
	if err != nil {
		return nil, asSkip(err, "parse")
	}
	if m == nil {
		if manifest.IsManifest(f.Path) {
			return nil, &Skip{Kind: "unsupported", Detail: "a template: its slots are not filled, it names no packages"}
		}
		return nil, nil
	}
	out := make([]Package, len(m.Packages))
	for i, p := range m.Packages {
		out[i] = Package{Path: f.Path, Package: p}
	}
	return out, nil
}
