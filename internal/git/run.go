package git

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// hardening goes before every verb. Each flag takes one way away in which a repository's configuration can start a
// program, hide files, or reach the network.
var hardening = []string{
	"--no-pager", "--no-optional-locks",
	"-c", "core.fsmonitor=false", // a program that every index read would start
	"-c", "core.untrackedCache=false",
	"-c", "core.hooksPath=/dev/null",
	"-c", "diff.external=",
	"-c", "core.attributesFile=/dev/null",
	"-c", "core.excludesFile=/dev/null", // could hide every untracked file
	"-c", "protocol.allow=never",
	"-c", "safe.bareRepository=explicit", // a bare repository committed into the tree is not taken for one
}

const (
	timeout   = 60 * time.Second
	stderrMax = 2 << 10
)

// environment keeps what git needs to find its owner's settings and drops every GIT_ variable that could redirect it.
func environment(env []string, hook bool) []string {
	out := make([]string, 0, len(env)+5)
	for _, kv := range env {
		name, value, _ := strings.Cut(kv, "=")
		upper := strings.ToUpper(name)
		switch {
		case upper == "LC_ALL" || upper == "LANGUAGE":
		case !strings.HasPrefix(upper, "GIT_"):
			out = append(out, kv)
		case !hook:
		case upper == "GIT_DIR" || upper == "GIT_INDEX_FILE" || upper == "GIT_WORK_TREE":
			// git gives its hooks paths relative to the directory it starts them in; -C would bend them.
			if abs, err := filepath.Abs(value); err == nil && value != "" {
				out = append(out, name+"="+abs)
			}
		case upper == "GIT_PREFIX":
			out = append(out, kv)
		}
	}
	return append(out, "GIT_TERMINAL_PROMPT=0", "GIT_NO_LAZY_FETCH=1", "GIT_ALLOW_PROTOCOL=none", "GIT_OPTIONAL_LOCKS=0", "LC_ALL=C")
}

// allow is the one place that says what git may be asked. Everything in it was run on the hostile repository of the test
// and started nothing; a new form enters only together with a line there.
func allow(args []string) error {
	if len(args) == 0 {
		return errors.New("no git verb")
	}
	rest := args[1:]
	ok := false
	switch args[0] {
	case "rev-parse":
		ok = allowRevParse(rest)
	case "ls-files":
		ok = is(rest, "-z", "-co", "--exclude-standard", "--") || is(rest, "-s", "-z", "--")
	case "diff":
		ok = is(rest, stagedArgs...) || len(rest) == len(treeArgs)+3 && is(rest[:len(treeArgs)], treeArgs...) &&
			isID(rest[len(rest)-3]) && isID(rest[len(rest)-2]) && rest[len(rest)-1] == "--"
	case "cat-file":
		ok = is(rest, "--batch") || is(rest, "--batch-check", "--buffer") || is(rest, "--batch-all-objects", "--unordered", "--batch-check", "--buffer")
	case "merge-base":
		ok = len(rest) == 3 && rest[0] == "--" && isID(rest[1]) && isID(rest[2])
	case "ls-tree":
		ok = len(rest) == 4 && is(rest[:2], "-r", "-z") && isID(rest[2]) && rest[3] == "--"
	case "config":
		ok = len(rest) == 4 && is(rest[:3], "-z", "--show-origin", "--get-all") && isKey(rest[3])
	}
	if !ok {
		return fmt.Errorf("git %q is not a form this program runs", args)
	}
	return nil
}

func allowRevParse(rest []string) bool {
	if len(rest) == 4 && is(rest[:3], "--verify", "--quiet", "--end-of-options") {
		return rest[3] != "" && rest[3][0] != '-' && !strings.ContainsAny(rest[3], "\x00\n")
	}
	for i := 0; i < len(rest); i++ {
		switch rest[i] {
		case "--show-toplevel", "--git-common-dir", "--show-object-format", "--is-shallow-repository":
		case "--git-path":
			if i++; i == len(rest) || rest[i] != "HEAD" {
				return false
			}
		default:
			return false
		}
	}
	return len(rest) > 0
}

func is(args []string, want ...string) bool {
	if len(args) != len(want) {
		return false
	}
	for i := range args {
		if args[i] != want[i] {
			return false
		}
	}
	return true
}

