// Package cli is the command line: it reads arguments and environment, picks the mode (screen or text), opens the tree,
// runs the engine and hands the report to a face. It decides nothing about rules or statuses.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"syscall"
	"time"

	"bakedin/internal/safe"
)

// Version of bakedin. It is a constant because the pre-commit framework builds from a shallow clone, where build
// information knows no tag.
const Version = "0.1.0"

// Streams are the three standard streams.
type Streams struct {
	In  io.Reader
	Out io.Writer
	Err io.Writer
}

// Exit codes; see the package comment of main.
const (
	exitClean       = 0
	exitFindings    = 1
	exitUsage       = 2
	exitIncomplete  = 3
	exitInterrupted = 130
)

// failure is an error with an exit code and, when there is one, the next thing to type.
type failure struct {
	code int
	err  error
	hint string
}

func (f *failure) Error() string { return f.err.Error() }
func (f *failure) Unwrap() error { return f.err }

func usage(hint, format string, args ...any) error {
	return &failure{code: exitUsage, err: fmt.Errorf(format, args...), hint: hint}
}

// app is one invocation.
type app struct {
	streams Streams
	env     func(string) (string, bool)
	args    []string
	fromEnv map[string]bool // flags that a variable set
	now     time.Time
	started func() time.Duration // since the start; 0 when SOURCE_DATE_EPOCH fixes the clock
	fixed   bool
	code    int
}

// Main runs one invocation and returns its exit code. args are without the program's name.
func Main(ctx context.Context, args []string, s Streams, env func(string) (string, bool)) int {
	a := &app{streams: s, env: env, args: args, fromEnv: map[string]bool{}}
	begin := time.Now()
	a.now, a.started = begin, func() time.Duration { return time.Since(begin) }
	if v, ok := env("SOURCE_DATE_EPOCH"); ok {
		if sec, err := strconv.ParseInt(v, 10, 64); err == nil {
			a.now, a.fixed, a.started = time.Unix(sec, 0).UTC(), true, func() time.Duration { return 0 }
		}
	}
	root := a.command()
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return a.code
	}
	if errors.Is(err, syscall.EPIPE) { // the reader has seen enough: head, less
		return a.code
	}
	var f *failure
	switch {
	case errors.As(err, &f):
	case errors.Is(err, context.Canceled) || ctx.Err() != nil:
		fmt.Fprintln(s.Err, "bakedin: interrupted")
		return exitInterrupted
	default: // cobra's own: unknown command, unknown flag, wrong number of arguments
		f = &failure{code: exitUsage, err: err, hint: "bakedin --help"}
	}
	fmt.Fprintf(s.Err, "bakedin: %s\n", safe.Block(f.Error()))
	if f.hint != "" {
		fmt.Fprintf(s.Err, "hint: %s\n", f.hint)
	}
	return f.code
}
