package model

import (
	"fmt"
	"strings"

	"bakedin/checks"
	"bakedin/rules"
)

// unknownImport reports imports on neither list that are kept or constructed. They are less loud where the repository
// provides the module: its own code, or a package that it declares.
func unknownImport(pass *checks.Pass, c *contents) {
	r := reporting(pass)
	c.each(func(p *part, v *verdict) {
		for _, d := range v.deeds {
			if d.class != unknown || d.called {
				continue
			}
			msg := fmt.Sprintf("%s is %s %s, and nobody reviewed it", d.full(), d.via, where(p, d.at))
			by := providedBy(pass.Repo, d.module)
			if by == "" {
				r.at(p, d.at, d.anchor(), msg+": nothing in this repository provides the module "+d.module)
				continue
			}
			severity(r.at(p, d.at, d.anchor(), msg+": the module comes from "+by), rules.Medium, "the repository provides the module: "+by)
		}
	})
}

// providedBy names the file or the declared package that a module comes from, or is empty.
func providedBy(r *checks.Repo, module string) string {
	if r == nil {
		return ""
	}
	file := strings.ReplaceAll(module, ".", "/")
	for _, root := range []string{"", "src/", "lib/"} {
		for _, path := range []string{root + file + ".py", root + file + "/__init__.py"} {
			if r.Has(path) {
				return path
			}
		}
	}
	top, _, _ := strings.Cut(module, ".")
	norm := strings.ReplaceAll(strings.ToLower(top), "_", "-")
	for _, p := range r.Packages {
		if p.Norm == norm || p.Norm == distribution[top] {
			return p.Path
		}
	}
	return ""
}

// distribution names packages whose modules are called otherwise.
var distribution = map[string]string{
	"PIL": "pillow", "cv2": "opencv-python", "sklearn": "scikit-learn", "skimage": "scikit-image", "yaml": "pyyaml",
	"bs4": "beautifulsoup4", "sentence_transformers": "sentence-transformers", "pytorch_lightning": "pytorch-lightning",
	"hydra": "hydra-core", "dateutil": "python-dateutil",
}