// isID tells whether s is a full object id: 40 digits for SHA-1, 64 for SHA-256.
func isID(s string) bool {
	if len(s) != 40 && len(s) != 64 {
		return false
	}
	for i := 0; i < len(s); i++ {
		if !(s[i] >= '0' && s[i] <= '9' || s[i] >= 'a' && s[i] <= 'f') {
			return false
		}
	}
	return true
}

// isKey tells whether s is a plain configuration key such as remote.origin.url.
func isKey(s string) bool {
	for i, c := range []byte(s) {
		if !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || i > 0 && (c == '.' || c == '-' || c >= '0' && c <= '9')) {
			return false
		}
	}
	return strings.Contains(s, ".")
}

// command builds a hardened call after asking allow. Its caller sets the streams.
func (r *Repo) command(ctx context.Context, args []string) (*exec.Cmd, error) {
	if err := allow(args); err != nil {
		return nil, err
	}
	full := append(append([]string{}, hardening...), "-C", r.Dir)
	cmd := exec.CommandContext(ctx, r.exe, append(full, args...)...)
	cmd.Env, cmd.WaitDelay = r.env, time.Second
	return cmd, nil
}

// run calls git and returns what it printed, at most limit bytes.
func (r *Repo) run(ctx context.Context, limit int64, args ...string) ([]byte, error) {
	return r.feed(ctx, nil, limit, args...)
}

// feed is run with something on standard input.
func (r *Repo) feed(ctx context.Context, stdin io.Reader, limit int64, args ...string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	cmd, err := r.command(ctx, args)
	if err != nil {
		return nil, err
	}
	var out, errs capped
	out.limit, out.stop, errs.limit = limit, cancel, stderrMax
	cmd.Stdin, cmd.Stdout, cmd.Stderr = stdin, &out, &errs
	err = cmd.Run()
	switch {
	case out.over:
		return nil, fmt.Errorf("git %s: more than %d bytes of output", args[0], limit)
	case ctx.Err() != nil:
		return nil, fmt.Errorf("git %s: %w", args[0], context.Cause(ctx))
	case err != nil:
		return nil, &Error{Verb: args[0], Err: err, Stderr: Safe(errs.buf.String())}
	}
	return out.buf.Bytes(), nil
}

// Error is a call of git that failed.
type Error struct {
	Verb   string
	Stderr string // made safe, at most 2 KiB
	Err    error
}

func (e *Error) Error() string {
	if e.Stderr == "" {
		return fmt.Sprintf("git %s: %v", e.Verb, e.Err)
	}
	for line := range strings.Lines(e.Stderr) {
		if fatal, ok := strings.CutPrefix(line, "fatal: "); ok { // warnings may stand before it
			return fmt.Sprintf("git %s: %s", e.Verb, strings.TrimSpace(fatal))
		}
	}
	return fmt.Sprintf("git %s: %s", e.Verb, firstLine(e.Stderr))
}

func (e *Error) Unwrap() error { return e.Err }

// capped is a buffer that stops growing at its limit. Once over, it ends the process when it has something to stop it with.
type capped struct {
	buf   bytes.Buffer // not embedded: its ReadFrom would go around the limit
	limit int64
	over  bool
	stop  func()
}

func (c *capped) Write(p []byte) (int, error) {
	n := len(p)
	if room := c.limit - int64(c.buf.Len()); int64(n) > room {
		p, c.over = p[:max(room, 0)], true
		if c.stop != nil {
			c.stop()
		}
	}
	c.buf.Write(p)
	return n, nil
}

// Safe makes git's words fit for an error message: names of the repository are in them.
func Safe(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == '\n':
			b.WriteByte('\n')
		case r == utf8.RuneError && n == 1:
			fmt.Fprintf(&b, `\x%02x`, s[i])
		case !unicode.IsPrint(r):
			fmt.Fprintf(&b, `\u{%x}`, r)
		default:
			b.WriteRune(r)
		}
		i += n
	}
	return strings.TrimSpace(b.String())
}

func firstLine(s string) string {
	s, _, _ = strings.Cut(strings.TrimSpace(s), "\n")
	return s
}
