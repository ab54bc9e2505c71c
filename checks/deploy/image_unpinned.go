package deploy

import (
	"context"
	"strings"

	"bakedin/checks"
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
				unpinned(p, s.Image, s.ImageStart, s.ImageEnd)
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
				unpinned(p, withDefaults(c.Value), c.Start, c.End)
			}
			if c.Key != "matrix" && c.Key != "with" && c.Key != "inputs" { // values of the workflow's own, as the names of what it builds
				walk(c, depth+1)
			}
		}
	}
	walk(root, 0)
	return nil
}

func unpinned(p *checks.Pass, image string, start, end int) {
	name := image[strings.LastIndexByte(image, '/')+1:]
	_, tag, tagged := strings.Cut(name, ":")
	switch {
	case image == "" || image == "scratch" || strings.Contains(image, "@sha256:") || strings.ContainsAny(image, "$<{% "):
		return
	case strings.HasPrefix(image, "./") || strings.HasSuffix(image, "Dockerfile") || strings.HasPrefix(image, "docker://./"):
		return
	case strings.HasSuffix(tag, "local") || tag == "dev" || strings.HasPrefix(image, "localhost/") || strings.HasPrefix(image, "localhost:"):
		return
	}
	message := image + " is whatever the tag stands for at the time of the build."
	if !tagged || tag == "latest" {
		message = image + " is whatever is newest at the time of the build."
	}
	f := p.At(start, end, message)
	f.Anchor = "image " + image
	if tagged && tag != "latest" {
		f.Lower(rules.Low, "the tag names a version, though it can be moved")
	}
	f.Fixes = []checks.Fix{{ID: "pin-digest", Title: "Pin the digest", Applicability: checks.Manual,
		Steps:    []string{"Look the digest up: it is printed behind Digest.", "Write it behind the name: " + image + "@sha256:<digest>. The tag may stay, for people.", "Let a tool such as Renovate or Dependabot raise it."},
		Commands: []string{"docker buildx imagetools inspect " + image}}}
}
