package cli

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"bakedin/internal/policy"
	"bakedin/internal/report"
)

// checkFlags are the flags of a scan, shared by check, fix, demo and the UI.
type checkFlags struct {
	set   *pflag.FlagSet // tells which were given
	hook  bool           // called by git: its GIT_INDEX_FILE counts
	paths []string       // the only staged files to look at; nil: all

	format         string
	outputs        []string
	failOn         string
	minSeverity    string
	minConfidence  string
	profile        string
	selected       []string
	ignored        []string
	only           []string
	root           string
	staged         bool
	diff           string
	diffLines      string
	rev            string
	stdinName      string
	policyFrom     string
	exclude        []string
	includeIgnored bool
	noIgnores      bool
	strictWaivers  bool
	baseline       string
	noBaseline     bool
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
	sarifScope     string
	sarifCategory  string
	summary        string
	timings        bool
	noTUI          bool
	ascii          bool
	color          string
	progress       string
	quiet          bool
	verbose        bool
}

func (o *checkFlags) register(f *pflag.FlagSet) {
	o.set = f
	f.StringVarP(&o.format, "format", "f", "text", strings.Join(report.Formats(), ", "))
	f.StringArrayVarP(&o.outputs, "output", "o", nil, "FORMAT=PATH: also write this format to a file; may be repeated")
	f.StringVar(&o.failOn, "fail-on", "high", "findings at or above this severity make the exit code 1: never, low, medium, high, critical")
	f.StringVar(&o.minSeverity, "min-severity", "low", "show findings at or above this severity; the rest is counted and fails nothing")
	f.StringVar(&o.minConfidence, "min-confidence", "medium", "show findings at or above this confidence; the rest is counted and fails nothing")
	f.StringVar(&o.profile, "profile", "standard", "how much to ask for: essential, standard, strict")
	f.StringSliceVar(&o.selected, "select", nil, "also these rules: slug, family, slug prefix with *, control or recommendation")
	f.StringSliceVar(&o.ignored, "ignore", nil, "not these rules; their recommendations stay unknown")
	f.StringSliceVar(&o.only, "only", nil, "these rules and no others")
	f.StringVar(&o.root, "root", "", "the root of the repository, when it is not PATH")
	f.BoolVar(&o.staged, "staged", false, "look at the content of the git index in place of the working tree")
	f.StringVar(&o.diff, "diff", "", "only files that differ from the merge base with this revision")
	f.StringVar(&o.diffLines, "diff-lines", "", "as --diff, and only findings that touch an added or changed line")
	f.StringVar(&o.rev, "rev", "", "look at the tree of this revision, without a checkout")
	f.StringVar(&o.stdinName, "stdin-filename", "", "the name that standard input has, when PATH is -")
	f.StringVar(&o.policyFrom, "policy-from", "", "whose settings, waivers, answers and baseline count: a revision, a folder, or none (default: the scanned tree)")
	f.StringArrayVar(&o.exclude, "exclude", nil, "glob of files to leave out; they are counted")
	f.BoolVar(&o.includeIgnored, "include-ignored", false, "also files that git ignores")
	f.BoolVar(&o.noIgnores, "no-ignores", false, "audit: waivers, inline ignores and baseline do not count")
	f.BoolVar(&o.strictWaivers, "strict-waivers", false, "exit 1 when a waiver or an inline ignore matches nothing")
	f.StringVar(&o.baseline, "since-baseline", "", "another baseline than "+policy.BaselinePath)
	f.BoolVar(&o.noBaseline, "no-baseline", false, "no baseline: every finding is new")
	f.BoolVar(&o.noConfig, "no-config", false, "do not read .bakedin.toml and .bakedin/attestations.toml")
	f.StringVar(&o.config, "config", "", "read this file in place of .bakedin.toml")
	f.StringVar(&o.maxFileSize, "max-file-size", "32MiB", "limit for files that must be read whole")
	f.DurationVar(&o.fileTimeout, "file-timeout", 10*time.Second, "longest time for one file")
	f.DurationVar(&o.timeout, "timeout", 5*time.Minute, "longest time for the whole scan")
	f.IntVarP(&o.workers, "jobs", "j", 0, "files read at the same time (default: the number of processors)")
	f.BoolVar(&o.requireInputs, "require-inputs", false, "exit 3 when there is no AI asset")
	f.BoolVar(&o.requireClean, "require-clean-scan", true, "exit 3 when a file could not be read to its end")
	f.BoolVar(&o.exitZero, "exit-zero", false, "exit 0 in place of 1")
	f.BoolVar(&o.showSuppressed, "show-suppressed", false, "also show waived, ignored and known findings")
	f.StringVar(&o.sarifScope, "sarif-scope", "file", "what goes into SARIF: file, all (also findings of the repository), posture (also the recommendations)")
	f.StringVar(&o.sarifCategory, "sarif-category", "", "keeps the alerts of two analyses of one repository apart")
	f.StringVar(&o.summary, "summary", "", "counts in place of findings: rules, files, controls")
	f.BoolVar(&o.timings, "timings", false, "say on standard error where the time went")
	f.BoolVar(&o.noTUI, "no-tui", false, "never open the terminal UI")
	f.BoolVar(&o.ascii, "ascii", false, "plain glyphs")
	f.StringVar(&o.color, "color", "auto", "auto, always, never")
	f.StringVar(&o.progress, "progress", "auto", "auto, always, never")
	f.BoolVarP(&o.quiet, "quiet", "q", false, "no progress and no hints on standard error")
	f.BoolVarP(&o.verbose, "verbose", "v", false, "say on standard error what is read and by which policy")
}

// given tells whether a flag was typed or set by its variable. What was not given, the configuration may decide.
func (o *checkFlags) given(name string) bool { return o.set != nil && o.set.Changed(name) }

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
		{"--format", o.format, report.Formats()},
		{"--fail-on", o.failOn, append([]string{"never"}, severities...)},
		{"--min-severity", o.minSeverity, severities},
		{"--min-confidence", o.minConfidence, confidences},
		{"--profile", o.profile, profiles},
		{"--color", o.color, []string{"auto", "always", "never"}},
		{"--progress", o.progress, []string{"auto", "always", "never"}},
		{"--sarif-scope", o.sarifScope, []string{"file", "all", "posture"}},
		{"--summary", o.summary, []string{"", "rules", "files", "controls"}},
	} {
		if !slices.Contains(c.known, c.value) {
			return usage("", "%s %q: it is one of %s", c.flag, c.value, strings.TrimPrefix(strings.Join(c.known, ", "), ", "))
		}
	}
	modes := 0
	for _, on := range []bool{o.staged, o.diff != "", o.diffLines != "", o.rev != "", o.stdinName != ""} {
		if on {
			modes++
		}
	}
	switch {
	case modes > 1:
		return usage("", "--staged, --diff, --diff-lines, --rev and --stdin-filename exclude each other")
	case o.noConfig && o.config != "":
		return usage("", "--config and --no-config exclude each other")
	case o.noBaseline && o.baseline != "":
		return usage("", "--since-baseline and --no-baseline exclude each other")
	case o.workers < 0:
		return usage("", "--jobs %d: it is 1 or more", o.workers)
	case o.timeout <= 0 || o.fileTimeout <= 0:
		return usage("", "--timeout and --file-timeout are longer than 0s")
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
