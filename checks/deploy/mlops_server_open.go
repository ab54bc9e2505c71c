package deploy

import (
	"context"
	"regexp"
	"strings"

	"bakedin/checks"
)

var (
	everywhere = regexp.MustCompile(`(?:--host|-h|--bind-address|--listen-host)[= ]["']?(?:0\.0\.0\.0|::)`)
	dashboards = regexp.MustCompile(`--dashboard[-_]host[= ]["']?(?:0\.0\.0\.0|::)`)
	rayImage   = regexp.MustCompile(`(?:^|/)rayproject/ray\b`)
	bindAll    = regexp.MustCompile(`--bind_all\b|--host[= ]["']?0\.0\.0\.0`)
)

// mlopsServerOpen reports tracking, cluster and dashboard servers that listen to everybody without a login. Inside a
// container listening everywhere is needed; there the published port counts.
func mlopsServerOpen(_ context.Context, p *checks.Pass) error {
	list, err := processes.Of(p.File)
	if err != nil {
		return err
	}
	for i := range list {
		s := &list[i]
		what := ""
		switch {
		case s.name == "mlflow" && everywhere.MatchString(s.line) && !strings.Contains(s.line, "basic-auth") && !s.hasEnv("MLFLOW_AUTH_CONFIG_PATH"):
			what = "MLflow hands its artefacts out, and takes new ones, without a login"
		case s.name == "ray" && dashboards.MatchString(s.line):
			what = "the dashboard of Ray runs whatever job it is sent"
		case (s.name == "tensorboard" || s.name == "tensorboard.main") && bindAll.MatchString(s.line):
			what = "TensorBoard shows its logs to everybody"
		case s.exposure == published && rayImage.MatchString(s.image) && s.publishes("8265", "10001"):
			what = "Ray runs whatever job it is sent over the port that is published"
		case (s.name == "aim" || s.name == "label-studio") && bindAll.MatchString(s.line):
			what = s.name + " shows its data to everybody"
		}
		if what == "" || s.inside && s.exposure == loopback {
			continue
		}
		start, end := s.at[0], s.at[1]
		if len(s.args) > 0 && s.args[0].Start >= s.at[0] {
			end = max(end, s.args[len(s.args)-1].End)
		}
		f := p.At(start, end, strings.ToUpper(what[:1])+what[1:]+".")
		f.Anchor = "mlops " + s.name + " " + s.label
		f.Fixes = serverFixes(p, s, "Bind it to 127.0.0.1, and switch on the login that the server has or put a proxy in front.")
	}
	return nil
}
