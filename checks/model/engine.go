package model

import "io"

// readEngine tells of a plan of TensorRT: machine code for one kind of accelerator, made by whoever built it. Its layout is
// not published, so what it does cannot be read here.
func readEngine(r *reading) {
	r.found("native-engine", 0, 4, "engine "+string(r.format), "a TensorRT engine: machine code for an accelerator, which loading runs as its builder wrote it")
}

// readBoosted looks at the texts of a model of trees: XGBoost in its three forms, LightGBM, CatBoost. Their loaders make
// numbers and names of it and nothing else, so texts are what somebody could have hidden there. Pickled boosters are pickles.
func readBoosted(r *reading) {
	const window, overlap = 1 << 20, 4 << 10
	buf := make([]byte, min(r.size, window))
	for at := int64(0); at < min(r.size, maxText); at += window - overlap {
		n, err := r.r.ReadAt(buf, at)
		if n == 0 && err != nil {
			if err != io.EOF {
				r.fault(err)
			}
			return
		}
		if what := codeIn(string(buf[:n])); what != "" {
			r.found("unaccounted-bytes", at, 1, "text that "+what, "a text in the model %s", what)
			return
		}
		if at+int64(n) >= r.size {
			return
		}
	}
	r.left("limit", "only the first %d bytes were looked at; bytes", int64(maxText))
}

// maxText is how much of a model of trees is searched.
const maxText = 512 << 20
