package deploy

import (
	"bytes"
	"context"
	"path"
	"regexp"
	"strings"

	"bakedin/checks"
	"bakedin/internal/lang/keys"
	"bakedin/internal/repo"
	"bakedin/rules"
)

// containerPrivileged reports containers that have the rights of their host: in compose and Kubernetes by their keys, in
// scripts and pipelines by the options of docker run.
type containerPrivileged struct{}

var (
	// the socket of a container engine, and the folders it lies in
	engineSocket = regexp.MustCompile(`^/(?:var/)?run/(?:docker|podman/podman|containerd/containerd|crio/crio)\.sock(?::|$)`)
	ofHost       = regexp.MustCompile(`^/(?:(?:etc|root|run|var/run)/?)?$`)
)

// Run implements checks.Check.
func (containerPrivileged) Run(_ context.Context, p *checks.Pass) error {
	a := p.File.Asset(repo.Deploy)
	workspace := path.Base(p.File.Path) == "devcontainer.json" || path.Base(p.File.Path) == ".devcontainer.json"
	if !workspace && (a == nil || a.Format != "compose" && a.Format != "kubernetes") {
		return nil
	}
	root, err := checks.Keys.Of(p.File)
	if root == nil || err != nil {
		return err
	}
	text, err := p.File.Bytes()
	if err != nil {
		return err
	}
	c := privileges{p: p, text: text, compose: a != nil && a.Format == "compose"}
	if workspace {
		c.workspace(root)
	}
	c.walk(nil, root, 0)
	return nil
}

type privileges struct {
	p       *checks.Pass
	text    []byte
	compose bool
}

func (c *privileges) walk(parent, n *keys.Node, depth int) {
	if depth > 40 || n.Start < len(c.text) && c.text[n.Start] == '*' { // an alias: told where it is defined
		return
	}
	on := n.Value == "true" && !n.Quoted
	switch {
	case n.Key == "privileged" && on:
		c.report(parent, n, "gives the container every right of the host", rules.High)
	case (n.Key == "hostNetwork" || n.Key == "hostPID" || n.Key == "hostIPC") && on:
		c.report(parent, n, "puts the container into a namespace of the host", rules.High)
	case n.Key == "allowPrivilegeEscalation" && on:
		c.report(parent, n, "lets a process of the container gain rights", rules.High)
	case c.compose && (n.Key == "pid" || n.Key == "ipc" || n.Key == "network_mode" || n.Key == "userns_mode") && n.Value == "host":
		severity := rules.Medium // common where GPUs share memory
		if n.Key == "pid" {
			severity = rules.High
		}
		c.report(parent, n, "shares a namespace of the host with the container", severity)
	case n.Key == "cap_add" || n.Key == "add" && parent != nil && parent.Key == "capabilities":
		for _, cap := range n.Items {
			switch name := strings.TrimPrefix(strings.ToUpper(cap.Value), "CAP_"); name {
			case "ALL", "SYS_ADMIN", "SYS_MODULE", "DAC_READ_SEARCH":
				c.report(n, cap, "lets the container do what only the host should", rules.High)
			case "SYS_PTRACE", "NET_ADMIN":
				c.report(n, cap, "lets the container look into others", rules.Medium)
			}
		}
	case n.Key == "security_opt":
		for _, o := range n.Items {
			switch strings.ReplaceAll(o.Value, ":", "=") {
			case "seccomp=unconfined":
				c.report(n, o, "switches the filter of system calls off", rules.High)
			case "apparmor=unconfined":
				c.report(n, o, "switches the profile of AppArmor off", rules.High)
			}
		}
	case n.Kind == keys.Scalar && n.Key == "path" && parent != nil && parent.Key == "hostPath":
		if engineSocket.MatchString(n.Value) || ofHost.MatchString(n.Value) {
			c.report(parent, n, "hands the container a part of the host that controls it", rules.High)
		}
	case c.compose && n.Kind == keys.Scalar && n.Key != "target" && engineSocket.MatchString(n.Value):
		c.report(parent, n, "hands the container the socket of the engine: whoever has it controls the host", rules.High)
	}
	for _, i := range n.Items {
		c.walk(n, i, depth+1)
	}
}

