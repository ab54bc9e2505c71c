// Bakedin tells a team whether security is baked into their AI repository or bolted on, and walks them through mending it.
//
//	bakedin [PATH]          the terminal UI (without a terminal: bakedin check PATH)
//	bakedin check [PATH]    the same scan as text, JSON or SARIF
//	bakedin fix             what can be mended, as a diff; --apply writes it
//	bakedin hook run        what is staged, for a commit hook
//	bakedin demo            a sample repository, in memory
//
// Exit codes: 0 nothing new at or above --fail-on, 1 findings, 2 usage or configuration error, 3 the scan is incomplete,
// 130 interrupted.
package main

import (
	"context"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"bakedin/internal/cli"
)

func main() {
	debug.SetGCPercent(200) // a scan makes much and keeps little: fewer collections, and still a heap of a few dozen megabytes
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	signal.Ignore(syscall.SIGPIPE) // a closed reader is an error of a write, not the end of the process
	code := cli.Main(ctx, os.Args[1:], cli.Streams{In: os.Stdin, Out: os.Stdout, Err: os.Stderr}, os.LookupEnv)
	stop()
	os.Exit(code)
}
