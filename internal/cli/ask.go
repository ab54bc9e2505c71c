package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"bakedin/internal/patch"
	"bakedin/internal/policy"
	"bakedin/internal/posture"
	"bakedin/internal/repo"
	"bakedin/internal/safe"
)

// rootOnly are the flags of a scan with their defaults, of which a command shows --root and those it names.
func rootOnly(cmd *cobra.Command, also ...string) *checkFlags {
	opt := &checkFlags{}
	every := pflag.NewFlagSet("scan", pflag.ContinueOnError)
	opt.register(every)
	for _, name := range append(also, "root") {
		cmd.Flags().AddFlag(every.Lookup(name))
	}
	return opt
}

// current scans the working tree once, without a progress line.
func (a *app) current(ctx context.Context, s *session) (*posture.Report, *posture.Fold, *repo.Tree, error) {
	tree, err := s.open(ctx)
	if err != nil {
		return nil, nil, nil, &failure{code: exitUsage, err: err}
	}
	r, fold, err := s.run(ctx, tree)
	if err != nil {
		tree.Close()
		return nil, nil, nil, err
	}
	return r, fold, tree, nil
}

// agreed asks whether to go on. Without a terminal only --yes is an answer.
func (a *app) agreed(yes bool, question string) error {
	if yes {
		return nil
	}
	if !isTerminal(a.streams.In) {
		return usage("nothing was written; add --yes to write it", "there is nobody to ask: standard input is no terminal")
	}
	fmt.Fprintf(a.streams.Err, "%s [y/N] ", question)
	line, _ := bufio.NewReader(a.streams.In).ReadString('\n')
	if answer := strings.ToLower(strings.TrimSpace(line)); answer != "y" && answer != "yes" {
		return usage("nothing was written", "not agreed")
	}
	return nil
}

// record replaces a file of the policy in one step that can be taken back.
func (a *app) record(ctx context.Context, s *session, path, title string, before, after []byte) error {
	base := ""
	if before != nil {
		base = repo.Digest(before)
	}
	entry, err := repo.Apply(ctx, s.space, repo.Plan{Title: title, Edits: []repo.Edit{repo.Write{Path: path, Base: base, New: after}}})
	if err != nil {
		return &failure{code: exitIncomplete, err: err, hint: "nothing was written"}
	}
	fmt.Fprintf(a.streams.Out, "written to %s; %s takes it back\n", path, s.undoCommand(entry.ID))
	return nil
}

// policyFile reads a file of the policy from the tree; nil when it is not there.
func policyFile(tree *repo.Tree, path string) ([]byte, error) {
	src, err := tree.ReadFile(path, policyLimit)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return src, err
}

func (s *session) policyOptions() policy.Options {
	return policy.Options{Known: knownTo(s.rules.Set), Now: s.app.now}
}

func (a *app) showDiff(path string, before, after []byte) {
	fmt.Fprint(a.streams.Out, safe.Block(patch.Unified("a/"+path, "b/"+path, before, after)))
}

// when reads a day: 2027-03-01, or 90d from now.
func (a *app) when(flag, s string) (time.Time, error) {
	today := time.Date(a.now.Year(), a.now.Month(), a.now.Day(), 0, 0, 0, 0, time.UTC)
	if days, ok := strings.CutSuffix(s, "d"); ok {
		if n, err := strconv.Atoi(days); err == nil && n > 0 && n < 10000 {
			return today.AddDate(0, 0, n), nil
		}
	}
	if at, err := time.Parse(time.DateOnly, s); err == nil {
		return at, nil
	}
	return time.Time{}, usage("", "--%s %q: it is a date such as 2027-03-01 or a number of days such as 90d", flag, s)
}
