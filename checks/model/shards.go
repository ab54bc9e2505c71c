package model

import (
	"context"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"bakedin/checks"
	"bakedin/internal/format/safetensors"
	"bakedin/internal/lang/keys"
)

const maxIndex = 64 << 20

// shardName is the name of one of the files that a large model is cut into, as Hugging Face writes it.
var shardName = regexp.MustCompile(`^(.*)-\d{5}-of-\d{5}(\.[a-z]+)$`)

// shardMismatch holds the index of a model that is cut into files against the files beside it. One whose files all lie
// elsewhere says nothing.
func shardMismatch(ctx context.Context, p *checks.RepoPass) error {
	for _, file := range p.Repo.Files {
		if !strings.HasSuffix(file.Path, ".index.json") || file.Size > maxIndex {
			continue
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		b, err := p.Tree.ReadFile(file.Path, maxIndex)
		if err != nil {
			return err
		}
		root, err := keys.Parse("json", b, keys.Limits{Nodes: 5_000_000})
		if err != nil || root == nil || root.Child("weight_map") == nil {
			continue
		}
		x := readIndex(file.Path, root.Child("weight_map"))
		for _, wrong := range x.against(p) {
			f := p.Report(file.Path, wrong, "The index and the files beside it tell two stories: "+wrong+".")
			f.Fixes = []checks.Fix{checks.Steps("fetch-again", "Fetch the model again", "Fetch index and files at one commit of their publisher: hf download MODEL --revision COMMIT.",
				"Compare the digests with those that the publisher shows.", "Remove files that the index does not name.")}
		}
	}
	return incomplete(p)
}

// splitName is the name of one of the files that llama.cpp cuts a model into. There is no index: the names count them.
var splitName = regexp.MustCompile(`^(.*)-\d{5}-of-(\d{5})\.gguf$`)

// incomplete tells of models whose names count more files than lie beside each other.
func incomplete(p *checks.RepoPass) error {
	first, there := map[string]string{}, map[string]int{}
	var order []string
	for _, f := range p.Repo.Files {
		m := splitName.FindStringSubmatch(path.Base(f.Path))
		if m == nil {
			continue
		}
		model := path.Join(path.Dir(f.Path), m[1]) + " " + m[2]
		if there[model]++; there[model] == 1 {
			first[model] = f.Path
			order = append(order, model)
		}
	}
	for _, model := range order {
		total, err := strconv.Atoi(model[strings.LastIndexByte(model, ' ')+1:])
		if n := there[model]; err == nil && n < total {
			f := p.Report(first[model], "split", fmt.Sprintf("By its name the model is cut into %d files, %d of them are here.", total, n))
			f.Fixes = []checks.Fix{checks.Steps("fetch-again", "Fetch the model again", "Fetch all files at one commit of their publisher: hf download MODEL --revision COMMIT.",
				"Compare the digests with those that the publisher shows.")}
		}
	}
	return nil
}

// index is what an index file says: which tensor lies in which file.
type index struct {
	dir    string
	where  map[string]string // tensor to file
	shards []string
}

func readIndex(file string, weights *keys.Node) index {
	x := index{dir: path.Dir(file), where: map[string]string{}}
	for _, n := range weights.Items {
		x.where[n.Key] = n.Value
		x.shards = append(x.shards, n.Value)
	}
	slices.Sort(x.shards)
	x.shards = slices.Compact(x.shards)
	return x
}

// against lists what is wrong, in a fixed order.
func (x index) against(p *checks.RepoPass) []string {
	var there, missing, out []string
	for _, s := range x.shards {
		switch {
		case outside(s) != "" || s != path.Base(s):
			out = append(out, fmt.Sprintf("it names %.80q, which is no file beside it", s))
		case p.Repo.Has(path.Join(x.dir, s)):
			there = append(there, s)
		default:
			missing = append(missing, s)
		}
	}
	if len(there) == 0 {
		return out
	}
	if len(missing) > 0 {
		out = append(out, fmt.Sprintf("%d of its %d files are missing, the first is %s", len(missing), len(x.shards), missing[0]))
	}
	if extra := x.surplus(p); len(extra) > 0 {
		out = append(out, fmt.Sprintf("%s is named like one of its files, and it does not name it", extra[0]))
	}
	return append(out, x.tensors(p, there)...)
}

// surplus are files beside the index that are named like its own.
func (x index) surplus(p *checks.RepoPass) []string {
	stems := map[string]bool{}
	for _, s := range x.shards {
		if m := shardName.FindStringSubmatch(s); m != nil {
			stems[m[1]+m[2]] = true
		}
	}
	var out []string
	for _, f := range p.Repo.Files {
		base := path.Base(f.Path)
		m := shardName.FindStringSubmatch(base)
		if m != nil && path.Dir(f.Path) == x.dir && stems[m[1]+m[2]] && !slices.Contains(x.shards, base) {
			out = append(out, base)
		}
	}
	return out
}

// tensors compares the names in the headers of safetensors with those of the index.
func (x index) tensors(p *checks.RepoPass, there []string) []string {
	found := map[string]string{}
	for _, s := range there {
		if path.Ext(s) != ".safetensors" {
			continue
		}
		b, err := p.Tree.Open(path.Join(x.dir, s))
		if err != nil {
			continue // told by whoever reads the file itself
		}
		f, _ := safetensors.Parse(b, b.Size(), safetensorsLimits)
		b.Close()
		for _, t := range f.Tensors {
			switch other, twice := found[t.Name]; {
			case twice:
				return []string{fmt.Sprintf("the tensor %.80q lies in %s and in %s", t.Name, other, s)}
			case x.where[t.Name] == "":
				return []string{fmt.Sprintf("%s holds the tensor %.80q, which the index does not name", s, t.Name)}
			case x.where[t.Name] != s:
				return []string{fmt.Sprintf("the tensor %.80q lies in %s, the index says %s", t.Name, s, x.where[t.Name])}
			}
			found[t.Name] = s
		}
	}
	return nil
}
