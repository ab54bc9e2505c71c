package deploy

import (
	"bytes"
	"regexp"
	"strings"

	"bakedin/checks"
	"bakedin/internal/lang/dockerfile"
)

var (
	distroless = regexp.MustCompile(`(?i)distroless`)
	apk        = regexp.MustCompile(`\bapk\s+(?:--\S+\s+)*add\b|\badduser\s+-[SD]`)
	makesUser  = regexp.MustCompile(`\b(?:useradd|adduser)[ \t]([^&|;\n]*)`)
	takesValue = regexp.MustCompile(`^-(?:[a-zA-Z]*[ugGdschkKbefp]|-(?:uid|gid|shell|home|home-dir|comment|gecos|ingroup|groups|base-dir|password|skel))$`)
	userName   = regexp.MustCompile(`^(?:[a-z_][\w.-]*|\$\{?(\w+)\}?)$`)
)

// plainUser makes the last stage run as a plain account from where nothing is installed any more. at is the USER line that
// says root, or nil.
func plainUser(p *checks.Pass, d *dockerfile.File, s *dockerfile.Stage, at, start *dockerfile.Instruction) checks.Fix {
	text, _ := p.File.Bytes()
	line := checks.LineEnd(text)
	fix := checks.Fix{ID: "plain-user", Applicability: checks.Unsafe, Breaks: "The account needs the folders that the program writes to, and no port below 1024."}
	account, makes := accountOf(text, s, d.Variables(s)), ""
	switch {
	case distroless.MatchString(s.Root().Image):
		account = "nonroot" // it is there, and there is no shell to make another
	case account != "":
	case alpine.MatchString(s.Root().Image) || apk.Match(text):
		account, makes = "app", "RUN adduser -D -u 10001 app"+line
	default:
		account, makes = "app", "RUN useradd --create-home --uid 10001 app"+line
	}
	fix.Title = "Run as " + account
	if makes != "" {
		fix.Title = "Make an account and run as it"
	}
	var last *dockerfile.Instruction // that needs root
	here := false                    // the USER line is of this stage
	for i := range s.Instructions {
		in := &s.Instructions[i]
		if in.Name == "RUN" {
			last = in
		}
		here = here || in == at
	}
	switch {
	case here && (last == nil || last.Start < at.Start):
		fix.Edits = edits(p.Replace(at.Start, at.End, makes+"USER "+account))
	case last != nil && last.Start > start.Start:
		end := last.End
		if i := bytes.IndexByte(text[end:], '\n'); i >= 0 {
			end += i + 1
			fix.Edits = edits(p.Replace(end, end, makes+"USER "+account+line))
		} else {
			fix.Edits = edits(p.Replace(end, end, line+makes+"USER "+account))
		}
	default:
		above := aboveComments(text, start.Start)
		fix.Edits = edits(p.Replace(above, above, makes+"USER "+account+line))
	}
	return fix
}

// aboveComments is the start of the line of an instruction, or of the comments right above it.
func aboveComments(text []byte, at int) int {
	at = bytes.LastIndexByte(text[:at], '\n') + 1
	for at > 0 {
		before := bytes.LastIndexByte(text[:at-1], '\n') + 1
		if !bytes.HasPrefix(bytes.TrimSpace(text[before:at]), []byte("#")) {
			break
		}
		at = before
	}
	return at
}

// accountOf is the account that a stage makes or already runs as, the last one; empty when there is none.
func accountOf(text []byte, s *dockerfile.Stage, variables map[string]string) string {
	for ; s != nil; s = s.Base {
		for i := len(s.Instructions) - 1; i >= 0; i-- {
			in := &s.Instructions[i]
			name := ""
			switch words := in.Fields(); {
			case in.Name == "USER" && len(words) > 0 && !isRoot(dockerfile.Fill(words[0], variables)):
				name, _, _ = strings.Cut(words[0], ":")
			case in.Name == "RUN":
				name = madeBy(strings.NewReplacer("\\\r\n", " ", "\\\n", " ").Replace(in.Text))
			}
			m := userName.FindStringSubmatch(strings.Trim(name, `"'`))
			if m != nil && !isRoot(m[0]) && (m[1] == "" || regexp.MustCompile(`(?im)^\s*(?:ARG|ENV)\s+`+m[1]+`\b`).Match(text)) {
				return m[0]
			}
		}
	}
	return ""
}

// madeBy is the account that a command makes.
func madeBy(command string) (name string) {
	for _, m := range makesUser.FindAllStringSubmatch(command, -1) {
		words := strings.Fields(m[1])
		for i, w := range words {
			if !strings.HasPrefix(w, "-") && (i == 0 || !takesValue.MatchString(words[i-1])) {
				name = w
				break
			}
		}
	}
	return name
}
