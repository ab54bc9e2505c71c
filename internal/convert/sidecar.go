package convert

import (
	"bytes"
	"encoding/json"
)

// writeSidecar makes the JSON of everything that is no tensor.
func (p *Plan) writeSidecar(of any, w *walker) error {
	if !w.said && len(p.Ties)+len(p.Unshared)+len(p.Left)+len(p.Dropped) == 0 {
		return nil
	}
	type sum struct {
		Storage string `json:"storage"`
		CRC32   string `json:"crc32"`
	}
	sums := []sum{}
	for _, key := range w.keys {
		if s := w.storages[key]; s.hasCRC {
			sums = append(sums, sum{key, hex32(s.crc)})
		}
	}
	doc := object{
		{"format", "bakedin-extra-v1"},
		{"tool", tool(w.opt.Tool)},
		{"note", note(len(p.Dropped) > 0)},
		{"policy", p.Level},
		{"source", object{{"name", p.Source.Name}, {"size", p.Source.Size}, {"container", p.Source.Container}, {"storages", sums}}},
		{"root", p.Root},
		{"ties", list(p.Ties)},
		{"unshared", list(p.Unshared)},
		{"dropped", list(p.Dropped)},
		{"left_behind", list(p.Left)},
		{"object", of},
	}
	text, err := doc.MarshalJSON()
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := json.Indent(&b, text, "", " "); err != nil {
		return err
	}
	b.WriteByte('\n')
	p.Sidecar = b.Bytes()
	return nil
}

func list[T any](s []T) []T {
	if s == nil {
		return []T{}
	}
	return s
}

// RescueNote is shown with every rescue.
const RescueNote = "The weights were copied bit for bit. That the weights are trustworthy is not shown by this; the file they came from carried code."

func note(code bool) string {
	if code {
		return RescueNote
	}
	return "Everything of the source that is no tensor. The weights were copied bit for bit; what they do is not shown by this."
}

// tool names the writer, with its version where it is known.
func tool(version string) string {
	if version == "" {
		return "bakedin"
	}
	return "bakedin " + version
}
