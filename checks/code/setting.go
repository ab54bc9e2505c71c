package code

import (
	"bytes"
	"regexp"
	"strings"

	"bakedin/checks"
	"bakedin/rules"
)

// behindName is the value behind a name: NAME=1, NAME: "1", ENV NAME 1, environ["NAME"] = "1", and the two lines of Kubernetes.
var behindName = regexp.MustCompile(`^["']?\s*\]?[ \t]*(?:=>|[=:,]|[ \t]|\r?\n\s*value:|["'],\s*["']?value["']?:)[ \t]*["']?([^\s"',;)\]}#]*)`)

// settingAt is the value that the text behind a name gives it, in whatever language, and where that ends. There is none when
// the name is only mentioned.
func settingAt(text []byte, end int) (value string, until int, ok bool) {
	m := behindName.FindSubmatchIndex(text[end:min(len(text), end+120)])
	if m == nil {
		return "", end, false
	}
	return string(text[end+m[2] : end+m[3]]), end + m[1], true
}

// commented tells whether a position stands behind the sign of a comment, or in what a script prints.
func commented(text []byte, at int) bool {
	head := bytes.TrimSpace(text[bytes.LastIndexByte(text[:at], '\n')+1 : at])
	for _, sign := range []string{"#", "//", "* ", "<!--", "echo ", "unset "} {
		if bytes.HasPrefix(head, []byte(sign)) {
			return true
		}
	}
	return false
}

func isOn(value string) bool {
	switch strings.ToLower(value) {
	case "1", "true", "yes", "y", "on":
		return true
	}
	return false
}

// environment are variables that open what should be shut: the value that does so, and what then happens.
type environment struct {
	name  *regexp.Regexp
	when  func(value string) bool
	says  string
	lower rules.Severity // when it is less grave than the rule
}

// judge reports such a variable where it is set.
func (e environment) judge(p *checks.Pass, m checks.TextMatch) bool {
	if !e.name.MatchString(m.Group(0)) {
		return false
	}
	value, end, ok := settingAt(m.Text, m.Groups[1])
	if !ok || !e.when(value) || commented(m.Text, m.Groups[0]) {
		return true
	}
	f := p.At(m.Groups[0], max(end, m.Groups[1]), m.Group(0)+" "+e.says)
	f.Anchor = "environment " + m.Group(0)
	if e.lower != "" {
		f.Lower(e.lower, "it is set for one environment, which may not be the one that serves")
	}
	f.Fixes = []checks.Fix{checks.Steps("drop-variable", "Take the variable out", "Delete the setting: the default is the closed one.", "Start the program once without it.")}
	return true
}
