package main

import (
	"context"
	"os"
	"runtime"
	"runtime/debug"
	"runtime/pprof"

	"bakedin/internal/cli"
)

func main() {
	debug.SetGCPercent(200)
	runtime.SetCPUProfileRate(1000)
	f, _ := os.Create(os.Getenv("PROF"))
	pprof.StartCPUProfile(f)
	code := cli.Main(context.Background(), os.Args[1:], cli.Streams{In: os.Stdin, Out: os.Stdout, Err: os.Stderr}, os.LookupEnv)
	pprof.StopCPUProfile()
	f.Close()
	os.Exit(code)
}
