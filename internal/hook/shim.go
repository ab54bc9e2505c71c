package hook

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
)

// Stages are the git hooks that bakedin can be.
var Stages = []string{"pre-commit", "pre-push"}

// chainedSuffix names the hook that was there before ours and is called first.
const chainedSuffix = ".bakedin-chained"

// the second line of every hook of ours; what follows is the digest of the lines below
const marker = "# bakedin-hook v1 "

const head = `# Written by "bakedin hook install". Remove with "bakedin hook uninstall".
chained=${0%%/*}/%[1]s` + chainedSuffix + `
recorded=%[2]s
required=%[3]d
`

const skip = `if [ -n "${BAKEDIN_SKIP:-}" ]; then
	echo "bakedin: skipped because BAKEDIN_SKIP is set; nothing was checked" >&2
	exit 0
fi
`

const missing = `echo "bakedin: program not found, nothing was checked; run: bakedin hook install" >&2
exit "$required"
`

const preCommit = head + `if [ -x "$chained" ]; then
	"$chained" "$@" || exit $?
fi
` + skip + `if [ -n "${BAKEDIN_BIN:-}" ] && [ -x "$BAKEDIN_BIN" ]; then
	exec "$BAKEDIN_BIN" hook run pre-commit -- "$@"
elif [ -x "$recorded" ]; then
	exec "$recorded" hook run pre-commit -- "$@"
elif command -v bakedin >/dev/null 2>&1; then
	exec bakedin hook run pre-commit -- "$@"
fi
` + missing

// git gives a pre-push hook the refs on standard input, which can be read once.
const prePush = head + `refs=$(cat)
if [ -x "$chained" ]; then
	printf '%%s\n' "$refs" | "$chained" "$@" || exit $?
fi
` + skip + `if [ -n "${BAKEDIN_BIN:-}" ] && [ -x "$BAKEDIN_BIN" ]; then
	program=$BAKEDIN_BIN
elif [ -x "$recorded" ]; then
	program=$recorded
else
	program=$(command -v bakedin 2>/dev/null)
fi
if [ -n "$program" ]; then
	printf '%%s\n' "$refs" | "$program" hook run pre-push -- "$@"
	exit $?
fi
` + missing

// Shim is the hook of a stage: a small POSIX script that starts nothing of its own before it hands over to the program.
func Shim(stage, program string, required bool) []byte {
	body := preCommit
	if stage == "pre-push" {
		body = prePush
	}
	code := 0
	if required {
		code = 1
	}
	text := fmt.Sprintf(body, stage, quote(program), code)
	return []byte("#!/bin/sh\n" + marker + stage + " sha256:" + digest(text) + "\n" + text)
}

func digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// quote for sh: single quotes, in which nothing has a meaning.
func quote(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

// owner tells whose a hook is: ours, edited (ours, then changed by a person) or other.
func owner(script []byte) string {
	lines := strings.SplitN(string(script), "\n", 3)
	if len(lines) < 3 || !strings.HasPrefix(lines[1], marker) {
		return "other"
	}
	_, sum, _ := strings.Cut(lines[1], "sha256:")
	if strings.TrimSpace(sum) != digest(lines[2]) {
		return "edited"
	}
	return "ours"
}

// value of a variable that the shim sets.
func value(script []byte, name string) string {
	for line := range strings.Lines(string(script)) {
		if v, ok := strings.CutPrefix(strings.TrimSpace(line), name+"="); ok {
			return strings.ReplaceAll(strings.Trim(v, "'"), `'\''`, "'")
		}
	}
	return ""
}