// workspace reads what the settings of a devcontainer hand to docker run.
func (c *privileges) workspace(root *keys.Node) {
	args := root.Child("runArgs")
	for i, n := range items(args) {
		option := n.Value
		if i+1 < len(args.Items) && !strings.Contains(option, "=") {
			option += " " + args.Items[i+1].Value
		}
		if runRight.MatchString(" "+option+" ") && strings.HasPrefix(option, "-") {
			c.report(args, n, "gives the container the rights of the host", rules.High)
		}
	}
	for _, n := range items(root.Child("capAdd")) {
		if n.Value == "ALL" || n.Value == "SYS_ADMIN" {
			c.report(root, n, "lets the container do what only the host should", rules.High)
		}
	}
	for _, n := range items(root.Child("mounts")) {
		source := value(n.Child("source"))
		for _, part := range strings.Split(n.Value, ",") {
			if name, v, _ := strings.Cut(part, "="); name == "source" || name == "src" {
				source = v
			}
		}
		if engineSocket.MatchString(source) {
			c.report(root, n, "hands the container the socket of the engine: whoever has it controls the host", rules.High)
		}
	}
}

// runRight is an option of docker run by which the container gets rights of its host.
var runRight = regexp.MustCompile(`\s(?:--privileged|--pid[= ]host|--cap-add[= ](?:CAP_)?(?:ALL|SYS_ADMIN)|--security-opt[= ]seccomp[=:]unconfined|(?:-v|--volume)[= ]/(?:var/)?run/docker\.sock:\S+)\s`)

func (c *privileges) report(parent, n *keys.Node, what string, severity rules.Severity) {
	start := n.Start
	if n.KeyEnd > n.KeyStart {
		start = n.KeyStart
	}
	shown := strings.Join(strings.Fields(string(c.text[start:n.End])), " ")
	f := c.p.At(start, n.End, shown+" "+what+".")
	f.Anchor = "privileged " + shown
	if severity != c.p.Rule.Severity {
		f.Lower(severity, "common where programs share a GPU or its memory")
	}
	fix := checks.Steps("drop-right", "Take the right away", "Remove the line and start the container once.", "Give it the one device, capability or folder that it misses, read-only where that is enough.")
	f.Fixes = []checks.Fix{fix}
	if n.KeyEnd > n.KeyStart && n.Value == "true" {
		f.Fixes = []checks.Fix{{ID: "switch-off", Title: "Switch it off", Applicability: checks.Unsafe, Edits: edits(c.p.SetKey(n, "false")), Breaks: "What the container did with that right fails."}, fix}
	}
}

var runsContainer = regexp.MustCompile(`\b(?:docker|podman|nerdctl)\b`)

// Judge implements checks.Judge: an option of docker run in a script.
func (containerPrivileged) Judge(p *checks.Pass, m checks.TextMatch) {
	at := m.Groups[0]
	line := bytes.LastIndexByte(m.Text[:at], '\n') + 1
	start := line
	for start > 1 { // continuation lines
		before := bytes.LastIndexByte(m.Text[:start-1], '\n') + 1
		if !bytes.HasSuffix(bytes.TrimRight(m.Text[before:start-1], "\r"), []byte(`\`)) {
			break
		}
		start = before
	}
	head := bytes.TrimSpace(m.Text[line:at])
	if bytes.HasPrefix(head, []byte("#")) || !runsContainer.Match(m.Text[start:at]) || shownOnly(p, m.Text, at) {
		return
	}
	start, end := m.Groups[2], m.Groups[3]
	option := strings.Join(strings.Fields(m.Group(1)), " ")
	message := option + " gives the container the rights of the host."
	socket := strings.Contains(option, ".sock")
	if socket {
		message = option + " hands the container the socket of the engine: whoever has it controls the host."
	}
	f := p.At(start, end, message)
	f.Anchor = "privileged " + option
	if socket && p.File.Is(repo.CI) {
		f.Lower(rules.Medium, "the machine of a CI job is often thrown away behind it")
	}
	f.Fixes = []checks.Fix{checks.Steps("drop-right", "Take the option out", "Remove the option and start the container once.", "Give it the one device, capability or folder that it misses.")}
}
