// Package dockerfile reads the instructions and stages of a Dockerfile or Containerfile with their positions. Nothing is
// resolved outside the file. A line that is no instruction is left out.
// Source: https://docs.docker.com/reference/dockerfile/
package dockerfile

import (
	"bytes"
	"encoding/json"
	"regexp"
	"strings"
)

// Instruction is one instruction with its continuation lines and here-documents.
type Instruction struct {
	Name      string // in upper case
	Start     int    // the first byte of the name
	ArgsStart int
	End       int    // behind the last byte that is not white space
	Text      string // from ArgsStart to End, as written
}

// Fields are the words of the arguments, options left out.
func (i *Instruction) Fields() []string {
	var out []string
	for _, w := range strings.Fields(strings.NewReplacer("\\\r\n", " ", "\\\n", " ").Replace(i.Text)) {
		if len(out) > 0 || !strings.HasPrefix(w, "--") {
			out = append(out, w)
		}
	}
	return out
}

// Exec returns the words of the exec form (a JSON list), or nil for the shell form.
func (i *Instruction) Exec() []string {
	var words []string
	if !strings.HasPrefix(i.Text, "[") || json.Unmarshal([]byte(i.Text), &words) != nil {
		return nil
	}
	return words
}

// Stage is a FROM and what follows it.
type Stage struct {
	Image        string // with the defaults of ARG filled in
	Name         string // of "AS name"
	Base         *Stage // set when the image is an earlier stage
	From         Instruction
	ImageStart   int
	ImageEnd     int
	Instructions []Instruction
}

// File is a Dockerfile.
type File struct {
	Stages []Stage
	Args   map[string]string // ARG before the first FROM
}

// Last is the stage that becomes the image; nil in a file without FROM.
func (f *File) Last() *Stage {
	if len(f.Stages) == 0 {
		return nil
	}
	return &f.Stages[len(f.Stages)-1]
}

// User is the account that the stage ends with, through the stages it is built on, and the instruction that sets it.
func (s *Stage) User() (account string, at *Instruction) {
	for ; s != nil; s = s.Base {
		for i := len(s.Instructions) - 1; i >= 0; i-- {
			if in := &s.Instructions[i]; in.Name == "USER" {
				if words := in.Fields(); len(words) > 0 {
					return strings.Trim(words[0], `"'`), in
				}
			}
		}
	}
	return "", nil
}

// Root is the stage that a chain of stages begins with: its image is one of somebody else.
func (s *Stage) Root() *Stage {
	for s.Base != nil {
		s = s.Base
	}
	return s
}

var (
	nameRE    = regexp.MustCompile(`^[ \t]*([A-Za-z]+)(?:[ \t]+|$)`)
	heredocRE = regexp.MustCompile(`<<-?["']?([A-Za-z_][\w.]*)["']?`)
	variable  = regexp.MustCompile(`\$(?:\{(\w+)(?:(:?[-+])([^}]*))?\}|(\w+))`)
	escapeRE  = regexp.MustCompile("(?im)^#[ \t]*escape[ \t]*=[ \t]*`")
)

// names of instructions that people write
var names = map[string]bool{
	"FROM": true, "RUN": true, "CMD": true, "LABEL": true, "MAINTAINER": true, "EXPOSE": true, "ENV": true, "ADD": true, "COPY": true, "ENTRYPOINT": true,
	"VOLUME": true, "USER": true, "WORKDIR": true, "ARG": true, "ONBUILD": true, "STOPSIGNAL": true, "HEALTHCHECK": true, "SHELL": true,
}

// Parse reads a file.
func Parse(src []byte) *File {
	f := &File{Args: map[string]string{}}
	for _, in := range instructions(src) {
		switch {
		case in.Name == "FROM":
			f.from(in)
		case len(f.Stages) == 0:
			if name, value, ok := strings.Cut(strings.TrimSpace(in.Text), "="); ok && in.Name == "ARG" {
				f.Args[name] = strings.Trim(value, `"'`)
			}
		default:
			s := f.Last()
			s.Instructions = append(s.Instructions, in)
		}
	}
	return f
}

func (f *File) from(in Instruction) {
	words := in.Fields()
	if len(words) == 0 {
		return
	}
	s := Stage{From: in, Image: f.fill(words[0])}
	s.ImageStart = in.ArgsStart + strings.Index(in.Text, words[0])
	s.ImageEnd = s.ImageStart + len(words[0])
	if len(words) > 2 && strings.EqualFold(words[1], "as") {
		s.Name = words[2]
	}
	base := -1
	for i := range f.Stages {
		if f.Stages[i].Name != "" && strings.EqualFold(f.Stages[i].Name, s.Image) {
			base = i
		}
	}
	f.Stages = append(f.Stages, s)
	for i := range f.Stages { // the slice may have moved
		f.rebase(i)
	}
	if base >= 0 {
		f.Last().Base = &f.Stages[base]
	}
}

