package data

import (
	"context"
	"errors"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"

	"bakedin/checks"
	"bakedin/internal/format/sniff"
	"bakedin/internal/repo"
	"bakedin/internal/safe"
	"bakedin/rules"
)

// dvcOut is a file that DVC keeps: its digest and its path, in either order.
var dvcOut = regexp.MustCompile(`(?m)^[ \t-]*(md5|etag|path):[ \t]*(\S+)[ \t]*$`)

// modelsVersioned reports models and datasets that git-lfs or DVC keep with their history. It is wired when no large one is
// kept otherwise.
func modelsVersioned(_ context.Context, p *checks.RepoPass) error {
	attributes, err := p.Tree.ReadFile(attributesFile, 1<<20)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	patterns := lfsPatterns(string(attributes))
	outs, source := dvcOuts(p)
	if len(patterns) > 0 && source == "" {
		source = attributesFile
	}
	var kept []string
	bare := ""
	for _, a := range p.Repo.Assets {
		if a.Kind != repo.Model && a.Kind != repo.Dataset || a.InTests || a.Format == string(sniff.ProtoSchema) {
			continue
		}
		lfs := a.LFS != nil || slices.ContainsFunc(patterns, func(g string) bool { return covers(g, a.Path) })
		switch {
		case lfs || outs[a.Path] || outs[path.Dir(a.Path)]:
			kept = append(kept, a.ID)
			if source == "" {
				source = a.Path
			}
		case bare == "" && (a.Kind == repo.Model || a.Size >= smallEnough):
			bare = a.Path
		}
	}
	if len(kept) == 0 && len(outs) == 0 {
		return nil
	}
	f := p.Report(source, "versioned", "git-lfs or DVC keep the models and datasets, each version with its digest.")
	f.Strength, f.Assets = rules.E3, kept
	if bare != "" {
		f.Strength, f.Message = rules.E2, safe.Line("git-lfs or DVC keep models or datasets, and not "+bare+".")
	}
	return nil
}

// dvcOuts are the files that DVC keeps by digest, and the first file that says so.
func dvcOuts(p *checks.RepoPass) (outs map[string]bool, source string) {
	outs = map[string]bool{}
	for _, f := range p.Repo.Files {
		base := path.Base(f.Path)
		if f.Size > 1<<20 || base != "dvc.lock" && (path.Ext(base) != ".dvc" || base == ".dvc") {
			continue
		}
		text, err := p.Tree.ReadFile(f.Path, 1<<20)
		if err != nil || !strings.Contains(string(text), "outs:") {
			continue
		}
		digest, names := false, []string(nil)
		for _, m := range dvcOut.FindAllSubmatch(text, -1) {
			if string(m[1]) == "path" {
				names = append(names, path.Join(path.Dir(f.Path), string(m[2])))
			} else {
				digest = true
			}
		}
		if digest && len(names) > 0 && source == "" {
			source = f.Path
		}
		for _, name := range names {
			if digest {
				outs[name] = true
			}
		}
	}
	return outs, source
}
