package convert

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"io"
	"math"
	"regexp"
	"strings"
	"unicode/utf8"

	"bakedin/internal/format/npy"
	"bakedin/internal/format/pickle"
	"bakedin/internal/format/zipx"
)

// An array of objects (.npy, or a member of .npz, of dtype O) holds a pickle. When all of its members have one plain type it
// becomes an array of that type, which numpy.load reads with allow_pickle=False.
// Source: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html

// Arrays is what becomes of the object arrays of a file.
type Arrays struct {
	Members []Array `json:"members"`
}

// Array is an object array that becomes a plain one.
type Array struct {
	Name  string  `json:"name"` // member of a .npz
	DType string  `json:"dtype"`
	Shape []int64 `json:"shape"`
	Note  string  `json:"note,omitempty"`
	npy   []byte
}

const (
	npyMagic = "\x93NUMPY"
	maxArray = 256 << 20 // an array of objects is held in memory
)

func (j *Job) arrays(src *File, output string, opt Options) error {
	if opt.Limits.Walk == 0 {
		opt.Limits = DefaultLimits()
	}
	j.Arrays = &Arrays{}
	var head [6]byte
	src.ReadAt(head[:], 0)
	if string(head[:]) == npyMagic {
		a, err := plainArray(src, src.Size(), "", opt)
		if err != nil {
			return err
		}
		if a == nil {
			return refuse(src.Name(), ErrNotCheckpoint, "", 0, "a plain array already; there is nothing to do")
		}
		j.Arrays.Members = append(j.Arrays.Members, *a)
		j.outputs = append(j.outputs, &Output{Path: output, Text: a.npy})
		return nil
	}
	return j.npz(src, output, opt)
}

// npz plans an archive in which only the object members are new, in the same order.
func (j *Job) npz(src *File, output string, opt Options) error {
	refusal := &Refusal{File: src.Name()}
	x, err := zipx.Parse(src, src.Size(), opt.Limits.Torch.Zip)
	if err != nil {
		return refuse(src.Name(), ErrZipMismatch, "", -1, "%v", err)
	}
	for _, a := range x.Anomalies {
		code, ok := zipCodes[a.Kind]
		if !ok {
			code = ErrZipMismatch
		}
		refusal.add(code, "", a.Off, "%s", a.Msg)
	}
	made := map[int]Array{}
	for i, e := range x.Entries {
		if e.IsDir() {
			continue
		}
		r, size, err := e.Open()
		if err != nil {
			refusal.add(ErrCompressed, quoted(e.Name), e.Off(), "%v", err)
			continue
		}
		if ok, err := e.Sum(r, size); err != nil || !ok {
			refusal.add(ErrChecksum, quoted(e.Name), e.Off(), "its bytes do not have the checksum that the directory gives")
			continue
		}
		a, err := plainArray(r, size, e.Name, opt)
		if of, ok := err.(*Refusal); ok {
			refusal.Problems = append(refusal.Problems, of.Problems...)
		} else if err != nil {
			return err
		}
		if a != nil {
			made[i] = *a
			j.Arrays.Members = append(j.Arrays.Members, *a)
		}
	}
	if err := refusal.err(); err != nil {
		return err
	}
	if len(made) == 0 {
		return refuse(src.Name(), ErrNotCheckpoint, "", 0, "no member is an array of objects; there is nothing to do")
	}
	j.outputs = append(j.outputs, &Output{Path: output, Write: func(ctx context.Context, w io.Writer) error {
		in, err := zip.NewReader(src, src.Size())
		if err != nil {
			return err
		}
		out := zip.NewWriter(w)
		for i, f := range in.File {
			if err := ctx.Err(); err != nil {
				return err
			}
			a, fresh := made[i]
			if !fresh {
				if err := out.Copy(f); err != nil {
					return err
				}
				continue
			}
			m, err := out.CreateHeader(&zip.FileHeader{Name: f.Name, Method: f.Method})
			if err == nil {
				_, err = m.Write(a.npy)
			}
			if err != nil {
				return err
			}
		}
		return out.Close()
	}})
	return nil
}

