package model

import (
	"fmt"
	"path"
	"strings"

	"bakedin/checks"
	"bakedin/internal/format/pickle"
	"bakedin/rules"
)

// sidecar is an array that old joblib kept in a file of its own: the pickle names it, and the loader opens it with numpy,
// pickles and all, before anything else is looked at.
// Source: joblib/numpy_pickle_compat.py, NDArrayWrapper.read and ZNDArrayWrapper.read
type sidecar struct {
	at   pickle.Place
	file string
}

func isSidecar(cls *pickle.Import) bool {
	return (cls.Name == "NDArrayWrapper" || cls.Name == "ZNDArrayWrapper") && strings.Contains(cls.Module, "joblib.numpy_pickle")
}

// external notes the file name in the state of a wrapper.
func (j *judging) external(u pickle.Use, cls *pickle.Import) {
	if !isSidecar(cls) {
		return
	}
	items := u.Args.Items()
	for i := 0; i+1 < len(items); i += 2 {
		if j.file.Text(items[i], 16) == "filename" {
			j.sidecars = append(j.sidecars, sidecar{u.At, j.file.Text(items[i+1], 4096)})
		}
	}
}

// externalFile reports sidecars that lie elsewhere, or are not here to be looked at. One beside the pickle is a model file
// like any other, and is read as one.
func externalFile(pass *checks.Pass, c *contents) {
	r := reporting(pass)
	c.each(func(p *part, v *verdict) {
		for _, s := range v.sidecars {
			why := outside(s.file)
			if why == "" && strings.ContainsAny(s.file, `/\`) {
				why = "names another folder"
			}
			missing := why == "" && pass.Repo != nil && !pass.Repo.Has(path.Join(path.Dir(pass.File.Path), s.file))
			if missing {
				why = "is not here to be looked at"
			}
			if why == "" {
				continue
			}
			f := r.at(p, s.at, "file "+s.file, fmt.Sprintf("an array is read from %.120q, which %s, %s", s.file, why, where(p, s.at)))
			if missing {
				severity(f, rules.Medium, "the file beside it may have been left out")
			}
		}
	})
}
