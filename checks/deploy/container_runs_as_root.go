package deploy

import (
	"context"
	"regexp"
	"slices"
	"strings"

	"bakedin/checks"
	"bakedin/internal/lang/dockerfile"
	"bakedin/internal/lang/keys"
	"bakedin/rules"
)

var (
	// images that run as a plain user by themselves
	plainImage = regexp.MustCompile(`(?i)nonroot|distroless.*:nonroot|cgr\.dev/|chainguard|^scratch$|/jupyter/|^jupyter/|bitnami/|rootless|unprivileged`)
	// signs that the image serves something or works with models
	serves = regexp.MustCompile(`(?i)\bEXPOSE\b|\b(?:uvicorn|gunicorn|hypercorn|flask|streamlit|gradio|vllm|ollama|torch|tensorflow|transformers|llama|sglang|triton(?:server)?|models?|mlflow|fastapi|openai|anthropic|langchain|mcp|onnx|cuda|huggingface|hf_hub|serve|server|api|app)\b`)
	alpine = regexp.MustCompile(`(?i)alpine`)
)

// containerRunsAsRoot reports images whose last stage starts its program as root, and containers that ask for root.
func containerRunsAsRoot(_ context.Context, p *checks.Pass) error {
	d, err := Dockerfile.Of(p.File)
	if err != nil {
		return err
	}
	if d != nil {
		imageAsRoot(p, d)
		return nil
	}
	root, err := checks.Keys.Of(p.File)
	if root == nil || err != nil {
		return err
	}
	if p.File.Assets[0].Format == "compose" {
		for _, s := range items(root.Child("services")) {
			if n := s.Child("user"); n != nil && isRoot(n.Value) {
				f := p.At(n.KeyStart, n.End, "The service "+s.Key+" runs as root on purpose.")
				f.Anchor = "root " + s.Key
				text, _ := p.File.Bytes()
				f.Fixes = []checks.Fix{{ID: "drop-user", Title: "Take the line out: the image decides", Applicability: checks.Unsafe, Edits: edits(p.DeleteKey(text, s, n)), Breaks: "Files that root owned in the volumes are no longer writable."}}
			}
		}
		return nil
	}
	for _, doc := range documents(root) {
		for _, c := range containersOf(doc, 0) {
			if pod := podOf(doc, c, 0); ownAccount(c) == nil && ownAccount(pod) != nil {
				asksForRoot(p, doc, pod, "The containers of this pod run as root on purpose.", "root pod")
				continue
			}
			podAsRoot(p, doc, c)
		}
	}
	return nil
}

// podOf is the object whose containers a container is among.
func podOf(n, c *keys.Node, depth int) *keys.Node {
	if n == nil || depth > 12 {
		return nil
	}
	for _, i := range n.Items {
		if slices.Contains(i.Items, c) {
			return n
		}
		if pod := podOf(i, c, depth+1); pod != nil {
			return pod
		}
	}
	return nil
}

// ownAccount is what a container or a pod says of the account it runs as; nil when it says nothing.
func ownAccount(n *keys.Node) *keys.Node {
	if user := n.At("securityContext", "runAsUser"); user != nil {
		return user
	}
	return n.At("securityContext", "runAsNonRoot")
}

// podAsRoot reports a container that asks for the account 0. One that says nothing runs as its image does.
func podAsRoot(p *checks.Pass, doc, c *keys.Node) {
	if ownAccount(c) == nil {
		silentPod(p, doc, c)
		return
	}
	name := value(c.Child("name"))
	asksForRoot(p, doc, c, "The container "+name+" runs as root on purpose.", "root "+name)
}

