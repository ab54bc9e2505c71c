package model

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"path"
	"regexp"
	"slices"
	"strings"

	"bakedin/checks"
	"bakedin/internal/lang/keys"
	"bakedin/internal/repo"
	"bakedin/internal/safe"
	"bakedin/rules"
)

// A digest that is written down says which bytes were meant. Where these bytes are here, and few enough, it is computed anew:
// equal is verified, another is a finding.

const (
	maxDigested   = 64 << 20  // bytes of a file whose digest is computed
	maxDigestedIn = 512 << 20 // and of all of them in a run
	maxDigestList = 4 << 20   // bytes of a file that records digests
)

// record is a digest of an asset, and where it stands. The digest of a git-lfs pointer stands in the asset itself.
type record struct {
	asset  repo.Asset
	sha256 []string // more than one where a list names the file again
	in     string
}

func (r record) says(digest string) bool { return slices.Contains(r.sha256, digest) }

var (
	sumsFile  = regexp.MustCompile(`(?i)^(?:sha256sums?|checksums?)(?:\.txt|\.sha256)?$|\.sha256(?:sums?)?$`)
	listFile  = regexp.MustCompile(`(?i)^(?:.*[._-])?(?:bom|sbom|manifest|checksums?|digests?|hashes|cdx|spdx)\.json$`)
	sumLine   = regexp.MustCompile(`(?i)^([0-9a-f]{64})(?:[ \t]+\*?(.+?))?$`)
	bsdLine   = regexp.MustCompile(`(?i)^SHA256 ?\((.+)\) ?= ?([0-9a-f]{64})$`)
	digestHex = regexp.MustCompile(`(?i)^(?:sha256:)?([0-9a-f]{64})$`)
)

// recorded are the digests that the tree holds of the models and datasets of the product.
func recorded(p *checks.RepoPass) []record {
	var out []record
	assets := map[string]repo.Asset{}
	for _, a := range p.Repo.Assets {
		if (a.Kind == repo.Model || a.Kind == repo.Dataset) && !a.InTests {
			assets[a.Path] = a
			if a.LFS != nil {
				out = append(out, record{a, []string{strings.ToLower(a.LFS.OID)}, a.Path})
			}
		}
	}
	if len(assets) == 0 {
		return nil
	}
	for _, f := range p.Repo.Files {
		base := path.Base(f.Path)
		if sums := sumsFile.MatchString(base); !sums && !listFile.MatchString(base) || f.Size > maxDigestList {
			continue
		}
		text, err := p.Tree.ReadFile(f.Path, maxDigestList)
		if err != nil {
			continue
		}
		for name, digests := range digestsIn(f.Path, text) {
			a, ok := assets[path.Join(path.Dir(f.Path), name)]
			if !ok && strings.Contains(name, "/") { // as seen from the root
				a, ok = assets[path.Clean(name)]
			}
			if ok {
				out = append(out, record{a, digests, f.Path})
			}
		}
	}
	slices.SortFunc(out, func(a, b record) int { return strings.Compare(a.asset.Path+"\x00"+a.in, b.asset.Path+"\x00"+b.in) })
	return out
}

// digestsIn are the digests of a file by the names it gives.
func digestsIn(file string, text []byte) map[string][]string {
	out := map[string][]string{}
	add := func(name, digest string) { out[name] = append(out[name], strings.ToLower(digest)) }
	if path.Ext(file) == ".json" {
		if root, err := keys.Parse("json", text, keys.Limits{}); err == nil {
			listed(root, add)
		}
		return out
	}
	for line := range bytes.Lines(text) {
		line = bytes.TrimSpace(line)
		if m := sumLine.FindSubmatch(line); m != nil {
			name := string(m[2])
			if name == "" { // a digest alone stands beside its file
				name = strings.TrimSuffix(path.Base(file), path.Ext(file))
			}
			add(name, string(m[1]))
		} else if m := bsdLine.FindSubmatch(line); m != nil {
			add(string(m[1]), string(m[2]))
		}
	}
	return out
}

