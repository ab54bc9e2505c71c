package data

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"bakedin/checks"
	"bakedin/internal/repo"
)

// A card is about the assets that it names, or else about those that lie beside it. A card for another model documents none.

var (
	// names of files that say nothing of what is in them
	generic = regexp.MustCompile(`(?i)^(?:(?:pytorch_|tf_|adapter_|flax_|saved_|diffusion_pytorch_)?model|weights|checkpoint|best|last|final|train(?:ing)?|test|val(?:id(?:ation)?)?|dev|eval|data(?:set)?)(?:[-_.]\d+(?:-of-\d+)?)?$`)
	// what tells the shards and the roundings of one model apart
	variant = regexp.MustCompile(`(?i)[-_.](?:q\d\w*|iq\d\w*|f16|f32|fp16|fp32|bf16|int[48]|quant\w*|\d{5}-of-\d{5}|\d+)$`)
	word    = regexp.MustCompile(`[\p{L}\p{N}][\p{L}\p{N}_.-]*(?:/[\p{L}\p{N}_.-]+)?`)
)

// subjects are the ids of the assets of a kind that a document describes; there tells whether the product has any.
func subjects(p *checks.Pass, d *checks.Document, kind repo.Kind) (ids []string, there bool) {
	var all, named []repo.Asset
	for _, a := range p.Repo.Assets {
		if a.Kind == kind && !a.InTests {
			all = append(all, a)
		}
	}
	text, title := strings.ToLower(string(d.Text)), titles(d)
	for _, a := range all {
		if names(text, title, a) {
			named = append(named, a)
		}
	}
	if len(named) == 0 {
		named = beside(all, path.Dir(p.File.Path))
	}
	for _, a := range all {
		if slices.ContainsFunc(named, func(n repo.Asset) bool { return n.ID == a.ID || sameModel(n, a) }) {
			ids = append(ids, a.ID)
		}
	}
	return ids, len(all) > 0
}

// titles are the words of the headings and of the front matter: where a card says what it is about.
func titles(d *checks.Document) map[string]bool {
	out := map[string]bool{}
	add := func(text string) {
		for _, w := range word.FindAllString(strings.ToLower(text), -1) {
			out[strings.TrimRight(w, ".-")] = true
		}
	}
	add(string(d.Text[:d.Front]))
	for _, s := range d.Sections {
		add(s.Title)
	}
	return out
}

// names tells whether a text names an asset: by path, by a file name that is its own, by digest, or in a title by its name
// without the suffix.
func names(text string, title map[string]bool, a repo.Asset) bool {
	base := path.Base(a.Path)
	stem := strings.TrimSuffix(base, path.Ext(base))
	if generic.MatchString(stem) {
		base, stem = a.Path, path.Base(path.Dir(a.Path))
		if strings.Count(a.Path, "/") == 0 {
			base, stem = "", ""
		}
	}
	digest := ""
	if a.LFS != nil {
		digest = a.LFS.OID
	} else if a.SHA256 != nil {
		digest = *a.SHA256
	}
	has := func(s string) bool { return s != "" && strings.Contains(text, strings.ToLower(s)) }
	return has(digest) || has(a.Path) || has(base) || stem != "." && stem != "" && title[strings.ToLower(stem)]
}

// beside are the assets in the folder of a card, or below it when that is one folder. Several models of different names in
// one folder have to be named.
func beside(all []repo.Asset, dir string) []repo.Asset {
	var here, below []repo.Asset
	for _, a := range all {
		switch in := path.Dir(a.Path); {
		case in == dir:
			here = append(here, a)
		case dir != "." && strings.HasPrefix(in, dir+"/"):
			below = append(below, a)
		}
	}
	if len(here) == 0 {
		here = below
		if slices.ContainsFunc(below, func(a repo.Asset) bool { return path.Dir(a.Path) != path.Dir(below[0].Path) }) {
			return nil
		}
	}
	if slices.ContainsFunc(here, func(a repo.Asset) bool { return !sameModel(a, here[0]) }) {
		return nil
	}
	return here
}

// sameModel tells whether two files of one folder are shards, roundings or formats of one thing.
func sameModel(a, b repo.Asset) bool {
	if path.Dir(a.Path) != path.Dir(b.Path) {
		return false
	}
	x, y := family(a.Path), family(b.Path)
	return x == "" || y == "" || x == y
}

func family(file string) string {
	base := path.Base(file)
	stem := strings.ToLower(strings.TrimSuffix(base, path.Ext(base)))
	for generic.FindString(stem) == "" && variant.MatchString(stem) {
		stem = variant.ReplaceAllString(stem, "")
	}
	if generic.MatchString(stem) {
		return ""
	}
	return stem
}

// most names that a card is taken to give
const maxNames = 1000

// mentioned are the words of a document that may be names on a hub.
func mentioned(d *checks.Document) []string {
	title := titles(d)
	seen := map[string]bool{}
	for _, w := range word.FindAllString(strings.ToLower(string(d.Text)), -1) {
		if w = strings.TrimRight(w, ".-"); len(seen) < maxNames && (strings.ContainsAny(w, "/-_0123456789") || title[w]) {
			seen[w] = true
		}
	}
	out := make([]string, 0, len(seen))
	for w := range seen {
		out = append(out, w)
	}
	slices.Sort(out)
	return out
}
