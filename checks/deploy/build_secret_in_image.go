package deploy

import (
	"context"
	"path"
	"regexp"
	"strings"

	"bakedin/checks"
	"bakedin/checks/secrets"
	"bakedin/internal/lang/dockerfile"
	"bakedin/internal/safe"
	"bakedin/internal/secret"
	"bakedin/rules"
)

var (
	secretVariable = regexp.MustCompile(`(?i)(?:^|_)(?:TOKEN|API_?KEY|ACCESS_KEY|SECRET_KEY|SECRET|PASSWORD|PASSWD|CREDENTIALS?|PRIVATE_KEY|AUTH_KEY)$`)
	publicVariable = regexp.MustCompile(`(?i)PUBLIC|GPG_KEY|KEY_ID|SITE_KEY|PUBLISHABLE|TOKENIZER|_FILE$|_PATH$`)
	secretSource   = regexp.MustCompile(`(?:^|/)(?:\.env(?:\.(?:local|production|prod|development))?|\.netrc|\.npmrc|\.pypirc|\.aws(?:/.*)?|\.huggingface(?:/.*)?|id_(?:rsa|ed25519|ecdsa)|credentials\.json|kaggle\.json|service-account[\w-]*\.json|.*\.pem)$`)
)

// buildSecretInImage reports credentials that end up in the layers of an image, where everybody who can pull it reads them.
func buildSecretInImage(_ context.Context, p *checks.Pass) error {
	d, err := Dockerfile.Of(p.File)
	if d == nil || err != nil {
		return err
	}
	for i := range d.Stages {
		s := &d.Stages[i]
		last := i == len(d.Stages)-1
		for j := range s.Instructions {
			in := triggered(&s.Instructions[j])
			switch in.Name {
			case "ARG", "ENV":
				variables(p, s, in, last)
			case "COPY", "ADD":
				copied(p, in, last)
			}
		}
	}
	return nil
}

// triggered is the instruction behind ONBUILD, which the images that build on this one carry out.
func triggered(in *dockerfile.Instruction) *dockerfile.Instruction {
	name, rest, ok := strings.Cut(in.Text, " ")
	if in.Name != "ONBUILD" || !ok {
		return in
	}
	return &dockerfile.Instruction{Name: strings.ToUpper(name), Start: in.Start, ArgsStart: in.ArgsStart + len(name) + 1, End: in.End, Text: rest}
}

func variables(p *checks.Pass, s *dockerfile.Stage, in *dockerfile.Instruction, last bool) {
	words := in.Fields()
	if in.Name == "ENV" && len(words) >= 2 && !strings.Contains(words[0], "=") { // the old form: ENV NAME value
		words = []string{words[0] + "=" + strings.Join(words[1:], " ")}
	}
	for _, w := range words {
		name, v, has := strings.Cut(w, "=")
		v = strings.Trim(v, `"'`)
		if !secretVariable.MatchString(name) || publicVariable.MatchString(name) {
			continue
		}
		literal := has && v != "" && !secret.Reference(v) && !strings.Contains(v, "$")
		if literal && (secret.Placeholder(v) || len(v) < 6 || strings.EqualFold(v, "none") || strings.EqualFold(v, "changeit")) {
			continue
		}
		if !literal && (in.Name == "ENV" && !strings.Contains(v, "$") || in.Name == "ARG" && !used(s, name)) {
			continue
		}
		f := p.At(in.Start, in.End, name+" stays in the image: whoever can pull it reads it with docker history.")
		f.Anchor = "build secret " + name
		if literal {
			f.Message = safe.Line(name + " is written into the image as text" + describe(name, v) + ".")
			f.Anchor += " " + secrets.Anchor(v)
		} else {
			f.Lower(rules.Medium, "the value comes from whoever builds")
		}
		if !last {
			f.Lower(rules.Low, "the stage is not the one that is shipped, but its cache is kept")
		}
		f.Fixes = []checks.Fix{mount(name)}
	}
}