// plainArray is nil for an array that holds no objects, and for a member that is no array.
func plainArray(r io.ReaderAt, size int64, entry string, opt Options) (*Array, error) {
	bad := func(c Code, off int64, format string, args ...any) error {
		return refuse(opt.Name, c, quoted(entry), off, format, args...)
	}
	var head [6]byte
	if n, _ := r.ReadAt(head[:], 0); n < len(head) || string(head[:]) != npyMagic {
		return nil, nil
	}
	f, err := npy.Parse(r, size, npy.Limits{Header: 1 << 20, Depth: 32})
	switch {
	case err != nil:
		return nil, bad(ErrObjectArray, -1, "%v", err)
	case !f.Object:
		return nil, nil
	case len(f.Problems) > 0:
		return nil, bad(ErrObjectArray, f.Problems[0].Off, "%s", f.Problems[0].Msg)
	case f.DType != "'|O'" && f.DType != "'O'":
		return nil, bad(ErrObjectArray, 10, "an array of records, which is not made plain")
	}
	body := f.Data
	if size-body > maxArray {
		return nil, bad(ErrLimit, body, "an array of objects of %d bytes, the limit is %d", size-body, maxArray)
	}
	b := make([]byte, size-body)
	if k, err := r.ReadAt(b, body); k < len(b) {
		return nil, fmt.Errorf("%s: byte %d: %w", opt.Name, body+int64(k), err)
	}
	src := &checkpoint{kind: "npy", entry: quoted(entry), base: body}
	refusal := &Refusal{File: opt.Name}
	if err := src.parse(refusal, bytes.NewReader(b), int64(len(b)), opt.Limits); err != nil {
		return nil, err
	}
	w := newWalker(src, opt, refusal)
	code := w.judge()
	w.refuseCode(code)
	for i := range refusal.Problems {
		refusal.Problems[i].Next = "save it again as JSON or Parquet where the file is trusted"
	}
	if err := refusal.err(); err != nil {
		return nil, err
	}
	return w.array(entry, len(b))
}

// element is a member of an array: its kind, and its bytes.
type element struct {
	kind  string // f8, i8, b1, U, or dtype and shape of an array
	n     int64
	text  string
	bytes []byte
	shape []int64
}

// array makes the plain array of what the pickle describes.
func (w *walker) array(entry string, input int) (*Array, error) {
	shape, dtype, data, ok := w.ndarray(w.c.stream.Result)
	if !ok || dtype[0] != 'O' || data.Kind() != pickle.List || !data.Whole() {
		w.refuse(ErrObjectArray, 0, "something else than an ordinary array of objects")
		return nil, w.refusal
	}
	count := int64(1)
	for _, n := range shape {
		if n < 0 || n > maxArray || count*n > maxArray {
			w.refuse(ErrObjectArray, 0, "an array of shape %v", shape)
			return nil, w.refusal
		}
		count *= n
	}
	items := data.Items()
	if count != int64(len(items)) || count == 0 {
		w.refuse(ErrObjectArray, 0, "%d members for shape %v", len(items), shape)
		return nil, w.refusal
	}
	all := make([]element, len(items))
	kinds := map[string]bool{}
	for i, v := range items {
		if all[i], ok = w.element(v); !ok {
			w.refuse(ErrObjectArray, offset(v), "member %d is %s, which no plain array holds; JSON or Parquet do", i, w.brief(v, 2))
			return nil, w.refusal
		}
		kinds[all[i].kind] = true
	}
	a := &Array{Name: entry, Shape: shape}
	if len(kinds) == 2 && kinds["f8"] && kinds["i8"] {
		if w.opt.Level != Rescue {
			w.refuse(ErrObjectArray, 0, "integers and floats are mixed; --rescue makes all of them floats")
			return nil, w.refusal
		}
		for i := range all {
			if all[i].kind != "i8" {
				continue
			}
			if n := all[i].n; n > 1<<53 || n < -1<<53 {
				w.refuse(ErrObjectArray, offset(items[i]), "member %d, %d, is no float without rounding", i, n)
				return nil, w.refusal
			}
			all[i] = element{kind: "f8", n: int64(math.Float64bits(float64(all[i].n)))}
		}
		kinds = map[string]bool{"f8": true}
		a.Note = "integers became floats"
	}
	if len(kinds) != 1 {
		w.refuse(ErrObjectArray, 0, "members of different types or shapes; JSON or Parquet hold them")
		return nil, w.refusal
	}
	out, ok := a.fill(all, input, w.opt.AllowGrowth)
	if !ok {
		w.refuse(ErrBlowup, 0, "texts of very different length would take more than four times the bytes")
		return nil, w.refusal
	}
	a.npy = out
	return a, nil
}

