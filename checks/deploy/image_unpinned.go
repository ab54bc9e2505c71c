package deploy

import (
	"context"
	"path"
	"regexp"
	"strings"

	"bakedin/checks"
	"bakedin/internal/lang/dockerfile"
	"bakedin/internal/lang/keys"
	"bakedin/internal/repo"
	"bakedin/rules"
)

// imageUnpinned reports images that are named by a tag or by nothing: tomorrow the name can stand for other bytes.
func imageUnpinned(_ context.Context, p *checks.Pass) error {
	d, err := Dockerfile.Of(p.File)
	if err != nil {
		return err
	}
	if d != nil {
		for i := range d.Stages {
			s := &d.Stages[i]
			if s.Base == nil {
				unpinned(p, s.Image, s.ImageStart, s.ImageEnd, atBuild)
			}
			for _, in := range s.Instructions {
				copiedFrom(p, d, s, &in)
			}
		}
		return nil
	}
	root, err := checks.Keys.Of(p.File)
	if root == nil || err != nil {
		return err
	}
	built := map[string]bool{}
	for _, s := range items(root.Child("services")) {
		if s.Child("build") != nil {
			built[value(s.Child("image"))] = true
		}
	}
	var walk func(n *keys.Node, depth int)
	walk = func(n *keys.Node, depth int) {
		if depth > 40 {
			return
		}
		for _, c := range n.Items {
			isImage := c.Key == "image" && n.Child("build") == nil || c.Key == "container" && p.File.Is(repo.CI)
			if isImage && c.Kind == keys.Scalar && !c.Template && !built[c.Value] {
				unpinned(p, withDefaults(c.Value), c.Start, c.End, atStart)
			}
			if c.Key != "matrix" && c.Key != "with" && c.Key != "inputs" { // values of the workflow's own, as the names of what it builds
				walk(c, depth+1)
			}
		}
	}
	walk(root, 0)
	return nil
}

// when the name of an image is looked up
const (
	atBuild = "at the time of the build"
	atStart = "when it is started"
)

// fromImage is the image, stage or folder that an instruction takes files from.
var fromImage = regexp.MustCompile(`(?:^|\s)--from=(\S+)|--mount=\S*\bfrom=([^,\s]+)`)

// copiedFrom reports an image that files are taken from. A number and the name of a stage are none.
func copiedFrom(p *checks.Pass, d *dockerfile.File, s *dockerfile.Stage, in *dockerfile.Instruction) {
	for _, m := range fromImage.FindAllStringSubmatchIndex(in.Text, 4) {
		a, b := m[2], m[3]
		if a < 0 {
			a, b = m[4], m[5]
		}
		image := dockerfile.Fill(in.Text[a:b], d.Variables(s))
		stage := strings.Trim(image, "0123456789") == ""
		for i := range d.Stages {
			stage = stage || strings.EqualFold(d.Stages[i].Name, image)
		}
		if !stage && strings.ContainsAny(image, "/:") { // a plain word may be a context that the build is given
			unpinned(p, image, in.ArgsStart+a, in.ArgsStart+b, atBuild)
		}
	}
}

func unpinned(p *checks.Pass, image string, start, end int, when string) {
	name := image[strings.LastIndexByte(image, '/')+1:]
	_, tag, tagged := strings.Cut(name, ":")
	switch {
	case image == "" || image == "scratch" || strings.Contains(image, "@sha256:") || strings.ContainsAny(image, "$<{% "):
		return
	case strings.Contains(image, "://") && !strings.HasPrefix(image, "docker://"): // built from source, as by ko
		return
	case strings.HasPrefix(image, "./") || strings.HasSuffix(image, "Dockerfile") || strings.HasPrefix(image, "docker://./"):
		return
	case strings.HasSuffix(tag, "local") || tag == "dev" || strings.HasPrefix(image, "localhost/") || strings.HasPrefix(image, "localhost:"):
		return
	}
	message := image + " is whatever the tag stands for " + when + "."
	if !tagged || tag == "latest" {
		message = image + " is whatever is newest " + when + "."
	}
	f := p.At(start, end, message)
	f.Anchor = "image " + image
	switch {
	case tagged && tag != "latest":
		f.Lower(rules.Low, "the tag names a version, though it can be moved")
	case !tagged && !strings.Contains(image, "/") && customised(p):
		f.Lower(rules.Low, "a kustomization of the folder may say which image is meant")
	}
	f.Fixes = []checks.Fix{{ID: "pin-digest", Title: "Pin the digest", Applicability: checks.Manual,
		Steps:    []string{"Look the digest up: it is printed behind Digest.", "Write it behind the name: " + image + "@sha256:<digest>. The tag may stay, for people.", "Let a tool such as Renovate or Dependabot raise it."},
		Commands: []string{"docker buildx imagetools inspect " + image}}}
}

// customised tells whether a kustomization, which gives images their digests, lies beside the file.
func customised(p *checks.Pass) bool {
	dir := path.Dir(p.File.Path)
	return p.Repo.Has(path.Join(dir, "kustomization.yaml")) || p.Repo.Has(path.Join(dir, "kustomization.yml")) || p.Repo.Has(path.Join(dir, "Kustomization"))
}
