package model

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

// FuzzContents opens whatever it is given under the names of several formats. Nothing panics, and what is proved to hold
// weights only was read whole and has nothing against it.
func FuzzContents(f *testing.F) {
	files, _ := filepath.Glob("testdata/genuine/*.*")
	for i, path := range files {
		if b, err := os.ReadFile(path); err == nil && len(b) < 4<<10 {
			f.Add(b, uint8(i))
		}
	}
	f.Add([]byte(weights(16).head), uint8(1))
	names := []string{"m.pt", "m.safetensors", "m.pkl", "m.joblib", "m.bin", "m.tar", "m.7z", "m.npz", "m.gguf", "m.onnx", "m"}
	f.Fuzz(func(t *testing.T, b []byte, name uint8) {
		c := &contents{}
		c.open(&part{name: names[int(name)%len(names)], size: int64(len(b)), r: bytes.NewReader(b)})
		c.judge()
		if proofOf(c) == "" {
			return
		}
		for _, p := range c.parts {
			if p.verdict != nil && !p.verdict.harmless() {
				t.Errorf("proved to hold weights only, and %s says otherwise", p.member)
			}
			describe(p)
		}
	})
}