// asksForRoot reports a container or pod that says it runs as root.
func asksForRoot(p *checks.Pass, doc, c *keys.Node, message, anchor string) {
	n := ownAccount(c)
	if n.Key == "runAsUser" && n.Value != "0" || n.Key == "runAsNonRoot" && n.Value != "false" {
		return
	}
	for _, f := range p.Found() {
		if f.Location.Start.Byte == n.KeyStart { // told for the container before
			return
		}
	}
	f := p.At(n.KeyStart, n.End, message)
	f.Anchor = anchor
	if c.At("securityContext", "privileged") != nil {
		f.Lower(rules.Low, "it prepares the host, which container-privileged tells")
	}
	replacement := "1000"
	if n.Key == "runAsNonRoot" {
		replacement = "true"
	}
	set := edits(p.SetKey(n, replacement))
	if n.Key == "runAsNonRoot" && value(podOf(doc, c, 0).At("securityContext", "runAsUser")) == "0" { // it would not start
		set = append(set, keyBefore(p, c.Child("securityContext"), n, "runAsUser: 1000"))
	}
	f.Fixes = []checks.Fix{{ID: "plain-user", Title: "Run as a plain user", Applicability: checks.Unsafe, Edits: set, Breaks: "The image must work without root, and its volumes must be writable for that account."}}
}

// silentPod reports a container of a model server for which nothing says that it must not be root. Of others it says nothing:
// their images decide.
func silentPod(p *checks.Pass, doc, c *keys.Node) {
	image := value(c.Child("image"))
	if plainImage.MatchString(image) || says(doc, 0) {
		return
	}
	for i := range serverKinds {
		if k := &serverKinds[i]; k.images == nil || !k.images.MatchString(image) {
			continue
		}
		n := c.Child("image")
		f := p.At(n.KeyStart, n.End, "Nothing says that the container "+value(c.Child("name"))+" must not run as root, and the image of "+serverKinds[i].name+" does.")
		f.Anchor = "silent " + value(c.Child("name"))
		f.Fixes = []checks.Fix{checks.Steps("not-root", "Say that it must not be root", "Add to the container: securityContext: {runAsNonRoot: true, runAsUser: 10001, allowPrivilegeEscalation: false}", "Give the account the volumes that it writes to, and start the pod once.")}
		return
	}
}

// says tells whether some security context of a document names the account.
func says(n *keys.Node, depth int) bool {
	if depth > 12 {
		return false
	}
	for _, c := range n.Items {
		if c.Key == "securityContext" && (c.Child("runAsNonRoot") != nil || c.Child("runAsUser") != nil) || says(c, depth+1) {
			return true
		}
	}
	return false
}

func isRoot(account string) bool {
	name, _, _ := strings.Cut(strings.Trim(account, `"'`), ":")
	return name == "root" || name == "0"
}

func imageAsRoot(p *checks.Pass, d *dockerfile.File) {
	s := d.Last()
	if s == nil {
		return
	}
	account, at := s.User()
	if at != nil && !isRoot(dockerfile.Fill(account, d.Variables(s))) || at == nil && plainImage.MatchString(s.Root().Image) {
		return
	}
	var start *dockerfile.Instruction
	for i := range s.Instructions {
		if in := &s.Instructions[i]; in.Name == "CMD" || in.Name == "ENTRYPOINT" {
			start = in
			break
		}
	}
	if start == nil { // a base for other images, or a build step
		return
	}
	text, _ := p.File.Bytes()
	from, end := s.From.Start, s.From.End
	message := "The last stage of the image starts its program as root: there is no USER line."
	if at != nil {
		from, end = at.Start, at.End
		message = "The last stage of the image starts its program as root on purpose."
	}
	f := p.At(from, end, message)
	f.Anchor = "root image"
	if !serves.Match(text) {
		f.Lower(rules.Low, "nothing in the file says that it serves anybody")
	}
	steps := checks.Steps("add-user", "Run as a plain user", "Add to the last stage, before CMD or ENTRYPOINT: RUN useradd --create-home app, then USER app", "Give that user the folders it has to write to, and build and start the image once.")
	f.Fixes = []checks.Fix{plainUser(p, d, s, at, start), steps}
}
