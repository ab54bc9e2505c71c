package deploy

import (
	"strings"

	"bakedin/checks"
	"bakedin/internal/lang/dockerfile"
	"bakedin/internal/lang/shell"
	"bakedin/internal/repo"
)

// Dockerfile is the fact of a Dockerfile; nil for other files.
var Dockerfile = checks.NewFact(func(f *checks.File) (*dockerfile.File, error) {
	if a := f.Asset(repo.Deploy); a == nil || a.Format != "dockerfile" {
		return nil, nil
	}
	text, err := f.Bytes()
	if err != nil {
		return nil, err
	}
	return dockerfile.Parse(text), nil
})

// ofDockerfile is what the image starts: ENTRYPOINT and CMD as one line. Who can reach it is said where it is run.
func ofDockerfile(d *dockerfile.File) []process {
	if d == nil || d.Last() == nil {
		return nil
	}
	s := d.Last()
	p := process{env: map[string]string{}, inside: true, image: s.Root().Image}
	var entry, cmd *dockerfile.Instruction
	for i := range s.Instructions {
		switch in := &s.Instructions[i]; in.Name {
		case "ENTRYPOINT":
			entry = in
		case "CMD":
			cmd = in
		case "ENV":
			for _, w := range in.Fields() {
				if k, v, ok := strings.Cut(w, "="); ok {
					p.env[k] = v
				}
			}
		}
	}
	var words []shell.Word
	for _, in := range []*dockerfile.Instruction{entry, cmd} {
		if in == nil {
			continue
		}
		if p.at[1] == 0 {
			p.at[0] = in.Start
		}
		p.at[1] = in.End
		exec := in.Exec()
		if exec == nil { // the form for a shell
			exec = []string{"sh", "-c", in.Text}
		}
		for _, w := range exec {
			words = append(words, shell.Word{Value: w, Start: in.Start, End: in.End, Known: true})
		}
		if in == entry {
			p.replaced = replaces(words)
		}
	}
	if p.at[1] == 0 {
		return nil
	}
	return p.running(words)
}
