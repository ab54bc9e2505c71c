package checks

import (
	"strings"
	"testing"

	"bakedin/internal/repo"
	"bakedin/rules"
)

func TestEvidenceStandsInCode(t *testing.T) {
	python, script := repo.Asset{Kind: repo.Code, Format: "python"}, repo.Asset{Kind: repo.Code, Format: "typescript"}
	for _, c := range []struct {
		name, path, text string
		asset            repo.Asset
		want             rules.Strength
	}{
		{"a call", "a.py", "x = HERE()\n", python, rules.E2},
		{"a comment", "a.py", "x = 1  # HERE()\n", python, rules.E0},
		{"a docstring", "a.py", "def f():\n    \"\"\"Calls HERE().\"\"\"\n", python, rules.E0},
		{"the docstring of an attribute", "a.py", "class A:\n    x = 1\n    'HERE()'\n", python, rules.E0},
		{"a text of several lines", "a.py", "x = \"\"\"\nHERE()\n\"\"\"\n", python, rules.E0},
		{"a string", "a.py", "x = ['HERE']\n", python, rules.E2},
		{"an import", "a.py", "from x import (\n    HERE,\n)\n", python, rules.E1},
		{"a branch that is never taken", "a.py", "if False:\n    HERE()\n", python, rules.E0},
		{"below it", "a.py", "if False:\n    x()\nHERE()\n", python, rules.E2},
		{"for type checkers", "a.py", "if TYPE_CHECKING:\n    from x import HERE\n", python, rules.E0},
		{"a cell", "a.ipynb", `{"cells": [{"cell_type": "code", "source": ["HERE()"]}]}`, repo.Asset{Kind: repo.Notebook}, rules.E2},
		{"prose of a notebook", "a.ipynb", `{"cells": [{"cell_type": "markdown", "source": ["HERE()"]}, {"cell_type": "code", "source": ["x()"]}]}`, repo.Asset{Kind: repo.Notebook}, rules.E0},
		{"TypeScript", "a.ts", "x(HERE)\n", script, rules.E2},
		{"a comment of TypeScript", "a.ts", "/*\n * HERE\n */\n", script, rules.E0},
		{"an address", "a.ts", "x('https://HERE')\n", script, rules.E2},
		{"an import of TypeScript", "a.ts", "import { HERE } from 'x'\n", script, rules.E1},
		{"a module that is required", "a.js", "const { HERE } = require('x')\n", repo.Asset{Kind: repo.Code, Format: "javascript"}, rules.E1},
		{"a module that is required and called", "a.js", "const a = require('HERE')()\n", repo.Asset{Kind: repo.Code, Format: "javascript"}, rules.E2},
		{"an import of Go", "a.go", "import (\n\t\"HERE\"\n)\n", repo.Asset{Kind: repo.Code, Format: "go"}, rules.E1},
		{"a comment of Go", "a.go", "package a // HERE\n", repo.Asset{Kind: repo.Code, Format: "go"}, rules.E0},
		{"a comment of YAML", "a.yaml", "a: 1 # HERE\n", repo.Asset{}, rules.E0},
		{"a value of YAML", "a.yaml", "a: HERE\n", repo.Asset{}, rules.E2},
		{"a comment of Terraform", "a.tf", "a = 1 // HERE\n", repo.Asset{}, rules.E0},
		{"a comment of nginx", "a.conf", "  # HERE;\n", repo.Asset{}, rules.E0},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := FileOf(c.path, inMemory(c.text))
			f.Assets = []repo.Asset{c.asset}
			if got := EvidenceAt(f, strings.Index(c.text, "HERE")); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}
