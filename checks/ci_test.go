package checks

import (
	"strings"
	"testing"

	"bakedin/internal/repo"
	"bakedin/rules"
)

func TestCIMatch(t *testing.T) {
	const github, gitlab = ".github/workflows/ci.yml", ".gitlab-ci.yml"
	on := func(event, rest string) string {
		return "on: " + event + "\njobs:\n  audit:\n    steps:\n      - " + rest
	}
	for _, c := range []struct {
		name, path, text string
		want             rules.Strength
	}{
		{"a step that can fail", github, "steps:\n  - run: pip-audit\n  - run: pytest || true\n", rules.E3},
		{"its exit code is thrown away", github, "steps:\n  - run: pip-audit || true\n", rules.E2},
		{"it may fail", github, "steps:\n  - name: audit\n    run: pip-audit\n    continue-on-error: true\n  - run: x\n", rules.E2},
		{"the step before may fail, this one not", github, "steps:\n  - run: x\n    continue-on-error: true\n  - run: pip-audit\n", rules.E3},
		{"it is commented out", github, "steps:\n  # - run: pip-audit\n", rules.E0},
		{"a script block of several lines", github, "steps:\n  - run: |\n      pip install pip-audit\n      pip-audit\n", rules.E3},
		{"a comment in a script", github, "steps:\n  - run: |\n      make\n      # pip-audit\n", rules.E0},
		{"it is only installed", github, "steps:\n  - run: pip install -q pip-audit\n", rules.E1},
		{"a script whose last line forgives", github, "steps:\n  - run: |\n      pip-audit \\\n        || exit 0\n", rules.E2},
		{"a folded script", github, "steps:\n  - run: >\n      pip-audit\n      -r requirements.txt\n", rules.E3},
		{"a quoted script", github, "steps:\n  - run: \"pip-audit -r a\"\n", rules.E3},
		{"through a launcher", github, "steps:\n  - run: uvx --from x pip-audit\n", rules.E3},
		{"through docker", github, "steps:\n  - run: docker run --rm -v $PWD:/src acme/pip-audit:2 /src\n", rules.E3},
		{"through another shell", github, "steps:\n  - run: bash -c 'pip-audit -r a'\n", rules.E3},
		{"in an echo", github, "steps:\n  - run: echo pip-audit later\n", rules.E1},
		{"in a name", github, "steps:\n  - name: pip-audit\n    run: make\n", rules.E1},
		{"in a variable", github, "steps:\n  - run: make\n    env: {TOOLS: pip-audit}\n", rules.E1},
		{"its version", github, "steps:\n  - run: pip-audit --version\n", rules.E1},
		{"an action", github, "steps:\n  - uses: pypa/gh-action-pip-audit@v1\n", rules.E3},
		{"an action told not to fail", github, "steps:\n  - uses: pypa/gh-action-pip-audit@v1\n    with:\n      exit-code: '0'\n", rules.E2},
		{"at each change", github, on("[push, pull_request]", "run: pip-audit\n"), rules.E3},
		{"by the clock", github, on("{schedule: [{cron: '0 4 * * *'}]}", "run: pip-audit\n"), rules.E3},
		{"by hand", github, on("workflow_dispatch", "run: pip-audit\n"), rules.E2},
		{"for no path", github, on("{push: {paths-ignore: ['**']}}", "run: pip-audit\n"), rules.E2},
		{"a step switched off", github, on("push", "run: pip-audit\n        if: false\n"), rules.E1},
		{"a job switched off", github, "on: push\njobs:\n  audit:\n    if: ${{ false }}\n    steps:\n      - run: pip-audit\n", rules.E1},
		{"an event that does not come", github, "on: push\njobs:\n  audit:\n    if: github.event_name == 'never'\n    steps:\n      - run: pip-audit\n", rules.E1},
		{"a job that may fail", github, "on: push\njobs:\n  audit:\n    continue-on-error: true\n    steps:\n      - run: pip-audit\n", rules.E2},
		{"waits for a job switched off", github, "on: push\njobs:\n  gate:\n    if: false\n  audit:\n    needs: [gate]\n    steps:\n      - run: pip-audit\n", rules.E1},
		{"a job of GitLab", gitlab, "audit:\n  script:\n    - pip-audit\n", rules.E3},
		{"a pipe at GitLab", gitlab, "audit:\n  script:\n    - pip-audit | tee log\n", rules.E3},
		{"a hidden job", gitlab, ".audit:\n  script:\n    - pip-audit\n", rules.E1},
		{"a hidden job that is extended", gitlab, "now:\n  extends: .audit\n.audit:\n  script:\n    - pip-audit\n", rules.E3},
		{"a hidden job that an alias takes over", gitlab, ".audit: &audit\n  script:\n    - pip-audit\nnow:\n  <<: *audit\n", rules.E3},
		{"a pipe where bash is asked for", github, "defaults: {run: {shell: bash}}\njobs:\n  a:\n    steps:\n      - run: pip-audit | tee log\n", rules.E3},
		{"a pipe", github, "jobs:\n  a:\n    steps:\n      - run: pip-audit | tee log\n", rules.E2},
		{"Azure", "azure-pipelines.yml", "steps:\n- bash: pip-audit\n  condition: succeeded()\n", rules.E3},
		{"CircleCI", ".circleci/config.yml", "jobs:\n  a:\n    steps:\n      - run: {name: audit, command: pip-audit}\n", rules.E3},
		{"Bitbucket by hand", "bitbucket-pipelines.yml", "pipelines:\n  custom:\n    audit:\n      - step:\n          script:\n            - pip-audit\n", rules.E2},
		{"Cloud Build", "cloudbuild.yaml", "steps:\n- name: gcr.io/acme/pip-audit\n  args: [scan]\n", rules.E3},
		{"a manual job", gitlab, "audit:\n  when: manual\n  script:\n    - pip-audit\n", rules.E2},
		{"a job that never runs", gitlab, "audit:\n  rules:\n    - when: never\n  script:\n    - pip-audit\n", rules.E1},
		{"a job that GitLab lets fail", gitlab, "audit:\n  allow_failure: true\n  script:\n    - pip-audit\n", rules.E2},
		{"Jenkins", "Jenkinsfile", "stage('a') { steps { sh 'pip-audit -r a' } }\n", rules.E3},
		{"a stage of Jenkins", "Jenkinsfile", "stage('pip-audit') { steps { sh 'make' } }\n", rules.E1},
		{"an entry point", "start.sh", "#!/bin/sh\nset -eu\npip-audit -r a\nexec python serve.py\n", rules.E3},
		{"an entry point that goes on", "start.sh", "#!/bin/sh\npip-audit -r a\nexec python serve.py\n", rules.E1},
		{"a script", "audit.sh", "#!/bin/sh\nset -e\npip-audit -r a\n", rules.E1},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := FileOf(c.path, inMemory(c.text))
			f.Assets = []repo.Asset{{Path: c.path, Kind: repo.CI, Format: "ci"}}
			if strings.HasSuffix(c.path, ".sh") {
				f.Assets[0].Kind, f.Assets[0].Format = repo.Code, "shell"
			}
			at := strings.LastIndex(c.text, "pip-audit")
			if got, _ := ciMatch(f, []byte(c.text), at, at+len("pip-audit")); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

// inMemory is a file that a test writes down.
type inMemory string

func (s inMemory) ReadAt(b []byte, off int64) (int, error) {
	return strings.NewReader(string(s)).ReadAt(b, off)
}
func (s inMemory) Size() int64  { return int64(len(s)) }
func (s inMemory) Close() error { return nil }

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
