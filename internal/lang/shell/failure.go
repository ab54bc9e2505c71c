package shell

import "strings"

// Options a shell may start with.
type Options struct {
	Errexit  bool // it ends with the first command that fails: -e
	Pipefail bool // a pipe fails with any of its commands: -o pipefail
}

// Fails tells whether a failure of command i makes the script fail, as far as a splitter can tell: nothing catches it, the
// shell looks at it, and the script does not end by saying that all is well.
func Fails(cs []Command, i int, o Options) bool {
	for j := range i {
		o.set(&cs[j])
	}
	c := &cs[i]
	switch {
	case dead(cs, i), c.Then == "&", i != len(cs)-1 && saysAllIsWell(cs):
		return false
	case tested(c):
		return exitsAfter(cs, i)
	}
	piped, last := false, i // of the list that the command stands in
	for ; last < len(cs)-1 && (cs[last].Then == "&&" || isPipe(cs[last].Then)); last++ {
		piped = piped || isPipe(cs[last].Then) && !o.Pipefail && last == i
	}
	switch {
	case piped:
		return false
	case cs[last].Then == "||":
		return exitsAfter(cs, last) || last+1 < len(cs) && !forgives(&cs[last+1])
	case c.Then == "&&": // the shell looks at the last command of a list only
		return last == len(cs)-1 || exitsAfter(cs, i)
	}
	return o.Errexit || last == len(cs)-1 || exitsAfter(cs, i)
}

func isPipe(operator string) bool { return operator == "|" || operator == "|&" }

// set follows "set -euo pipefail" and its like.
func (o *Options) set(c *Command) {
	if len(c.Args) < 2 || c.Args[0].Value != "set" {
		return
	}
	for _, w := range c.Args[1:] {
		on := strings.HasPrefix(w.Value, "-")
		switch {
		case w.Value == "pipefail":
			o.Pipefail = true
		case w.Value == "errexit":
			o.Errexit = true
		case (on || strings.HasPrefix(w.Value, "+")) && strings.Contains(w.Value, "e"):
			o.Errexit = on
		}
	}
}

// tested tells whether a command stands in a condition, or its status is turned round.
func tested(c *Command) bool {
	for _, k := range strings.Fields(c.Lead) {
		switch k {
		case "if", "elif", "while", "until", "!":
			return true
		}
	}
	return false
}

// forgives tells whether a command behind "||" only says that something failed, or keeps its status.
func forgives(c *Command) bool {
	if len(c.Args) == 0 {
		return true
	}
	switch c.Args[0].Value {
	case "true", ":", "echo", "printf", "exit", "return":
		return true
	}
	return false
}

// exitsAfter tells whether what comes behind command i may end the script with a failure of its own choice.
func exitsAfter(cs []Command, i int) bool {
	line := cs[i].Then == "||" && i+1 < len(cs) && len(cs[i+1].Args) > 0 && !strings.Contains(cs[i+1].Lead, "{")
	for j := i + 1; j < len(cs); j++ {
		if fails(&cs[j]) {
			return true
		}
		if line && cs[j].Then == "\n" {
			return false
		}
	}
	return false
}

// saysAllIsWell tells whether a script ends with "exit 0" whatever came before. Where the shell looks at failures, it does
// not get that far; whoever writes it does not mean the build to fail.
func saysAllIsWell(cs []Command) bool {
	last := &cs[len(cs)-1]
	before := &cs[max(len(cs)-2, 0)]
	return last.Lead == "" && (before.Then == "\n" || before.Then == ";") && len(last.Args) > 1 && last.Args[0].Value == "exit" && last.Args[1].Value == "0"
}

// fails tells whether a command leaves the script with what may be a failure.
func fails(c *Command) bool {
	if len(c.Args) == 0 {
		return false
	}
	switch c.Args[0].Value {
	case "false":
		return true
	case "exit", "return":
		return len(c.Args) == 1 || c.Args[1].Value != "0"
	}
	return false
}

// dead tells whether a command stands in a branch of "if false".
func dead(cs []Command, i int) bool {
	depth := 0 // of ifs opened below an if that is never taken
	for j := range i {
		lead := strings.Fields(cs[j].Lead)
		for _, k := range lead {
			switch {
			case k == "if" && depth > 0:
				depth++
			case k == "if" && len(lead) > 0 && lead[len(lead)-1] == "if" && len(cs[j].Args) == 1 && cs[j].Args[0].Value == "false":
				depth = 1
			case (k == "fi" || depth == 1 && (k == "else" || k == "elif")) && depth > 0:
				depth--
			}
		}
	}
	for _, k := range strings.Fields(cs[i].Lead) {
		if depth > 0 && (k == "fi" || depth == 1 && (k == "else" || k == "elif")) {
			depth--
		}
	}
	return depth > 0
}
