package data

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"

	"bakedin/checks"
	"bakedin/internal/format/sniff"
	"bakedin/internal/repo"
	"bakedin/rules"
)

// weights are the suffixes of model files that no text tool can compare or merge.
var weights = []string{
	".bin", ".ckpt", ".ggml", ".gguf", ".h5", ".joblib", ".keras", ".npy", ".npz", ".onnx", ".pb", ".pickle", ".pkl", ".pt",
	".pth", ".safetensors", ".tflite",
}

// smallEnough is what git carries without pain.
const smallEnough = 1 << 20

const attributesFile = ".gitattributes"

// modelFilesOutsideLFS asks for a line in .gitattributes for every kind of model file that is stored in git as it is.
func modelFilesOutsideLFS(_ context.Context, p *checks.RepoPass) error {
	attributes, err := p.Tree.ReadFile(attributesFile, 1<<20)
	missing := errors.Is(err, fs.ErrNotExist)
	if err != nil && !missing {
		return &checks.Skip{Kind: "unreadable", Detail: attributesFile + ": " + err.Error()}
	}
	tracked := lfsPatterns(string(attributes))
	bare := map[string][]string{} // suffix to paths
	size := int64(0)
	for _, a := range p.Repo.Assets {
		if a.Kind != repo.Model || a.LFS != nil || a.InTests || a.Format == string(sniff.ProtoSchema) {
			continue
		}
		ext := strings.ToLower(path.Ext(a.Path))
		if slices.Contains(weights, ext) && !slices.ContainsFunc(tracked, func(g string) bool { return covers(g, a.Path) }) {
			bare[ext] = append(bare[ext], a.Path)
			size += a.Size
		}
	}
	if len(bare) == 0 {
		return nil
	}
	var suffixes, paths []string
	for ext, files := range bare {
		suffixes = append(suffixes, ext)
		paths = append(paths, files...)
	}
	slices.Sort(suffixes)
	slices.Sort(paths)
	f := p.Report(attributesFile, "model files without lfs "+strings.Join(suffixes, " "), fmt.Sprintf(
		"%s stored in git without git-lfs: %s.", counted(len(paths)), strings.Join(paths[:min(3, len(paths))], ", ")))
	if len(paths) == 1 && size < smallEnough {
		f.Lower(rules.Low, "it is a single file of less than 1 MiB")
	}
	var lines strings.Builder
	end := checks.LineEnd(attributes)
	if n := len(attributes); n > 0 && attributes[n-1] != '\n' {
		lines.WriteString(end)
	}
	for _, ext := range suffixes {
		fmt.Fprintf(&lines, "*%s filter=lfs diff=lfs merge=lfs -text%s", ext, end)
	}
	f.Fixes = []checks.Fix{{
		ID: "track-with-lfs", Title: "Track model files with git-lfs", Applicability: checks.Safe,
		Edits:    []repo.TextEdit{{Path: attributesFile, Start: len(attributes), End: len(attributes), Replacement: lines.String(), Base: checks.Digest(attributes, missing)}},
		Commands: []string{"git lfs install", "git add --renormalize ."},
		Breaks:   "Whoever clones the repository needs git-lfs from now on; files that are committed already stay in the history.",
	}}
	return nil
}

func counted(files int) string {
	if files == 1 {
		return "1 model file is"
	}
	return fmt.Sprintf("%d model files are", files)
}

// lfsPatterns returns the patterns of .gitattributes whose files go through git-lfs.
func lfsPatterns(text string) []string {
	var out []string
	for _, line := range strings.Split(text, "\n") {
		fields := strings.Fields(line)
		if len(fields) > 1 && !strings.HasPrefix(fields[0], "#") && slices.Contains(fields[1:], "filter=lfs") {
			out = append(out, fields[0])
		}
	}
	return out
}

// covers tells whether a pattern of .gitattributes matches a path: without a slash it is about the name alone.
func covers(pattern, file string) bool {
	if !strings.Contains(pattern, "/") {
		return doublestar.MatchUnvalidated(pattern, path.Base(file))
	}
	return doublestar.MatchUnvalidated(strings.TrimPrefix(pattern, "/"), file)
}