// rebase points a stage to where its base is now.
func (f *File) rebase(i int) {
	if b := f.Stages[i].Base; b != nil {
		for j := range i {
			if f.Stages[j].From.Start == b.From.Start {
				f.Stages[i].Base = &f.Stages[j]
			}
		}
	}
}

// the longest value of a variable: those of variables of variables grow without end
const maxValue = 10_000

// Variables are the values that a stage ends with: of ARG their defaults, of ENV what they say. A stage begins with those of the
// stage it is built on.
func (f *File) Variables(s *Stage) map[string]string {
	vars := map[string]string{}
	if s.Base != nil {
		vars = f.Variables(s.Base)
	}
	for i := range s.Instructions {
		in := &s.Instructions[i]
		if in.Name != "ARG" && in.Name != "ENV" {
			continue
		}
		words := in.Fields()
		if in.Name == "ENV" && len(words) == 2 && !strings.Contains(words[0], "=") { // the old form: ENV NAME value
			words = []string{words[0] + "=" + words[1]}
		}
		for _, w := range words {
			name, value, given := strings.Cut(w, "=")
			if !given {
				if value, given = f.Args[name]; !given {
					continue
				}
			}
			if v := Fill(strings.Trim(value, `"'`), vars); len(v) <= maxValue {
				vars[name] = v
			}
		}
	}
	return vars
}

// fill is Fill with the arguments of the file.
func (f *File) fill(s string) string { return Fill(s, f.Args) }

// Fill replaces variables by their values; what is not known stays as written.
func Fill(s string, vars map[string]string) string {
	return variable.ReplaceAllStringFunc(s, func(m string) string {
		g := variable.FindStringSubmatch(m)
		if v, ok := vars[g[1]+g[4]]; ok {
			return v
		}
		if strings.HasSuffix(g[2], "-") {
			return g[3]
		}
		return m
	})
}

func instructions(src []byte) []Instruction {
	escape := byte('\\')
	if escapeRE.Match(src[:min(len(src), 512)]) {
		escape = '`'
	}
	var out []Instruction
	for at := 0; at < len(src); {
		end := lineEnd(src, at)
		line := src[at:end]
		m := nameRE.FindSubmatchIndex(line)
		if m == nil || !names[strings.ToUpper(string(line[m[2]:m[3]]))] {
			at = end + 1
			continue
		}
		in := Instruction{Name: strings.ToUpper(string(line[m[2]:m[3]])), Start: at + m[2], ArgsStart: at + m[1]}
		for continues(src[at:end], escape) && end < len(src) {
			at = end + 1
			end = lineEnd(src, at)
			for end < len(src) && skippable(src[at:end]) { // a comment or an empty line inside an instruction
				at = end + 1
				end = lineEnd(src, at)
			}
		}
		if in.Name == "RUN" || in.Name == "COPY" || in.Name == "ADD" {
			for _, h := range heredocRE.FindAllSubmatch(src[min(in.ArgsStart, end):end], 8) {
				end = heredocEnd(src, end, h[1])
			}
		}
		in.End = max(in.ArgsStart, in.ArgsStart+len(bytes.TrimRight(src[min(in.ArgsStart, end):end], " \t\r\n")))
		in.Text = string(src[min(in.ArgsStart, len(src)):min(in.End, len(src))])
		out = append(out, in)
		at = end + 1
	}
	return out
}

func lineEnd(src []byte, at int) int {
	if at >= len(src) {
		return len(src)
	}
	if i := bytes.IndexByte(src[at:], '\n'); i >= 0 {
		return at + i
	}
	return len(src)
}

func continues(line []byte, escape byte) bool {
	line = bytes.TrimRight(line, " \t\r")
	return len(line) > 0 && line[len(line)-1] == escape && !bytes.HasPrefix(bytes.TrimSpace(line), []byte("#"))
}

func skippable(line []byte) bool {
	line = bytes.TrimSpace(line)
	return len(line) == 0 || line[0] == '#'
}

func heredocEnd(src []byte, end int, word []byte) int {
	for at := end + 1; at < len(src); {
		stop := lineEnd(src, at)
		if bytes.Equal(bytes.TrimSpace(src[at:stop]), word) {
			return stop
		}
		at = stop + 1
	}
	return len(src)
}
