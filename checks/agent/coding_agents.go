package agent

import (
	"path"
	"regexp"
	"strings"

	"bakedin/internal/lang/shell"
	"bakedin/rules"
)

// codingAgent is an agent of the command line with the options that switch its questions off.
type codingAgent struct {
	title    string
	programs *regexp.Regexp // base names of the program and of the package
	only     string         // a word that must be among its arguments
	switches []offSwitch
}

// offSwitch is an option, or an option and its value as "option=value".
type offSwitch struct {
	option   *regexp.Regexp
	half     string         // one of two that together switch everything off
	severity rules.Severity // empty: that of the rule
	because  string
}

func option(re string) *regexp.Regexp { return regexp.MustCompile(`^(?:` + re + `)$`) }

// codingAgents lists them. Sources: the reference of the command line of each.
var codingAgents = []codingAgent{
	{"Claude Code", option(`claude(?:-code)?`), "", []offSwitch{{option: option(`--dangerously-skip-permissions|--permission-mode=bypassPermissions`)}}},
	{"Codex", option(`codex`), "", []offSwitch{
		{option: option(`--dangerously-bypass-approvals-and-sandbox|--yolo`)},
		{option(`(?:-a|--ask-for-approval)=never|(?:-c|--config)=approval_policy=["']?never["']?`), "asks", rules.Medium, "the sandbox still holds what it does"},
		{option(`(?:-s|--sandbox)=danger-full-access|(?:-c|--config)=sandbox_mode=["']?danger-full-access["']?`), "holds", rules.Medium, "only the question whether to run it is left"},
		{option(`--full-auto`), "", rules.Low, "it stays inside its sandbox, without network"},
	}},
	{"Gemini CLI", option(`gemini(?:-cli)?`), "", []offSwitch{{option: option(`--yolo|-y|--approval-mode=yolo`)}}},
	{"Qwen Code", option(`qwen(?:-code)?`), "", []offSwitch{{option: option(`--yolo|-y|--approval-mode=yolo`)}}},
	{"Copilot CLI", option(`copilot`), "", []offSwitch{{option: option(`--allow-all-(?:tools|paths)`)}}},
	{"Cursor CLI", option(`cursor-agent`), "", []offSwitch{{option: option(`--force|-f`)}}},
	{"Amazon Q", option(`q|kiro|kiro-cli`), "chat", []offSwitch{{option: option(`--trust-all-tools|-a`)}}},
	{"Amp", option(`amp`), "", []offSwitch{{option(`--dangerously-allow-all`), "", rules.Medium, "what the commands can reach is set elsewhere"}}},
	{"aider", option(`aider`), "", []offSwitch{{option(`--yes-always`), "", rules.Medium, "it edits and commits; commands of a shell are still asked about"}}},
}

// carriers start the command that stands among their arguments, as words of its own or as a line.
var carriers = map[string]bool{
	"sh": true, "bash": true, "zsh": true, "dash": true, "fish": true, "powershell": true, "pwsh": true, "eval": true, "su": true, "ssh": true, "xargs": true, "parallel": true,
	"docker": true, "podman": true, "nerdctl": true, "docker-compose": true, "kubectl": true, "devcontainer": true, "tmux": true, "screen": true, "script": true, "watch": true, "find": true,
	"flock": true, "setsid": true, "unbuffer": true, "runuser": true, "gosu": true, "start": true, "concurrently": true, "npx": true, "bunx": true, "pnpx": true, "pnpm": true, "yarn": true, "npm": true, "bun": true, "mise": true,
}

// switchedOff is an agent that a command starts and the words that switch its questions off.
type switchedOff struct {
	agent    *codingAgent
	how      string // the option as written
	at       shell.Word
	severity rules.Severity
	because  string
}

// agentNamed is the agent of a program, by its path, its package, or a variable that is named for it.
func agentNamed(word string) *codingAgent {
	name := path.Base(strings.ReplaceAll(word, `\`, "/"))
	if i := strings.LastIndexByte(name, '@'); i > 0 {
		name = name[:i]
	}
	name = strings.TrimSuffix(strings.TrimSuffix(name, ".exe"), ".cmd")
	if m := namedFor.FindStringSubmatch(word); m != nil {
		name = strings.ToLower(m[1])
	}
	for i := range codingAgents {
		if codingAgents[i].programs.MatchString(name) {
			return &codingAgents[i]
		}
	}
	return nil
}

var namedFor = regexp.MustCompile(`(?i)^\$[{(]?(claude|codex|gemini|qwen|copilot|aider)(?:_(?:code|cli|cmd|bin|path|exe|command))*(?::?-[^}]*)?[})]?$`)

// startedBy finds the agents that one command starts with their questions switched off. The program has to be the agent:
// what searches for an option, prints or refuses it starts nothing.
func startedBy(words []shell.Word, depth int) []switchedOff {
	name, args := shell.ProgramOf(words)
	if a := agentNamed(name); a != nil {
		return a.off(args)
	}
	if !carriers[name] || depth > 4 {
		return nil
	}
	for i, w := range args {
		if strings.ContainsAny(w.Value, " \n") {
			for _, c := range shell.Parse(w.Value) {
				if found := startedBy(c.Args, depth+1); len(found) > 0 {
					for k := range found {
						found[k].at.Start, found[k].at.End = w.Start, w.End
					}
					return found
				}
			}
		} else if a := agentNamed(w.Value); a != nil && !strings.HasPrefix(w.Value, "-") {
			if found := a.off(args[i+1:]); len(found) > 0 {
				return withoutNetwork(found, args[:i])
			}
		}
	}
	return nil
}

// withoutNetwork lowers what an agent can do that a container holds back.
func withoutNetwork(found []switchedOff, container []shell.Word) []switchedOff {
	if network, _ := shell.Option(container, "--network", "--net"); network.Value == "none" {
		for i := range found {
			if found[i].severity == "" {
				found[i].severity, found[i].because = rules.Medium, "it runs in a container without network"
			}
		}
	}
	return found
}

// off reads the arguments of an agent.
func (a *codingAgent) off(args []shell.Word) []switchedOff {
	var found []switchedOff
	halves := map[string]int{}
	only := a.only == ""
	for i, w := range args {
		only = only || w.Value == a.only
		for k := range a.switches {
			s, how, at := &a.switches[k], w.Value, w
			if !s.option.MatchString(w.Value) {
				if i+1 == len(args) || !s.option.MatchString(w.Value+"="+args[i+1].Value) {
					continue
				}
				how, at.End = w.Value+" "+args[i+1].Value, args[i+1].End
			}
			if s.half != "" {
				halves[s.half] = len(found)
			}
			found = append(found, switchedOff{a, how, at, s.severity, s.because})
		}
	}
	if !only {
		return nil
	}
	if len(halves) == 2 {
		first, second := min(halves["asks"], halves["holds"]), max(halves["asks"], halves["holds"])
		found[first].how += " " + found[second].how
		found[first].severity, found[first].because = "", ""
		found = append(found[:second], found[second+1:]...)
	}
	return found
}
