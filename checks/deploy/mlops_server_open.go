package deploy

import (
	"context"
	"regexp"
	"strings"

	"bakedin/checks"
	"bakedin/internal/lang/shell"
	"bakedin/internal/repo"
)

// opsServer is a server of tracking, clusters or dashboards, and how it is told where to listen. All of them listen on this
// machine alone unless they are told otherwise.
type opsServer struct {
	programs *regexp.Regexp // over the command line
	hosts    []string       // options with the address
	all      string         // an option that stands for every address
	asks     func(*process) bool
	what     string
}

var opsServers = []opsServer{
	{regexp.MustCompile(`^mlflow (?:server|ui)\b`), []string{"--host", "-h"}, "", mlflowAsks, "MLflow hands its artefacts out, and takes new ones, without a login"},
	{regexp.MustCompile(`^ray start\b`), []string{"--dashboard-host"}, "", nil, "the dashboard of Ray runs whatever job it is sent"},
	{regexp.MustCompile(`^tensorboard(?:\.main)?\b`), []string{"--host"}, "--bind-all", nil, "TensorBoard shows its logs to everybody"},
	{regexp.MustCompile(`^aim (?:up|server)\b`), []string{"--host", "-h"}, "", nil, "Aim shows its data to everybody"},
	{regexp.MustCompile(`^label-studio\b`), []string{"--host", "--internal-host"}, "", nil, "Label Studio shows its data to everybody"},
}

func mlflowAsks(s *process) bool {
	return strings.Contains(s.line, "basic-auth") || s.hasEnv("MLFLOW_AUTH_CONFIG_PATH")
}

var rayImage = regexp.MustCompile(`(?:^|/)rayproject/ray\b`)

// mlopsServerOpen reports tracking, cluster and dashboard servers that listen to everybody without a login. Inside a
// container listening everywhere is needed; there the published port counts.
type mlopsServerOpen struct{}

// Judge implements checks.Judge: a setting that lets everybody in.
func (mlopsServerOpen) Judge(p *checks.Pass, m checks.TextMatch) { opened(p, m) }

// Run implements checks.Check.
func (mlopsServerOpen) Run(_ context.Context, p *checks.Pass) error {
	list, err := processes.Of(p.File)
	if err != nil {
		return err
	}
	if a := p.File.Asset(repo.Deploy); a != nil && a.Format == "kubernetes" {
		pipelinesOpen(p)
	}
	told := map[string]bool{}
	for i := range list {
		s := &list[i]
		what := ""
		for _, k := range opsServers {
			if k.programs.MatchString(s.line) && k.open(s) {
				what = k.what
			}
		}
		if what == "" && s.exposure == published && rayImage.MatchString(s.image) && s.publishes("8265", "10001") {
			what = "Ray runs whatever job it is sent over the port that is published"
		}
		anchor := "mlops " + s.name + " " + s.label
		if what == "" || told[anchor] && s.inside {
			continue
		}
		told[anchor] = true
		start, end := s.at[0], s.at[1]
		if len(s.args) > 0 && s.args[0].Start >= s.at[0] {
			end = max(end, s.args[len(s.args)-1].End)
		}
		f := p.At(start, end, strings.ToUpper(what[:1])+what[1:]+".")
		f.Anchor = anchor
		f.Fixes = serverFixes(p, s, "Bind it to 127.0.0.1, and switch on the login that the server has or put a proxy in front.")
	}
	return nil
}

// open tells whether the server listens beyond its machine, or its container, and asks nobody.
func (k opsServer) open(s *process) bool {
	if k.asks != nil && k.asks(s) {
		return false
	}
	host, given := s.option(k.hosts...)
	if _, all := shell.Option(s.args, k.all); all && k.all != "" {
		host, given = "0.0.0.0", true
	}
	where := process{args: s.args}
	return where.listens(host, given, true) == published && s.listens(host, given, true) == published
}

// pipelinesOpen reports the page of Kubeflow Pipelines behind a service of its own that leads out of the cluster: it runs what
// it is given, and leaves the login to what stands before it.
func pipelinesOpen(p *checks.Pass) {
	root, err := checks.Keys.Of(p.File)
	if root == nil || err != nil {
		return
	}
	for _, d := range documents(root) {
		kind := d.At("spec", "type")
		if value(d.Child("kind")) != "Service" || value(d.At("metadata", "name")) != "ml-pipeline-ui" || value(kind) != "LoadBalancer" && value(kind) != "NodePort" {
			continue
		}
		f := p.At(kind.KeyStart, kind.End, "The page of Kubeflow Pipelines is published without a login: whoever reaches it runs pipelines.")
		f.Anchor = "mlops pipelines"
		f.Fixes = []checks.Fix{checks.Steps("keep-inside", "Keep it inside the cluster", "Write type: ClusterIP, and reach it with kubectl port-forward.", "For a team put the gateway of Kubeflow with its login in front.")}
	}
}