func describe(name, v string) string {
	full := name + "=" + v
	if hits := secrets.In([]byte(full)); len(hits) > 0 {
		return ": " + secrets.Describe(hits[0].Secret, full[hits[0].Start:hits[0].End])
	}
	return ""
}

// used tells whether a later command of the stage reads the argument, other than from a mounted secret.
func used(s *dockerfile.Stage, name string) bool {
	for _, in := range s.Instructions {
		if in.Name != "ARG" && (strings.Contains(in.Text, "$"+name) || strings.Contains(in.Text, "${"+name)) {
			return true
		}
	}
	return false
}

func mount(name string) checks.Fix {
	id := strings.ToLower(name)
	return checks.Fix{ID: "mount-secret", Title: "Mount it while it is needed", Applicability: checks.Manual, Steps: []string{
		"Make the value invalid if an image with it was ever pushed.",
		"Take the ARG or ENV line out.",
		"Read it where it is needed: RUN --mount=type=secret,id=" + id + ",env=" + name + " …",
		"At run time give it through the environment of the container or a secrets manager.",
	}, Commands: []string{"docker build --secret id=" + id + ",env=" + name + " ."}}
}

func copied(p *checks.Pass, in *dockerfile.Instruction, last bool) {
	words := in.Fields()
	if strings.Contains(in.Text, "--from=") {
		return
	}
	if i := strings.IndexByte(in.Text, '['); i >= 0 && strings.Trim(in.Text[:i], " \t") == copyOptions.FindString(in.Text[:i]) { // the form of a list
		if list := (&dockerfile.Instruction{Text: in.Text[i:]}).Exec(); list != nil {
			words = list
		}
	}
	for _, w := range words[:max(0, len(words)-1)] {
		if path.Clean(w) == "." {
			wholeContext(p, in, last)
			continue
		}
		if !secretSource.MatchString(path.Clean(w)) {
			continue
		}
		f := p.At(in.Start, in.End, w+" is copied into the image, with what it holds.")
		f.Anchor = "build secret copy " + w
		if !p.Repo.Has(path.Join(path.Dir(p.File.Path), w)) {
			f.Lower(rules.Medium, "the file is not part of the repository")
		}
		if !last {
			f.Lower(rules.Low, "the stage is not the one that is shipped, but its cache is kept")
		}
		f.Fixes = []checks.Fix{checks.Steps("leave-out", "Leave it out of the image", "Take the line out, and name the file in .dockerignore.", "Give what it holds at run time: --env-file, or a secrets manager.", "During the build: RUN --mount=type=secret,id=…")}
	}
}

// copyOptions are those of COPY and ADD.
var copyOptions = regexp.MustCompile(`^(?:--\S+(?:[ \t]+--\S+)*)?`)

// wholeContext reports that everything is copied where a file of credentials lies and nothing leaves it out.
func wholeContext(p *checks.Pass, in *dockerfile.Instruction, last bool) {
	dir := path.Dir(p.File.Path)
	for _, name := range []string{".env", ".env.local", ".env.production"} {
		if !p.Repo.Has(path.Join(dir, name)) || p.Repo.Has(path.Join(dir, ".dockerignore")) || p.Repo.Has(p.File.Path+".dockerignore") {
			continue
		}
		f := p.At(in.Start, in.End, name+" is copied into the image with everything else: no .dockerignore leaves it out.")
		f.Anchor = "build secret context"
		f.Lower(rules.Medium, "what the file holds was not read for this")
		if !last {
			f.Lower(rules.Low, "the stage is not the one that is shipped, but its cache is kept")
		}
		f.Fixes = []checks.Fix{checks.Steps("leave-out", "Leave it out of the image", "Write a .dockerignore with the lines .env*, .git and whatever else the image does not need.", "Give what the file holds at run time: --env-file, or a secrets manager.")}
		return
	}
}
