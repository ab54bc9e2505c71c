package cli

import (
	"os"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"
)

// ciVariables say that nobody looks at a screen.
var ciVariables = []string{"CI", "GITHUB_ACTIONS", "GITLAB_CI", "BUILDKITE", "TF_BUILD", "JENKINS_URL"}

// screen tells whether the terminal UI may open: a terminal on both sides, no CI, nothing asked that needs text.
func (a *app) screen(cmd *cobra.Command, opt *checkFlags) bool {
	if cmd.Flags().Changed("format") || len(opt.outputs) > 0 || opt.noTUI || !isTerminal(a.streams.In) || !isTerminal(a.streams.Out) {
		return false
	}
	if t, ok := a.env("TERM"); !ok || t == "" || t == "dumb" {
		return false
	}
	for _, name := range ciVariables {
		if a.truthy(name) {
			return false
		}
	}
	return true
}

func (a *app) truthy(name string) bool {
	v, ok := a.env(name)
	return ok && v != "" && v != "0" && v != "false"
}

func isTerminal(stream any) bool {
	f, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// width of the output: of the terminal, at most 100; 100 when piped.
func (a *app) width() int {
	if f, ok := a.streams.Out.(*os.File); ok {
		if w, _, err := term.GetSize(int(f.Fd())); err == nil && w > 0 {
			return min(w, 100)
		}
	}
	return 100
}

// color decides whether results carry colour: --color, NO_COLOR, CLICOLOR_FORCE or FORCE_COLOR, a dumb terminal, CLICOLOR=0,
// and then whether it is a terminal at all.
func (a *app) color(flag string) bool {
	switch flag {
	case "always":
		return true
	case "never":
		return false
	}
	if v, _ := a.env("NO_COLOR"); v != "" {
		return false
	}
	if a.truthy("CLICOLOR_FORCE") || a.truthy("FORCE_COLOR") {
		return true
	}
	if t, _ := a.env("TERM"); t == "dumb" {
		return false
	}
	if v, ok := a.env("CLICOLOR"); ok && v == "0" {
		return false
	}
	return isTerminal(a.streams.Out)
}

// ascii tells whether the locale is not UTF-8, so that plain glyphs are right.
func (a *app) ascii(flag bool) bool {
	if flag {
		return true
	}
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if v, ok := a.env(name); ok && v != "" {
			return !isUTF8(v)
		}
	}
	return isTerminal(a.streams.Out) // a terminal without a locale is plain; a pipe gets UTF-8
}

func isUTF8(locale string) bool {
	locale = strings.ToLower(locale)
	return strings.Contains(locale, "utf-8") || strings.Contains(locale, "utf8")
}
