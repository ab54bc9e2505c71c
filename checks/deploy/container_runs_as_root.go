package deploy

import (
	"bytes"
	"context"
	"regexp"
	"strings"

	"bakedin/checks"
	"bakedin/rules"
)

var (
	from       = regexp.MustCompile(`(?i)^\s*FROM\s+(\S+)`)
	user       = regexp.MustCompile(`(?i)^\s*USER\s+(\S+)`)
	starts     = regexp.MustCompile(`(?i)^\s*(?:CMD|ENTRYPOINT)\b`)
	privileged = regexp.MustCompile(`(?m)^[ \t]*-?[ \t]*(privileged:[ \t]*true|allowPrivilegeEscalation:[ \t]*true|runAsUser:[ \t]*0|host(?:Network|PID|IPC):[ \t]*true)\b`)
	socket     = regexp.MustCompile(`(?m)^[^#\n]*/var/run/docker\.sock\b`)
	// images that run as a plain user by themselves
	plainImage = regexp.MustCompile(`(?i)nonroot|distroless|chainguard|^scratch$|/jupyter/|^jupyter/`)
)

// containerRunsAsRoot looks at the last stage of a Dockerfile, and at the fields of compose and Kubernetes that give a
// container the rights of its host.
func containerRunsAsRoot(_ context.Context, p *checks.Pass) error {
	text, err := p.File.Bytes()
	if err != nil {
		return err
	}
	if a := p.File.Assets[0]; a.Format == "dockerfile" {
		dockerfile(p, text)
		return nil
	}
	for _, m := range privileged.FindAllSubmatchIndex(text, 20) {
		field := strings.Join(strings.Fields(string(text[m[2]:m[3]])), " ")
		f := p.At(m[2], m[3], field+" gives the container rights of the host.")
		f.Severity = rules.High
		reason := "rights of the host"
		f.SeverityReason = &reason
		if strings.HasPrefix(field, "runAsUser") {
			f.Severity, f.SeverityReason = "", nil
		}
	}
	for _, m := range socket.FindAllIndex(text, 5) {
		p.At(m[1]-len("/var/run/docker.sock"), m[1], "The socket of the container engine is handed in: whoever has it controls the host.")
	}
	return nil
}

// dockerfile reports a last stage that starts something and never leaves root.
func dockerfile(p *checks.Pass, text []byte) {
	image, account := "", ""
	fromAt, startAt := -1, -1
	off := 0
	for _, line := range bytes.Split(text, []byte("\n")) {
		switch {
		case from.Match(line):
			image, account = string(from.FindSubmatch(line)[1]), ""
			fromAt, startAt = off+len(line)-len(bytes.TrimLeft(line, " \t")), -1
		case user.Match(line):
			account = string(user.FindSubmatch(line)[1])
		case starts.Match(line):
			startAt = off
		}
		off += len(line) + 1
	}
	name, _, _ := strings.Cut(account, ":")
	if fromAt < 0 || startAt < 0 || plainImage.MatchString(image) || name != "" && name != "root" && name != "0" {
		return
	}
	end := fromAt + bytes.IndexByte(append(text[fromAt:len(text):len(text)], '\n'), '\n')
	f := p.At(fromAt, end, "The last stage of the image starts its program as root: there is no USER line.")
	if name != "" {
		f.Message = "The last stage of the image starts its program as root on purpose."
	}
	f.Fixes = []checks.Fix{{ID: "add-user", Title: "Run as a plain user", Applicability: checks.Manual, Steps: []string{
		"Add to the last stage, before CMD or ENTRYPOINT: RUN useradd --create-home app",
		"Then: USER app",
		"Give that user the folders it has to write to, and build and start the image once.",
	}}}
}
