package agent

import (
	"context"
	"path"
	"regexp"
	"strings"

	"bakedin/checks"
	"bakedin/internal/lang/keys"
	"bakedin/rules"
)

var (
	oneLiner = regexp.MustCompile(`\b(?:curl|wget|iwr|Invoke-WebRequest)\b|\b(?:python3?|node|ruby|perl)\s+-[ce]\b|\b(?:ba|z)?sh\s+-c\b|base64\s+(?:-d|--decode)|\|\s*(?:ba|z)?sh\b`)
	download = regexp.MustCompile(`\b(?:curl|wget|iwr|Invoke-WebRequest)\b|base64\s+(?:-d|--decode)`)
	// of a shell: what comes back is run
	runsDownload = regexp.MustCompile(`<\(|\|\s*(?:sudo\s+)?(?:ba|z|da)?sh\b|\b(?:eval|source|exec)\b`)
	disguised    = regexp.MustCompile(`(?i)base64|fromCharCode|-enc\b|-EncodedCommand|\\x[0-9a-f]{2}\\x|frombase64`)
	binaries     = regexp.MustCompile(`(?i)(?:\.path|\.executable|executablePath|interpreterPath|serverPath|\.binary)$`)
)

// autorunTask is the detector of agent-autorun-task.
type autorunTask struct{}

// Judge implements checks.Judge, for the script that direnv runs when somebody enters the folder.
func (autorunTask) Judge(p *checks.Pass, m checks.TextMatch) {
	line := string(m.Group(1))
	what, _ := fetches(line, 0)
	if what == "" {
		return
	}
	f := p.At(m.Groups[2], m.Groups[3], "Entering the folder runs a command that "+what+".")
	f.Anchor = "envrc " + what
	if runsDownload.MatchString(line) {
		f.Lower(rules.High, "it downloads what it runs")
	}
	f.Fixes = []checks.Fix{checks.Steps("keep-it-here", "Keep what it needs here", "Put what is downloaded into the repository, or fetch it once, at a version, with its digest.", "Leave in .envrc what sets variables.")}
}

// Run implements checks.Check: what runs when somebody only opens the project.
func (autorunTask) Run(_ context.Context, p *checks.Pass) error {
	root, err := checks.Keys.Of(p.File)
	if root == nil {
		return err
	}
	base := path.Base(p.File.Path)
	switch {
	case base == "tasks.json", strings.HasSuffix(base, ".code-workspace"):
		tasks := root.Child("tasks")
		if tasks.Child("tasks") != nil {
			tasks = tasks.Child("tasks")
		}
		for _, task := range childItems(tasks) {
			on := task.At("runOptions", "runOn")
			if on == nil || on.Value != "folderOpen" {
				continue
			}
			f := p.At(on.KeyStart, on.End, "The task starts when somebody opens the folder.")
			f.Anchor = "task folderOpen " + value(task.Child("label"))
			whole := value(task.Child("command"))
			for _, a := range childItems(task.Child("args")) {
				whole += " " + a.Value
			}
			switch what, _ := fetches(whole, 0); {
			case what != "" || download.MatchString(whole):
				f.Lower(rules.High, "it downloads what it runs")
			case disguised.MatchString(whole):
				f.Lower(rules.High, "what it runs is written in another spelling")
			}
			text, _ := p.File.Bytes()
			f.Fixes = []checks.Fix{{ID: "start-by-hand", Title: "Start it by hand", Applicability: checks.Safe, Edits: editList(p.DeleteKey(text, task.Child("runOptions"), on))}}
		}
	case strings.HasSuffix(base, "devcontainer.json"):
		n := root.Child("initializeCommand")
		for _, c := range flat(n) {
			if !oneLiner.MatchString(c.Value) {
				continue
			}
			f := p.At(c.Start, c.End, "initializeCommand runs on the machine of whoever opens the project, before there is a container.")
			f.Anchor = "initializeCommand"
			if download.MatchString(c.Value) {
				f.Lower(rules.High, "it downloads what it runs")
			}
			f.Fixes = []checks.Fix{checks.Steps("inside", "Do it inside the container", "Move the command to the image or to postCreateCommand: both run inside the container.", "Fetch at a version and check the digest.")}
		}
	case strings.HasSuffix(p.File.Path, ".vscode/settings.json"):
		for _, n := range root.Items {
			if n.Kind == keys.Scalar && binaries.MatchString(n.Key) && inTree(n.Value) && !strings.Contains(n.Value, "node_modules") && !strings.Contains(n.Value, ".venv") && !strings.Contains(n.Value, "/venv") && !strings.HasPrefix(n.Key, "python.") {
				f := p.At(n.Start, n.End, n.Key+" makes the editor start a program of this repository.")
				f.Anchor = "editor " + n.Key
				f.Lower(rules.Low, "the editor asks before it trusts a folder")
				f.Fixes = []checks.Fix{checks.Steps("own-tools", "Let everybody use their own tool", "Take the setting out and say in the README which version is meant.")}
			}
		}
	}
	return nil
}

// inTree tells whether a setting points to a file of the repository.
func inTree(v string) bool {
	return strings.HasPrefix(v, "./") || strings.HasPrefix(v, "${workspaceFolder}") || strings.HasPrefix(v, ".") && strings.Contains(v, "/")
}

func value(n *keys.Node) string {
	if n == nil {
		return ""
	}
	return n.Value
}

func flat(n *keys.Node) []*keys.Node {
	if n == nil {
		return nil
	}
	if n.Kind == keys.Scalar {
		return []*keys.Node{n}
	}
	var out []*keys.Node
	for _, c := range n.Items {
		out = append(out, flat(c)...)
	}
	return out
}
