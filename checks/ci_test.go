package checks

import (
	"strings"
	"testing"
)

func TestAStepKnowsTheNamesOfItsJob(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"a job with a key":        {"on: push\njobs:\n  test:\n    steps:\n      - run: HERE\n", "test"},
		"a job with a name":       {"jobs:\n  t:\n    name: Unit tests # all\n    steps:\n      - name: step\n        run: HERE\n", "t, Unit tests"},
		"the second of two":       {"jobs:\n  a:\n    steps:\n      - run: x\n\n  b:\n    steps:\n      - run: HERE\n", "b"},
		"the first of two":        {"jobs:\n  a:\n    steps:\n      - run: HERE\n  b:\n    name: B\n    steps: []\n", "a"},
		"a name below the steps":  {"jobs:\n  a:\n    steps:\n      - run: HERE\n    name: late\n", "a, late"},
		"a comment at the margin": {"jobs:\n  a:\n# note\n    steps:\n      - run: HERE\n", "a"},
		"outside of the jobs":     {"env:\n  X: HERE\njobs:\n  a:\n    steps: []\n", ""},
		"after the jobs":          {"jobs:\n  a:\n    steps: []\nenv:\n  X: HERE\n", ""},
		"a job of GitLab":         {"stages: [test]\nscan:\n  script:\n    - HERE\nother:\n  script: []\n", "scan"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := strings.Join(jobsAt([]byte(c.text), strings.Index(c.text, "HERE")), ", "); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}
