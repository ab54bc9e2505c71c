package cli

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/pflag"
)

// checkFlags are the flags of a scan, shared by check, fix, demo and the UI.
type checkFlags struct {
	format         string
	outputs        []string
	failOn         string
	minSeverity    string
	minConfidence  string
	profile        string
	root           string
	exclude        []string
	ignoreRules    []string
	includeIgnored bool
	staged         bool
	noIgnores      bool
	noConfig       bool
	config         string
	maxFileSize    string
	fileTimeout    time.Duration
	timeout        time.Duration
	workers        int
	requireInputs  bool
	requireClean   bool
	exitZero       bool
	showSuppressed bool
	noTUI          bool
	ascii          bool
	color          string
	progress       string
	quiet          bool
}

func (o *checkFlags) register(f *pflag.FlagSet) {
	f.StringVarP(&o.format, "format", "f", "text", "text, concise, json, json-v1, sarif, markdown")
	f.StringArrayVarP(&o.outputs, "output", "o", nil, "FORMAT=PATH: also write this format to a file; may be repeated")
	f.StringVar(&o.failOn, "fail-on", "high", "findings at or above this severity make the exit code 1: never, low, medium, high, critical")
	f.StringVar(&o.minSeverity, "min-severity", "low", "show findings at or above this severity; the rest is counted")
	f.StringVar(&o.minConfidence, "min-confidence", "medium", "show findings at or above this confidence; the rest is counted")
	f.StringVar(&o.profile, "profile", "standard", "how much to ask for: essential, standard, strict")
	f.StringVar(&o.root, "root", "", "the root of the repository, when it is not PATH")
	f.StringArrayVar(&o.exclude, "exclude", nil, "glob of files to leave out; they are counted")
	f.StringSliceVar(&o.ignoreRules, "ignore", nil, "rules to switch off; their recommendations stay unknown")
	f.BoolVar(&o.includeIgnored, "include-ignored", false, "also files that git ignores")
	f.BoolVar(&o.staged, "staged", false, "look at the content of the git index in place of the working tree")
	f.BoolVar(&o.noIgnores, "no-ignores", false, "audit: waivers do not count")
	f.BoolVar(&o.noConfig, "no-config", false, "do not read .bakedin.toml and .bakedin/attestations.toml")
	f.StringVar(&o.config, "config", "", "read this file in place of .bakedin.toml")
	f.StringVar(&o.maxFileSize, "max-file-size", "32MiB", "limit for files that must be read whole")
	f.DurationVar(&o.fileTimeout, "file-timeout", 10*time.Second, "longest time for one file")
	f.DurationVar(&o.timeout, "timeout", 5*time.Minute, "longest time for the whole scan")
	f.IntVarP(&o.workers, "jobs", "j", 0, "files read at the same time (default: the number of processors)")
	f.BoolVar(&o.requireInputs, "require-inputs", false, "exit 3 when there is no AI asset")
	f.BoolVar(&o.requireClean, "require-clean-scan", true, "exit 3 when a file could not be read to its end")
	f.BoolVar(&o.exitZero, "exit-zero", false, "exit 0 in place of 1")
	f.BoolVar(&o.showSuppressed, "show-suppressed", false, "also show waived findings")
	f.BoolVar(&o.noTUI, "no-tui", false, "never open the terminal UI")
	f.BoolVar(&o.ascii, "ascii", false, "plain glyphs")
	f.StringVar(&o.color, "color", "auto", "auto, always, never")
	f.StringVar(&o.progress, "progress", "auto", "auto, always, never")
	f.BoolVarP(&o.quiet, "quiet", "q", false, "no progress, no notices")
}

var (
	severities  = []string{"low", "medium", "high", "critical"}
	confidences = []string{"low", "medium", "high"}
	profiles    = []string{"essential", "standard", "strict"}
)

// validate refuses values that no flag knows, before anything is read.
func (o *checkFlags) validate() error {
	for _, c := range []struct {
		flag, value string
		known       []string
	}{
		{"--format", o.format, formats},
		{"--fail-on", o.failOn, append([]string{"never"}, severities...)},
		{"--min-severity", o.minSeverity, severities},
		{"--min-confidence", o.minConfidence, confidences},
		{"--profile", o.profile, profiles},
		{"--color", o.color, []string{"auto", "always", "never"}},
		{"--progress", o.progress, []string{"auto", "always", "never"}},
	} {
		if !slices.Contains(c.known, c.value) {
			return usage("", "%s %q: it is one of %s", c.flag, c.value, strings.Join(c.known, ", "))
		}
	}
	if _, err := parseSize(o.maxFileSize); err != nil {
		return usage("", "--max-file-size %q: %v", o.maxFileSize, err)
	}
	return nil
}

// parseSize reads 32MiB, 1GB, 4096.
func parseSize(s string) (int64, error) {
	units := []struct {
		suffix string
		factor int64
	}{{"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30}, {"KB", 1e3}, {"MB", 1e6}, {"GB", 1e9}, {"B", 1}, {"", 1}}
	for _, u := range units {
		if digits, ok := strings.CutSuffix(s, u.suffix); ok {
			n, err := strconv.ParseInt(strings.TrimSpace(digits), 10, 64)
			if err != nil || n <= 0 || n > (1<<62)/u.factor {
				return 0, fmt.Errorf("a size is a number and KiB, MiB or GiB, such as 32MiB")
			}
			return n * u.factor, nil
		}
	}
	return 0, nil
}
