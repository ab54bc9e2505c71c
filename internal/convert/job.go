package convert

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// File is a source on disk that remembers how it was.
type File struct {
	f    *os.File
	path string
	info fs.FileInfo
}

// OpenSource opens a regular file for reading.
func OpenSource(path string) (*File, error) {
	info, err := os.Stat(path) // before it is opened: opening a pipe would wait for its writer
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is not a regular file", path)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	if info, err = f.Stat(); err != nil {
		f.Close()
		return nil, err
	}
	return &File{f, path, info}, nil
}

// ReadAt implements io.ReaderAt.
func (f *File) ReadAt(p []byte, off int64) (int, error) { return f.f.ReadAt(p, off) }

// Close closes the file.
func (f *File) Close() error { return f.f.Close() }

// Size of the file when it was opened.
func (f *File) Size() int64 { return f.info.Size() }

// Name is the last part of the path.
func (f *File) Name() string { return filepath.Base(f.path) }

// Changed is a Refusal when the file is no longer the one that was opened, or no longer as it was.
func (f *File) Changed() error {
	now, err := os.Stat(f.path)
	if err != nil {
		return refuse(f.Name(), ErrChanged, "", -1, "the source went away while it was read: %v", err)
	}
	if !os.SameFile(now, f.info) || now.Size() != f.info.Size() || !now.ModTime().Equal(f.info.ModTime()) {
		return refuse(f.Name(), ErrChanged, "", -1, "the source changed while it was read")
	}
	return nil
}

// Job is all that one run of the command makes: a checkpoint, the shards of an index, or an array.
type Job struct {
	Arrays  *Arrays // of a .npy or .npz
	outputs []*Output
	sources []*File
	opened  []*File // by the job itself
	dir     string
}

// NewJob plans what becomes of a file. output is the path to write, or, for an index of shards, a folder; empty: beside the
// source, by its name.
func NewJob(src *File, output string, opt Options) (*Job, error) {
	j := &Job{sources: []*File{src}, dir: filepath.Dir(src.path)}
	var head [6]byte
	src.ReadAt(head[:], 0)
	var err error
	switch name := src.Name(); {
	case strings.HasSuffix(name, ".index.json"):
		err = j.shards(src, output, opt)
	case string(head[:]) == npyMagic || strings.HasSuffix(name, ".npz"):
		if output == "" {
			ext := filepath.Ext(src.path)
			output = strings.TrimSuffix(src.path, ext) + ".plain" + ext
		}
		err = j.arrays(src, output, opt)
	default:
		if output == "" {
			output = filepath.Join(j.dir, OutputName(name))
		}
		err = j.checkpoint(src, output, opt)
	}
	if err != nil {
		j.Close()
		return nil, err
	}
	return j, nil
}

// Close closes the shards that the job opened.
func (j *Job) Close() {
	for _, f := range j.opened {
		f.Close()
	}
}

// OutputName is the name by convention: the last extension becomes .safetensors, and pytorch_model becomes model.
func OutputName(name string) string {
	base := strings.TrimSuffix(name, filepath.Ext(name))
	if rest, ok := strings.CutPrefix(base, "pytorch_model"); ok && strings.HasSuffix(name, ".bin") {
		base = "model" + rest
	}
	return base + ".safetensors"
}

// SidecarName is the name of the JSON beside an output.
func SidecarName(output string) string {
	return strings.TrimSuffix(output, ".safetensors") + ".extra.json"
}

func (j *Job) checkpoint(src *File, output string, opt Options) error {
	p, err := PlanTorch(src, src.Size(), opt)
	if err != nil {
		return err
	}
	j.outputs = append(j.outputs, &Output{Path: output, Plan: p})
	if p.Sidecar != nil {
		j.outputs = append(j.outputs, &Output{Path: SidecarName(output), Text: p.Sidecar})
	}
	return nil
}

const maxIndex = 64 << 20

