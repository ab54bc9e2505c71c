package cli

import (
	"bytes"
	"testing"
)

// The order: --color, NO_COLOR, CLICOLOR_FORCE or FORCE_COLOR, TERM=dumb, CLICOLOR=0, and then whether it is a terminal.
func TestColourIsDecidedInOneOrder(t *testing.T) {
	type env map[string]string
	for _, c := range []struct {
		name string
		flag string
		env  env
		want bool
	}{
		{"a pipe has none", "auto", env{}, false},
		{"the flag beats everything", "always", env{"NO_COLOR": "1", "TERM": "dumb", "CLICOLOR": "0"}, true},
		{"in both directions", "never", env{"CLICOLOR_FORCE": "1"}, false},
		{"forced", "auto", env{"CLICOLOR_FORCE": "1"}, true},
		{"forced the other way", "auto", env{"FORCE_COLOR": "1"}, true},
		{"forcing nothing", "auto", env{"FORCE_COLOR": "0"}, false},
		{"NO_COLOR beats force", "auto", env{"NO_COLOR": "1", "FORCE_COLOR": "1"}, false},
		{"an empty NO_COLOR says nothing", "auto", env{"NO_COLOR": "", "FORCE_COLOR": "1"}, true},
		{"force beats a dumb terminal", "auto", env{"FORCE_COLOR": "1", "TERM": "dumb"}, true},
		{"force beats CLICOLOR=0", "auto", env{"CLICOLOR_FORCE": "1", "CLICOLOR": "0"}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := &app{streams: Streams{Out: &bytes.Buffer{}}, env: func(n string) (string, bool) { v, ok := c.env[n]; return v, ok }}
			if got := a.color(c.flag); got != c.want {
				t.Errorf("%v, want %v", got, c.want)
			}
		})
	}
}

func TestAReportDoesNotSayWhereItWasMade(t *testing.T) {
	for arg, want := range map[string]string{
		"check": "check", "--format": "--format", "app/load.py": "app/load.py", "/home/ana/app": "…", "~/app": "…", "../app": "…",
		"--root=/home/ana": "--root=…", "json=/tmp/r.json": "json=…", "sarif=r.sarif": "sarif=r.sarif", "..": "…",
	} {
		a := &app{args: []string{arg}}
		if got := a.safeArgs()[0]; got != want {
			t.Errorf("%s became %s, want %s", arg, got, want)
		}
	}
}
