package shell

import (
	"path"
	"regexp"
	"strings"
)

// Commands returns the commands that a script starts: those of Parse with variables filled in, and those of the scripts that
// it hands to another shell, as in bash -c "…". A variable is filled in when the script gives it one value.
func Commands(script string) []Command { return CommandsWith(script, nil) }

// CommandsWith is Commands of a script that finds variables in its environment.
func CommandsWith(script string, environment map[string]string) []Command {
	known := map[string]Word{}
	for name, value := range environment {
		known[name] = Word{Value: value, Known: !strings.Contains(value, "$")}
	}
	return started(Parse(script), known, 0)
}

// Handed returns the commands of the script that a list of words hands to a shell, as in sh -c "…"; nil when it hands none.
func Handed(words []Word) []Command {
	var out []Command
	for _, w := range scripts(words) {
		out = append(out, within(w, nil, 0)...)
	}
	return out
}

func started(commands []Command, known map[string]Word, depth int) []Command {
	vars := assigned(commands, known)
	var out []Command
	for _, c := range commands {
		c.Env, c.Args = fill(c.Env, vars), fill(c.Args, vars)
		var inner []Command
		if depth < 4 {
			for _, w := range scripts(c.Args) {
				inner = append(inner, within(w, vars, depth+1)...)
			}
		}
		for i := range inner {
			inner[i].Env = append(c.Env[:len(c.Env):len(c.Env)], inner[i].Env...)
		}
		if inner == nil {
			inner = []Command{c}
		}
		out = append(out, inner...)
	}
	return out
}

// within returns the commands of a word that is a script. They stand where the word stands.
func within(w Word, known map[string]Word, depth int) []Command {
	out := started(Parse(w.Value), known, depth)
	for i := range out {
		for _, list := range [][]Word{out[i].Env, out[i].Args} {
			for j := range list {
				list[j].Start, list[j].End = w.Start, w.End
			}
		}
	}
	return out
}

var (
	takesScript = regexp.MustCompile(`^-[a-z]*c[a-z]*$`)
	anyScript   = map[string]bool{"eval": true, "ssh": true, "tmux": true, "su": true, "runuser": true}
	shells      = map[string]bool{"sh": true, "bash": true, "zsh": true, "dash": true, "ksh": true, "ash": true}
)

// scripts are the words of a command that another shell reads as a script.
func scripts(words []Word) []Word {
	name, args := ProgramOf(words)
	switch {
	case shells[name]:
		for i, a := range args {
			if takesScript.MatchString(a.Value) && i+1 < len(args) {
				return args[i+1 : i+2]
			}
			if !strings.HasPrefix(a.Value, "-") && !strings.HasPrefix(a.Value, "+") && a.Value != "pipefail" {
				break // a file
			}
		}
	case anyScript[name]:
		var out []Word
		for _, a := range args {
			if strings.ContainsAny(a.Value, " \t\n") {
				out = append(out, a)
			}
		}
		return out
	}
	return nil
}

// assigned are the variables that a list of commands gives one value, which is told by its text.
func assigned(commands []Command, known map[string]Word) map[string]Word {
	vars, times := map[string]Word{}, map[string]int{}
	for name, w := range known {
		vars[name] = w
	}
	set := func(w Word) {
		name, value, ok := strings.Cut(w.Value, "=")
		if !ok || !assignment(w.Value) {
			return
		}
		if array, more := strings.CutSuffix(name, "+"); more {
			have := vars[array]
			if w.Items == nil || have.Items == nil {
				times[array] = 2
				return
			}
			have.Items = append(have.Items[:len(have.Items):len(have.Items)], fill(w.Items, vars)...)
			vars[array] = have
			return
		}
		times[name]++
		w.Value = value
		w.Items = fill(w.Items, vars)
		vars[name] = fillOne(w, vars)
	}
	for _, c := range commands {
		if len(c.Args) == 0 {
			for _, w := range c.Env {
				set(w)
			}
			continue
		}
		switch name := c.Args[0].Value; {
		case declares[name]:
			for _, w := range c.Args[1:] {
				set(w)
			}
		case name == "for" || name == "read" || name == "select" || name == "getopts" || name == "mapfile" || name == "readarray":
			for _, w := range c.Args[1:] {
				times[w.Value] = 2
			}
		}
	}
	for name, n := range times {
		if n > 1 {
			delete(vars, name)
		}
	}
	return vars
}

// the longest word that variables are filled into, and the most words of an array that are filled in
const (
	maxFilled = 4000
	maxItems  = 200
)

var reference = regexp.MustCompile(`\$(?:\{(\w+)(?::?-([^{}]*))?\}|(\w+))`)

// the whole of an array, as "${NAME[@]}"
var allOf = regexp.MustCompile(`^\$\{(\w+)\[[@*]\]\}$`)

func fill(words []Word, vars map[string]Word) []Word {
	var out []Word
	for _, w := range words {
		if m := allOf.FindStringSubmatch(w.Value); m != nil && !w.Known && vars[m[1]].Items != nil {
			for _, item := range vars[m[1]].Items {
				if len(out) >= maxItems {
					break
				}
				item.Start, item.End = w.Start, w.End
				out = append(out, item)
			}
			continue
		}
		items := fill(w.Items, vars)
		w = fillOne(w, vars)
		w.Items = items
		out = append(out, w)
	}
	return out
}

// fillOne writes the values of variables, or the defaults that a word gives, into it.
func fillOne(w Word, vars map[string]Word) Word {
	if w.Known || !strings.Contains(w.Value, "$") {
		return w
	}
	known := true
	filled := reference.ReplaceAllStringFunc(w.Value, func(m string) string {
		g := reference.FindStringSubmatch(m)
		if v, ok := vars[g[1]+g[3]]; ok && v.Items == nil && v.Known {
			return v.Value
		}
		if strings.Contains(m, "-") {
			return g[2]
		}
		known = false
		return m
	})
	if len(filled) > maxFilled { // variables of variables grow without end
		return w
	}
	w.Value, w.Known = filled, known && !strings.ContainsAny(filled, "$`")
	return w
}

// base is the name of a program without its folders and suffix.
func base(program string) string {
	return strings.TrimSuffix(path.Base(strings.ReplaceAll(program, `\`, "/")), ".exe")
}
