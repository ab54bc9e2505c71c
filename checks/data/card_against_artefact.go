package data

import (
	"context"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"bakedin/checks"
	"bakedin/internal/repo"
)

var (
	isCard    = regexp.MustCompile(`(?m)^(?:library_name|pipeline_tag|base_model|model-index)\s*:|(?im)^#+\s*model (?:card|details|description)\b`)
	weightRef = regexp.MustCompile("(?m)(?:^|[\\s`\"'(/])([\\w.-]+\\.(?:safetensors|gguf|onnx|keras|h5|pth?|ckpt|npz|npy))\\b")
	saysSafe  = regexp.MustCompile(`(?im)^\s*-?\s*safetensors\s*$|tags:\s*\[[^\]]*\bsafetensors\b`)
)

// cardAgainstArtefact compares a model card with the model files that lie beside it or below it. A card without files beside
// it describes a model that is kept elsewhere.
func cardAgainstArtefact(_ context.Context, p *checks.RepoPass) error {
	for _, file := range p.Repo.Files {
		base := path.Base(file.Path)
		if !strings.EqualFold(base, "README.md") && !strings.HasPrefix(strings.ToUpper(base), "MODEL_CARD") || file.Size > 1<<20 {
			continue
		}
		dir := path.Dir(file.Path)
		var here []repo.Asset
		for _, a := range p.Repo.Assets {
			if a.Kind == repo.Model && !a.InTests && (path.Dir(a.Path) == dir || dir != "." && strings.HasPrefix(a.Path, dir+"/")) {
				here = append(here, a)
			}
		}
		if len(here) == 0 {
			continue
		}
		text, err := p.Tree.ReadFile(file.Path, 1<<20)
		if err != nil {
			return err
		}
		if !isCard.Match(text) {
			continue
		}
		if says := against(string(text), here); says != "" {
			f := p.Report(file.Path, "card against artefact", file.Path+" "+says+".")
			f.Fixes = []checks.Fix{checks.Steps("bring-together", "Bring card and model together", "Correct the card, or put the files it names there.", "Change both in one commit, and let the card name the digest of the weights.")}
		}
	}
	return nil
}

// against says what a card claims that the files beside it are not; empty when they agree.
func against(card string, here []repo.Asset) string {
	var formats, missing []string
	safe := false
	for _, a := range here {
		safe = safe || a.Format == "safetensors" || strings.HasSuffix(a.Path, ".safetensors")
		formats = append(formats, a.Format)
	}
	if saysSafe.MatchString(card) && !safe {
		slices.Sort(formats)
		return "says safetensors, and the weights are " + strings.Join(slices.Compact(formats), ", ")
	}
	for _, m := range weightRef.FindAllStringSubmatch(card, 50) {
		there := slices.ContainsFunc(here, func(a repo.Asset) bool { return path.Base(a.Path) == m[1] })
		if !there && !slices.Contains(missing, m[1]) {
			missing = append(missing, m[1])
		}
	}
	if len(missing) > 0 && !anyThere(card, here) {
		return fmt.Sprintf("names %s, and none of the files it names is there", strings.Join(missing[:min(3, len(missing))], ", "))
	}
	return ""
}

// anyThere tells whether the card names at least one of the files: then the others may be kept elsewhere.
func anyThere(card string, here []repo.Asset) bool {
	return slices.ContainsFunc(here, func(a repo.Asset) bool { return strings.Contains(card, path.Base(a.Path)) })
}
