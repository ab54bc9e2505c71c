package checkstest

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// Generate makes a Python repository of n files, the same for the same n: packages of modules of about 150 lines with
// classes, functions, comments, strings and imports as ML code has them, tests, documents, a manifest and a few gaps. It is
// what speed is measured on.
func Generate(n int) map[string][]byte {
	r := rand.New(rand.NewPCG(uint64(n), 27))
	files := map[string][]byte{
		"requirements.txt": []byte("torch==2.4.0\ntransformers>=4.40\nnumpy\nopenai==1.40.0\n"),
		"README.md":        []byte("# generated\n\nA generated repository.\n"),
	}
	for i := len(files); i < n; i++ {
		switch {
		case i%40 == 0:
			files[fmt.Sprintf("docs/page%04d.md", i)] = []byte(strings.Repeat("Some words about how the training pipeline of this module is run.\n", 60))
		case i%15 == 0:
			files[fmt.Sprintf("tests/area%02d/test_module%04d.py", i/100, i)] = module(r, i)
		default:
			files[fmt.Sprintf("src/pkg%02d/sub%d/module%04d.py", i/100, i%4, i)] = module(r, i)
		}
	}
	return files
}

var (
	imports = []string{"import os", "import json", "import logging", "import numpy as np", "import torch", "from torch import nn", "from pathlib import Path", "import re",
		"from transformers import AutoModel", "from dataclasses import dataclass", "import subprocess", "import requests", "from typing import Any, Iterable"}
	statements = []string{
		"value = self.%s(batch[%d], scale=0.5)", "logger.info(\"processed %s of batch {}\".format(%d))", "result[\"%s\"] = np.zeros((%d, 16))",
		"if %s is None and len(items) > %d:\n            raise ValueError(\"%[1]s must be set\")", "for index in range(%[2]d):\n            total_%[1]s += index * 2",
		"# the %s is normalised before it is stored, see section %d of the notes", "response = requests.get(self.url + \"/%s\", timeout=%d)",
		"with open(os.path.join(root, \"%s.json\")) as handle:\n            config = json.load(handle)[%d]", "tensor_%s = torch.cat([left, right], dim=%d)",
		"parts = re.split(r\"[,;]\\s*\", text_%s)[%d:]", "assert isinstance(self.%s, dict), \"step %d\"",
	}
	names = []string{"encoder", "tokens", "cache", "weights", "loader", "schedule", "metrics", "prompt", "history", "embedding", "session", "features"}
)

func module(r *rand.Rand, i int) []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "\"\"\"Module %d: helpers of the training and serving code.\"\"\"\n\n", i)
	for range 5 {
		b.WriteString(imports[r.IntN(len(imports))] + "\n")
	}
	b.WriteString("\nlogger = logging.getLogger(__name__)\n")
	for c := range 3 {
		fmt.Fprintf(&b, "\n\nclass Part%d_%d:\n    \"\"\"One part of the pipeline.\"\"\"\n", i, c)
		for m := range 4 {
			name := names[r.IntN(len(names))]
			fmt.Fprintf(&b, "\n    def %s_%d(self, batch, items, text=\"\"):\n        \"\"\"Returns the %s of a batch.\"\"\"\n", name, m, name)
			for range 8 {
				fmt.Fprintf(&b, "        "+statements[r.IntN(len(statements))]+"\n", names[r.IntN(len(names))], 1+r.IntN(90))
			}
			b.WriteString("        return result\n")
		}
	}
	if i%97 == 0 {
		b.WriteString("\n\ndef restore(path):\n    return torch.load(path)\n")
	}
	return []byte(b.String())
}