// listed finds the mappings that give a file and its digest: a list of our own, or the components of a bill of materials.
func listed(n *keys.Node, add func(name, digest string)) {
	name, digest := "", ""
	for _, c := range n.Items {
		switch c.Key {
		case "path", "file", "filename", "fileName", "name":
			if c.Value != "" && (name == "" || c.Key != "name") {
				name = c.Value
			}
		case "sha256", "digest", "sha-256":
			digest = digestOf(c.Value, digest)
		case "hashes", "checksums":
			for _, h := range c.Items {
				for _, key := range []string{"content", "checksumValue", "value"} {
					if v := h.Child(key); v != nil {
						digest = digestOf(v.Value, digest)
					}
				}
			}
		}
		listed(c, add)
	}
	if name != "" && digest != "" && n.Kind != keys.Array {
		add(name, digest)
	}
}

func digestOf(value, otherwise string) string {
	if m := digestHex.FindStringSubmatch(value); m != nil {
		return m[1]
	}
	return otherwise
}

// computed returns the digest of an asset's bytes; empty when they are not here or too many.
func computed(p *checks.RepoPass, a repo.Asset, left *int64) string {
	if a.Size > maxDigested || a.Size > *left || a.LFS != nil && !a.LFS.Present {
		return ""
	}
	b, err := p.Tree.Open(a.Path)
	if a.LFS != nil {
		b, err = p.Tree.OpenObject(*a.LFS)
	}
	if err != nil {
		return ""
	}
	defer b.Close()
	*left -= b.Size()
	h := sha256.New()
	if n, err := io.Copy(h, io.NewSectionReader(b, 0, b.Size())); err != nil || n != b.Size() {
		return ""
	}
	return hex.EncodeToString(h.Sum(nil))
}

// compare calls visit for every recorded digest with the one that was computed.
func compare(ctx context.Context, p *checks.RepoPass, visit func(r record, have string)) error {
	left, have := int64(maxDigestedIn), map[string]string{}
	for _, r := range recorded(p) {
		if err := ctx.Err(); err != nil {
			return err
		}
		digest, ok := have[r.asset.Path]
		if !ok {
			digest = computed(p, r.asset, &left)
			have[r.asset.Path] = digest
		}
		visit(r, digest)
	}
	return nil
}

// digestRecorded is evidence for each model and dataset whose digest is written down: verified when it is that of the bytes
// here, wired when git-lfs checks it on its way, else only written down.
func digestRecorded(ctx context.Context, p *checks.RepoPass) error {
	return compare(ctx, p, func(r record, have string) {
		file := r.asset.Path
		strength, message := rules.E2, fmt.Sprintf("%s records the digest of %s; its bytes are too many to compute it here, or not here.", r.in, file)
		switch {
		case r.says(have):
			strength, message = rules.E4, fmt.Sprintf("%s records the digest of %s, and it is that of the file.", r.in, file)
			if r.asset.LFS != nil && r.in == file {
				message = "git-lfs records the digest of " + file + ", and it is that of the object."
			}
		case have != "":
			return // told by model-digest-mismatch
		case r.asset.LFS != nil && r.in == file:
			strength, message = rules.E3, "git-lfs records the digest of "+file+", and checks it when it fetches the file."
		}
		f := p.Report(r.in, "digest of "+file+" in "+r.in, message)
		f.Strength, f.Assets = strength, []string{r.asset.ID}
	})
}

// digestMismatch reports a file that is not the one whose digest was recorded.
func digestMismatch(ctx context.Context, p *checks.RepoPass) error {
	return compare(ctx, p, func(r record, have string) {
		if have == "" || r.says(have) {
			return
		}
		file := r.asset.Path
		f := p.Report(file, "digest of "+file+" in "+r.in, fmt.Sprintf("%s is not the file whose digest %s records: %.12s… was recorded, %.12s… is here.", file, r.in, r.sha256[0], have))
		f.Strength = rules.E4
		f.Related = []checks.Related{{Role: "source", Message: "the digest that was recorded", Path: r.in}}
		f.Fixes = []checks.Fix{checks.Steps("find-out-which", "Find out which of the two is right",
			"Do not load the file.",
			"Ask whoever changed it last, and compare with the copy at its source: git log --follow -- "+string(safe.Line(file)),
			"Put the right file back; or, when the new file is meant, record its digest in the same commit.")}
	})
}
