package notebook

import (
	"strings"
	"testing"
)

func TestCodeCellsKeepTheirPlace(t *testing.T) {
	src := `{"cells": [
 {"cell_type": "markdown", "source": ["torch.load(x)"]},
 {"cell_type": "code", "source": ["%pip install torch\n", "import torch\n", "m = torch.load(\"a\\u00e9\")"]},
 {"cell_type": "code", "source": "!ls\nprint(1)"},
 {"cell_type": "code", "source": ["%%bash\n", "rm x"]}
], "nbformat": 4}`
	f, err := Parse([]byte(src))
	if err != nil {
		t.Fatal(err)
	}
	want := "#pip install torch\nimport torch\nm = torch.load(\"a\\u00e9\")\n#ls\nprint(1)\n#%bash\n#m x\n"
	if string(f.Source) != want || f.Cells != 3 {
		t.Errorf("got %q in %d cells", f.Source, f.Cells)
	}
	i := strings.Index(string(f.Source), "torch.load")
	if off := f.Offset(i); !strings.HasPrefix(src[off:], "torch.load(") || strings.Count(src[:off], "\n") != 2 {
		t.Errorf("byte %d of the source is byte %d of the file: %q", i, off, src[off:off+12])
	}
}

func TestOtherLanguagesHaveNoPython(t *testing.T) {
	f, err := Parse([]byte(`{"metadata": {"kernelspec": {"language": "R"}}, "cells": [{"cell_type": "code", "source": "x"}]}`))
	if err != nil || len(f.Source) != 0 {
		t.Errorf("%q %v", f.Source, err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(`{"cells":[{"cell_type":"code","source":["a\ud83d\ude00\n","%x"]}]}`))
	f.Fuzz(func(t *testing.T, src []byte) {
		n, err := Parse(src)
		if err != nil {
			return
		}
		for i := range n.Source {
			if off := n.Offset(i); off < 0 || off > len(src) {
				t.Fatalf("byte %d stands at %d of %d", i, off, len(src))
			}
		}
	})
}