// shards plans every file of an index, and the index of what they become. All of them or none.
func (j *Job) shards(src *File, output string, opt Options) error {
	text, err := io.ReadAll(io.NewSectionReader(src, 0, min(src.Size(), maxIndex+1)))
	if err != nil {
		return err
	}
	bad := func(format string, args ...any) error { return refuse(src.Name(), ErrLayout, "", -1, format, args...) }
	if len(text) > maxIndex {
		return refuse(src.Name(), ErrLimit, "", -1, "an index of more than %d bytes", maxIndex)
	}
	var index struct {
		WeightMap map[string]string `json:"weight_map"`
	}
	if err := json.Unmarshal(text, &index); err != nil || len(index.WeightMap) == 0 {
		return bad("no index of shards: it has no weight_map of names to files")
	}
	dir := j.dir
	if output != "" {
		dir = output
	}
	renamed := map[string]string{}
	opt.Keep = All // a name of the index must be found in its shard
	problems := &Refusal{File: src.Name()}
	for _, shard := range slices.Compact(slices.Sorted(maps.Values(index.WeightMap))) {
		if filepath.Base(shard) != shard || shard == "." || shard == ".." || strings.ContainsAny(shard, "\\\x00") {
			return bad("shard %q is not a file beside the index", shard)
		}
		f, err := OpenSource(filepath.Join(j.dir, shard))
		if err != nil {
			return bad("shard %q: %v", shard, err)
		}
		j.opened, j.sources = append(j.opened, f), append(j.sources, f)
		opt.Name = shard
		renamed[shard] = OutputName(shard)
		var r *Refusal
		switch err := j.checkpoint(f, filepath.Join(dir, renamed[shard]), opt); {
		case errors.As(err, &r):
			for _, p := range r.Problems {
				p.Msg = shard + ": " + p.Msg
				problems.Problems = append(problems.Problems, p)
			}
			problems.More += r.More
			continue
		case err != nil:
			return err
		}
		for _, e := range j.Plans()[len(j.Plans())-1].Tensors {
			if index.WeightMap[e.Name] != shard {
				return bad("tensor %q of shard %q is not in the index", e.Name, shard)
			}
			delete(index.WeightMap, e.Name)
		}
	}
	if err := problems.err(); err != nil {
		return err
	}
	for name, shard := range index.WeightMap {
		return bad("the index puts tensor %q into shard %q, where it is not", name, shard)
	}
	next := string(text)
	for old, now := range renamed {
		next = strings.ReplaceAll(next, `"`+old+`"`, `"`+now+`"`)
	}
	name := OutputName(strings.TrimSuffix(src.Name(), ".index.json")) + ".index.json"
	j.outputs = append(j.outputs, &Output{Path: filepath.Join(dir, name), Text: []byte(next)})
	return nil
}

// Plans of the checkpoints.
func (j *Job) Plans() []*Plan {
	var out []*Plan
	for _, o := range j.outputs {
		if o.Plan != nil {
			out = append(out, o.Plan)
		}
	}
	return out
}

// Names are the paths that are written.
func (j *Job) Names() []string {
	var out []string
	for _, o := range j.outputs {
		out = append(out, o.Path)
	}
	return out
}

// Receipts of what was saved.
func (j *Job) Receipts() []*Receipt {
	var out []*Receipt
	for _, o := range j.outputs {
		if o.Receipt != nil {
			out = append(out, o.Receipt)
		}
	}
	return out
}

// Save writes everything, or nothing. receipt is a path for the receipts, or empty.
func (j *Job) Save(ctx context.Context, opt SaveOptions, receipt string) error {
	opt.Changed = func() error {
		for _, f := range j.sources {
			if err := f.Changed(); err != nil {
				return err
			}
		}
		return nil
	}
	return Save(ctx, j.outputs, opt, func() ([]*Output, error) {
		if receipt == "" {
			return nil, nil
		}
		var of any = j.Receipts()
		if r := j.Receipts(); len(r) == 1 {
			of = r[0]
		}
		text, err := json.MarshalIndent(of, "", " ")
		return []*Output{{Path: receipt, Text: append(text, '\n')}}, err
	})
}
