package agent

import (
	"testing"

	"bakedin/internal/lang/shell"
)

func TestAnOptionCountsWhenItsAgentIsStarted(t *testing.T) {
	for line, want := range map[string]string{
		`claude --dangerously-skip-permissions -p x`:                            "--dangerously-skip-permissions",
		`sudo -u dev timeout 60 claude --permission-mode=bypassPermissions`:     "--permission-mode=bypassPermissions",
		`npx -y @anthropic-ai/claude-code@1.2.3 --dangerously-skip-permissions`: "--dangerously-skip-permissions",
		`bash -c 'codex exec --yolo x'`:                                         "--yolo",
		`docker run --rm img gemini -y`:                                         "-y",
		`codex -a never -s danger-full-access`:                                  "-a never -s danger-full-access",
		`"$CLAUDE_BIN" --dangerously-skip-permissions`:                          "--dangerously-skip-permissions",
		`q chat -a`:      "-a",
		`q translate -a`: "",
		`grep -rn -- --dangerously-skip-permissions claude`:     "",
		`echo claude --dangerously-skip-permissions`:            "",
		`die "never run claude --dangerously-skip-permissions"`: "",
		`claude -p "never use --dangerously-skip-permissions"`:  "",
		`[ "$1" = --yolo ]`:   "",
		`rsync --force codex`: "",
		`git log --grep=claude --dangerously-skip-permissions`:                   "",
		`claude --permission-mode plan --allowed-tools "--permission-mode none"`: "",
	} {
		got := ""
		for _, c := range shell.Parse(line) {
			for _, off := range startedBy(c.Args, 0) {
				got += off.how
			}
		}
		if got != want {
			t.Errorf("%s: %q, want %q", line, got, want)
		}
	}
}

func TestAVariableOfTheScriptStandsForItsWords(t *testing.T) {
	for script, want := range map[string]int{
		"FLAGS=--yolo\ncodex $FLAGS x":                                 1,
		"ARGS=(--dangerously-skip-permissions)\nclaude \"${ARGS[@]}\"": 1,
		"CMD=\"claude --dangerously-skip-permissions\"\n$CMD":          1,
		"REFUSED=--yolo\ncase $1 in $REFUSED) exit 1;; esac\ncodex x":  0,
	} {
		seen := map[int]bool{}
		for _, off := range inScript(script, nil) {
			seen[off.at.Start] = true
		}
		if len(seen) != want {
			t.Errorf("%q: %d, want %d", script, len(seen), want)
		}
	}
}
