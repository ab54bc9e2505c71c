package deploy

import (
	"context"
	"path"
	"regexp"
	"strings"

	"bakedin/checks"
	"bakedin/internal/address"
	"bakedin/internal/lang/shell"
	"bakedin/rules"
)

var (
	jupyter      = regexp.MustCompile(`^(?:jupyter(?:-lab|-notebook|-server|hub-singleuser)?|start-(?:notebook|singleuser)\.(?:sh|py))$`)
	jupyterImage = regexp.MustCompile(`(?:^|/)jupyter/`)
	configFile   = regexp.MustCompile(`^jupyter\w*_config\.py$`)
	// a setting of a configuration: its class, its name, and the value as it is written
	configLine = regexp.MustCompile(`(?m)^[ \t]*(c\.(?:\w*(?:ServerApp|NotebookApp|IdentityProvider|LabApp)))\.(\w+)[ \t]*=[ \t]*([^\n#]*)`)
)

// names of the settings, in the versions of the server
var (
	tokenOptions    = []string{"--ServerApp.token", "--NotebookApp.token", "--IdentityProvider.token"}
	passwordOptions = []string{"--ServerApp.password", "--NotebookApp.password", "--PasswordIdentityProvider.hashed-password"}
	addressOptions  = []string{"--ip", "--ServerApp.ip", "--NotebookApp.ip"}
)

// notebookServerOpen reports notebook servers that are told to ask nobody, where others can reach them. An empty password
// alone is none: the server then makes a token.
type notebookServerOpen struct{}

// Judge implements checks.Judge: a command in a program of another language, as one text or as a list of words.
func (notebookServerOpen) Judge(p *checks.Pass, m checks.TextMatch) {
	if isComment(m.Text, m.Groups[0]) {
		return
	}
	words := shell.Words(strings.NewReplacer(`"`, " ", ",", " ", "[", " ", "]", " ", "(", " ", ")", " ").Replace(m.Group(0)))
	for i, w := range words {
		s := process{name: path.Base(w.Value), args: words[i+1:], at: [2]int{m.Groups[0], m.Groups[1]}}
		s.finish()
		if server, setting, host, given := s.notebook(); setting != "" {
			s.reportNotebook(p, server, setting, s.listens(host, given, true))
			return
		}
	}
}

// Run implements checks.Check.
func (notebookServerOpen) Run(_ context.Context, p *checks.Pass) error {
	if configFile.MatchString(path.Base(p.File.Path)) {
		return openConfig(p)
	}
	list, err := processes.Of(p.File)
	if err != nil {
		return err
	}
	told := map[int]bool{}
	for i := range list {
		s := &list[i]
		server, setting, host, given := s.notebook()
		if setting == "" || told[s.at[0]] && s.inside {
			continue
		}
		told[s.at[0]] = true
		s.reportNotebook(p, server, setting, s.listens(host, given, true))
	}
	return nil
}

func (s *process) reportNotebook(p *checks.Pass, server, setting string, reach exposure) {
	if reach == loopback {
		return
	}
	start, end := s.place()
	f := p.At(start, end, server+" asks nobody for a login ("+setting+"): whoever reaches it has a shell.")
	f.Anchor = "notebook " + server + " " + s.label
	if reach == unknown {
		f.Lower(rules.Medium, "the file does not tell who can reach it")
	}
	f.Fixes = notebookFixes()
}

// notebook is the server of notebooks that a process is, the setting by which it asks nobody, and where it listens.
func (s *process) notebook() (server, setting, host string, given bool) {
	if strings.HasPrefix(s.line, "code-server") || s.name == "openvscode-server" {
		if v, ok := s.option("--auth"); ok && v == "none" {
			setting = "--auth none"
		} else if _, ok := s.option("--without-connection-token"); ok {
			setting = "--without-connection-token"
		}
		host, given = s.option("--bind-addr", "--host")
		return s.name, setting, host, given
	}
	named := s.name == "" && jupyterImage.MatchString(s.image)
	for _, w := range append([]shell.Word{{Value: s.name}}, s.args[:min(2, len(s.args))]...) {
		named = named || jupyter.MatchString(path.Base(w.Value))
	}
	for _, o := range tokenOptions {
		if v, ok := s.option(o); ok && !empty(v) {
			return "", "", "", false
		} else if ok {
			setting = o + "=''"
		}
	}
	for _, o := range passwordOptions {
		if v, ok := s.option(o); ok && !empty(v) {
			return "", "", "", false
		}
	}
	if !named {
		setting = ""
	}
	host, given = s.option(addressOptions...)
	return "Jupyter", setting, strings.Trim(host, `"'`), given
}

func empty(value string) bool {
	return strings.Trim(strings.TrimPrefix(strings.TrimSpace(value), "u"), `"'`) == ""
}

// openConfig reports the settings of a configuration that together let everybody in.
func openConfig(p *checks.Pass) error {
	text, err := p.File.Bytes()
	if err != nil {
		return err
	}
	settings := map[string]string{}
	places := map[string][2]int{}
	names := map[string]string{}
	for _, m := range configLine.FindAllSubmatchIndex(text, 200) {
		name := string(text[m[4]:m[5]])
		settings[name] = strings.TrimSpace(string(text[m[6]:m[7]]))
		places[name], names[name] = [2]int{m[2], m[7]}, string(text[m[2]:m[3]])+"."+name
	}
	host := strings.Trim(settings["ip"], `"'`)
	has := func(name string) bool { _, ok := settings[name]; return ok }
	what := ""
	switch {
	case has("ip") && address.Loopback(host):
		return nil
	case has("token") && empty(settings["token"]) && empty(settings["password"]) && empty(settings["hashed_password"]):
		what = "token"
	case strings.Trim(settings["allow_origin"], `"'`) == "*" && settings["disable_check_xsrf"] == "True":
		what = "disable_check_xsrf"
	default:
		return nil
	}
	message := "Jupyter asks nobody for a login (" + names[what] + " is empty): whoever reaches it has a shell."
	if what != "token" {
		message = names[what] + " and an allow_origin of * let every web page send commands to the server."
	}
	f := p.At(places[what][0], places[what][1], message)
	f.Anchor = "notebook config " + what
	if !address.Everywhere(host) {
		f.Lower(rules.Medium, "the file does not tell where it listens")
	}
	f.Fixes = notebookFixes()
	return nil
}

func notebookFixes() []checks.Fix {
	return []checks.Fix{checks.Steps("ask-for-token", "Let the server ask for a token",
		"Take the setting out: the server then makes a token, or asks for a password, at every start.",
		"Let it listen on 127.0.0.1 and reach it through a tunnel: ssh -L 8888:127.0.0.1:8888 HOST.",
		"For a team put it behind a hub or proxy that knows who is calling.")}
}