// element reads one member.
func (w *walker) element(v pickle.Value) (element, bool) {
	switch v.Kind() {
	case pickle.Float:
		return element{kind: "f8", n: int64(math.Float64bits(v.Float()))}, true
	case pickle.Int:
		n, _ := v.Int()
		return element{kind: "i8", n: n}, true
	case pickle.Bool:
		n, _ := v.Int()
		return element{kind: "b1", n: n}, true
	case pickle.Str:
		s := w.text(v)
		// numpy drops zeros at the end of a text, and surrogates are no characters
		return element{kind: "U", text: s}, utf8.ValidString(s) && !strings.HasSuffix(s, "\x00")
	case pickle.Call:
		shape, dtype, data, ok := w.ndarray(v)
		if !ok || len(shape) == 0 || !regexp.MustCompile(`^[fiub][1248]$`).MatchString(dtype) {
			return element{}, false
		}
		b, ok := w.blob(data)
		size := int64(dtype[1] - '0')
		for _, n := range shape {
			if n < 0 || n > maxArray || size*n > maxArray {
				return element{}, false
			}
			size *= n
		}
		order := "<"
		if dtype[1] == '1' {
			order = "|"
		}
		return element{kind: fmt.Sprint(order+dtype, " ", shape), bytes: b, shape: shape}, ok && int64(len(b)) == size
	}
	return element{}, false
}

// blob is bytes, as a literal or as protocol 2 spells them.
func (w *walker) blob(v pickle.Value) ([]byte, bool) {
	if v.Kind() == pickle.Bytes {
		return []byte(w.bytes(v)), true
	}
	if v.Kind() == pickle.Call {
		return w.encoded(v)
	}
	return nil, false
}

// ndarray reads _reconstruct(ndarray, (0,), b"b") with its state (version, shape, dtype, fortran, data), in C order.
func (w *walker) ndarray(v pickle.Value) (shape []int64, dtype string, data pickle.Value, ok bool) {
	name, _, args := w.decoder.call(v)
	if !strings.HasSuffix(name, "core.multiarray._reconstruct") || len(args) != 3 {
		return
	}
	if class, _ := globalOf(args[0]); class != "numpy.ndarray" {
		return
	}
	writes, states := w.states(v)
	if len(writes) != 0 || len(states) != 1 || states[0].Kind() != pickle.Tuple || len(states[0].Items()) != 5 {
		return
	}
	s := states[0].Items()
	shape, ok = w.integers(s[1])
	fortran, _ := s[3].Int()
	if !ok || s[3].Kind() != pickle.Bool || fortran != 0 && len(shape) > 1 {
		return nil, "", data, false
	}
	if name, _, args := w.decoder.call(s[2]); name == "numpy.dtype" && len(args) > 0 && strings.HasPrefix(w.text(args[0]), "O") {
		return shape, "O", s[4], true
	}
	dtype, ok = w.numpyType(s[2])
	return shape, dtype, s[4], ok
}
