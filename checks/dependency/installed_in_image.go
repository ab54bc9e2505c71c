package dependency

import (
	"fmt"
	"regexp"
	"strings"

	"bakedin/checks"
	"bakedin/internal/lang/dockerfile"
	"bakedin/internal/lang/shell"
	"bakedin/internal/repo"
	"bakedin/internal/safe"
)

// tools are what installs the rest; their version is the image's own matter.
var tools = map[string]bool{"pip": true, "setuptools": true, "wheel": true, "uv": true, "poetry": true, "pdm": true, "pipenv": true, "pip-tools": true, "pipx": true, "virtualenv": true, "build": true, "hatch": true}

// named is a package of the index in a command: a name with extras and a range.
var named = regexp.MustCompile(`^([A-Za-z][\w.-]*)(?:\[[\w,.-]+\])?\s*((?:[<>=!~]=?|===).*)?$`)

// archive is a file, not a name.
var archive = regexp.MustCompile(`\.(?:whl|tar\.\w+|tgz|zip)$`)

// optionsWithValue of "pip install" that are followed by a word.
var optionsWithValue = map[string]bool{"-i": true, "--index-url": true, "--extra-index-url": true, "-f": true, "--find-links": true, "-t": true, "--target": true, "--prefix": true, "--python": true, "-p": true, "--root": true, "--index": true, "--default-index": true, "--timeout": true, "--retries": true, "--progress-bar": true, "--cache-dir": true, "--trusted-host": true, "--torch-backend": true, "--index-strategy": true, "--platform": true, "--no-binary": true, "--only-binary": true}

// inImage reports packages that an image installs by name without an exact version: once a file, with the others as related
// places.
func inImage(p *checks.Pass, a *repo.Asset) error {
	if a.Format != "dockerfile" {
		return nil
	}
	text, err := p.File.Bytes()
	if err != nil {
		return err
	}
	d := dockerfile.Parse(text)
	var found *checks.Finding
	names, all := []string{}, 0
	for i := range d.Stages {
		vars := d.Variables(&d.Stages[i])
		for _, in := range d.Stages[i].Instructions {
			if in.Name != "RUN" {
				continue
			}
			for _, c := range shell.CommandsWith(in.Text, vars) {
				loose, n := loosePackages(c)
				all += n
				for _, w := range loose {
					names = append(names, w.Value)
					start, end := in.ArgsStart+w.Start, in.ArgsStart+w.End
					if found == nil {
						found = p.At(start, end, "")
						continue
					}
					found.Related = append(found.Related, checks.Related{Role: "same", Message: "no exact version", Start: checks.Position{Byte: start}, End: checks.Position{Byte: end}})
				}
			}
		}
	}
	if found == nil {
		return nil
	}
	found.Message = safe.Line(fmt.Sprintf("The image installs %d of %d packages without an exact version: %s.", len(names), all, strings.Join(names[:min(3, len(names))], ", ")))
	found.Anchor = "unpinned in image"
	found.Fixes = []checks.Fix{checks.Steps("lock", "Install from a list of exact versions", "Write the packages into a requirements file, and lock it: uv pip compile requirements.in --generate-hashes -o requirements.lock.",
		"COPY it, and RUN pip install --require-hashes -r requirements.lock.")}
	return nil
}

// loosePackages are the packages of a "pip install" that no version, constraint or digest fixes, and how many it names.
func loosePackages(c shell.Command) (loose []shell.Word, all int) {
	name, args := c.Program()
	if name == "uv" && len(args) > 1 && args[0].Value == "pip" {
		name, args = "pip", args[1:]
	}
	if !strings.HasPrefix(name, "pip") || name == "pipx" || len(args) == 0 || args[0].Value != "install" {
		return nil, 0
	}
	for i := 1; i < len(args); i++ {
		switch v := args[i].Value; {
		case v == "-c" || v == "--constraint" || strings.HasPrefix(v, "--constraint=") || v == "--require-hashes":
			return nil, 0
		case v == "-r" || v == "--requirement" || v == "-e" || v == "--editable" || optionsWithValue[v]:
			i++
		case strings.HasPrefix(v, "-"):
		default:
			m := named.FindStringSubmatch(v)
			if m == nil || tools[strings.ToLower(m[1])] || archive.MatchString(v) || !args[i].Known && strings.Contains(v, "$") {
				continue
			}
			all++
			if exact := strings.HasPrefix(m[2], "==") && !strings.Contains(m[2], "*"); !exact {
				loose = append(loose, args[i])
			}
		}
	}
	return loose, all
}
