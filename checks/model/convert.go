package model

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"
	"time"

	"bakedin/checks"
	"bakedin/internal/convert"
	"bakedin/internal/format/sniff"
	"bakedin/internal/repo"
	"bakedin/internal/safe"
)

// The fixes of a checkpoint of torch: its tensors as safetensors, beside it. The old file stays, with its findings, until a
// person removes it.
const (
	fixConvert = "convert"
	fixRescue  = "rescue"
)

// converted is a check whose findings in a checkpoint carry these fixes.
type converted struct{ checks.CheckFunc }

func converts(c checks.CheckFunc) checks.Check { return converted{c} }

// conversionOf plans a conversion once for all the rules, only to know whether it would succeed.
var conversionOf = checks.NewFact(func(f *checks.File) (*checks.Fix, error) {
	c, err := contentsOf.Of(f)
	if c == nil || err != nil || len(c.parts) == 0 {
		return nil, nil
	}
	switch c.parts[0].sniff.Format() {
	case sniff.TorchZip, sniff.TorchLegacy:
	default:
		return nil, nil
	}
	b, err := f.Blob()
	if err != nil {
		return nil, nil // told by the contents
	}
	lim := convert.DefaultLimits()
	lim.Pickle.Bytes, lim.Pickle.Memory, lim.Walk, lim.Text = 64<<20, 64<<20, 1<<20, 16<<20
	opt := convert.Options{Name: path.Base(f.Path), Limits: lim}
	fix := &checks.Fix{Applicability: checks.Unsafe, Breaks: "Nothing yet: code that names the old file still loads it. Point it to the new one, then remove the old one."}
	quoted := safe.Line(f.Path)
	if _, err := convert.PlanTorch(b, b.Size(), opt); err == nil {
		fix.ID, fix.Title = fixConvert, "Write its tensors as safetensors, beside it"
		fix.Commands = []string{fmt.Sprintf("bakedin convert %s", quoted)}
		return fix, nil
	} else if !errors.Is(err, convert.ErrCode) && !errors.Is(err, convert.ErrQuantised) && !errors.Is(err, convert.ErrSparse) {
		return nil, nil
	}
	opt.Level = convert.Rescue
	if _, err := convert.PlanTorch(b, b.Size(), opt); err != nil {
		return nil, nil
	}
	fix.ByName = true // it leaves a part of the model behind
	fix.ID, fix.Title = fixRescue, "Copy the weights alone to safetensors, and leave the code behind"
	fix.Commands = []string{fmt.Sprintf("bakedin convert --rescue %s", quoted)}
	fix.Breaks = convert.RescueNote + " " + fix.Breaks
	return fix, nil
})

// offerConversion gives a finding the fix, when it is planned by its rule and there is no file in the way. Where the same
// model lies here as safetensors, that one is the remedy.
func offerConversion(p *checks.Pass, f *checks.Finding) {
	if f == nil || !convertible[p.Rule.ID] || p.Repo == nil {
		return
	}
	if other := sibling(p.Repo, p.File.Path); other != "" {
		f.Related = append(f.Related, checks.Related{Role: "same", Message: "the same weights as safetensors, by its name", Path: other})
		f.Fixes = append(f.Fixes, checks.Steps("use-safetensors", "Use the safetensors beside it", "Load "+string(safe.Line(other))+" in its place: safetensors.torch.load_file, or use_safetensors=True.",
			"Compare the two once: bakedin inspect lists names, types and shapes of both.", "Remove "+string(safe.Line(p.File.Path))+"."))
		return
	}
	if p.Repo.Has(outputPath(p.File.Path)) {
		return
	}
	if fix, _ := conversionOf.Of(p.File); fix != nil {
		f.Fixes = append(f.Fixes, *fix)
	}
}

// convertible are the rules whose registry line says converts.
var convertible = map[string]bool{
	"pickle-dangerous-import": true, "pickle-format-model": true, "pickle-runs-code": true, "pickle-unknown-call": true,
	"pickle-unknown-import": true,
}

// sibling is a file of safetensors beside a pickle that by its name holds the same model: another suffix, or the two names
// that Hugging Face gives the weights of one.
func sibling(r *checks.Repo, p string) string {
	dir, base := path.Split(p)
	stem := strings.TrimSuffix(base, path.Ext(base))
	names := []string{stem}
	if rest, ok := strings.CutPrefix(stem, "pytorch_model"); ok {
		names = append(names, "model"+rest)
	}
	for _, n := range names {
		if other := dir + n + ".safetensors"; r.Has(other) {
			return other
		}
	}
	return ""
}

func outputPath(p string) string { return path.Join(path.Dir(p), convert.OutputName(path.Base(p))) }

// Plan implements checks.Planner: a new file that is streamed, and the JSON of what is no tensor.
func (converted) Plan(ctx context.Context, tree *repo.Tree, f checks.Finding, fixID string) (repo.Plan, error) {
	if f.Location == nil {
		return repo.Plan{}, errors.New("the finding has no file")
	}
	level := convert.Strict
	if fixID == fixRescue {
		level = convert.Rescue
	}
	b, err := tree.Open(f.Location.Path) // stays open for as long as the plan lives: it is written when a person has looked
	if err != nil {
		return repo.Plan{}, err
	}
	p, err := convert.PlanTorch(b, b.Size(), convert.Options{Level: level, Name: path.Base(f.Location.Path)})
	if err != nil {
		b.Close()
		return repo.Plan{}, err
	}
	out := outputPath(f.Location.Path)
	before := stampOf(b)
	table := [][]string{{"tensor", "type", "shape", "bytes", "copied"}}
	for _, e := range p.Tensors {
		table = append(table, p.Row(e))
	}
	for _, l := range p.Left {
		table = append(table, []string{l.Name, "left behind", "", fmt.Sprint(l.Bytes), l.Why})
	}
	for _, d := range p.Dropped {
		table = append(table, []string{d.Global, "dropped", "", "", fmt.Sprintf("%s, byte %d", d.Use, d.Off)})
	}
	plan := repo.Plan{Title: "Write " + out, Edits: []repo.Edit{repo.Stream{Path: out, Size: p.Size, Table: table,
		Write: func(ctx context.Context, w io.Writer) error {
			if _, err := p.WriteTo(ctx, w, convert.WriteOptions{}); err != nil {
				return err
			}
			if stampOf(b) != before {
				return fmt.Errorf("%s: %w", f.Location.Path, repo.ErrChanged)
			}
			return nil
		}}}}
	if p.Sidecar != nil {
		plan.Edits = append(plan.Edits, repo.Write{Path: convert.SidecarName(out), New: bytes.Clone(p.Sidecar)})
	}
	return plan, nil
}

// stamp is how a file was, as far as its reader can tell.
type stamp struct {
	size int64
	time time.Time
}

func stampOf(b repo.Blob) stamp {
	if s, ok := b.(interface{ Stat() (fs.FileInfo, error) }); ok {
		if info, err := s.Stat(); err == nil {
			return stamp{info.Size(), info.ModTime()}
		}
	}
	return stamp{size: b.Size()}
}
