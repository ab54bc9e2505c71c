package cli

import (
	"context"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"bakedin/checks"
	"bakedin/internal/policy"
	"bakedin/internal/posture"
	"bakedin/internal/repo"
	"bakedin/internal/safe"
	"bakedin/rules"
)

// an answer that ran out so many days ago may be pruned
const pruneAfterDays = 90

// most assets that an answer is bound to one by one
const maxBound = 50

func (a *app) attestCommand() *cobra.Command {
	var x policy.Attestation
	var evidence []string
	var expires string
	var yes bool
	cmd := &cobra.Command{
		Use:   "attest RECOMMENDATION --answer met|partly|not-met|not-applicable --by @you",
		Short: "answer what no scan can see, with evidence and an end",
		Long: `attest writes one answer to the end of .bakedin/attestations.toml; every other byte stays. An earlier answer to the same
recommendation is replaced. Evidence is a file of the repository (tied to its content), an address (never opened), or
"statement: words", which counts only where nothing else can be had.`,
		Args: cobra.MaximumNArgs(1),
	}
	opt := rootOnly(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if len(args) != 1 {
			return usage("bakedin controls list", "name the recommendation, such as SD-2.1")
		}
		x.Recommendation = strings.ToUpper(args[0])
		return a.attest(cmd.Context(), opt, x, evidence, expires, yes)
	}
	f := cmd.Flags()
	f.StringVar(&x.Answer, "answer", "", "met, partly, not-met, not-applicable")
	f.StringVar(&x.By, "by", "", "who answers: a handle, a role or a team")
	f.StringVar(&x.Second, "second", "", "a second name; a critical recommendation wants one")
	f.StringVar(&x.Statement, "statement", "", "what is claimed, in your words (met and partly: 20 characters or more)")
	f.StringVar(&x.Note, "note", "", "free text; the reason, for not-applicable")
	f.StringArrayVar(&x.Scope, "scope", nil, "glob of the assets it is about; default: all")
	f.StringArrayVar(&evidence, "evidence", nil, "a path, an address, or \"statement: words\"; may be repeated")
	f.StringVar(&expires, "expires", "", "when it ends: a date, or days from today (default: as long as the recommendation allows)")
	f.BoolVar(&yes, "yes", false, "write without asking")
	cmd.AddCommand(a.attestListCommand("list"), a.attestListCommand("check"), a.attestPruneCommand())
	return cmd
}

func (a *app) attest(ctx context.Context, opt *checkFlags, x policy.Attestation, evidence []string, expires string, yes bool) error {
	s, err := a.newSession(ctx, opt, nil)
	if err != nil {
		return err
	}
	rec := recommendation(s.rules.Set, x.Recommendation)
	if rec == nil {
		return explain(a.streams.Out, s.rules.Set, x.Recommendation, a.width()) // says that there is none, and which is near
	}
	today := time.Date(a.now.Year(), a.now.Month(), a.now.Day(), 0, 0, 0, 0, time.UTC)
	last := today.AddDate(0, 0, rec.ReattestDays)
	if x.Date, x.Expires = today, last; expires != "" {
		if x.Expires, err = a.when("expires", expires); err != nil {
			return err
		}
		if x.Expires.After(last) {
			return usage(fmt.Sprintf("--expires %dd", rec.ReattestDays), "an answer to %s lives at most %d days", rec.ID, rec.ReattestDays)
		}
	}
	r, _, tree, err := a.current(ctx, s)
	if err != nil {
		return err
	}
	defer tree.Close()
	for _, e := range evidence {
		found, err := evidenceOf(tree, e, today)
		if err != nil {
			return err
		}
		x.Evidence = append(x.Evidence, found)
	}
	if x.Answer == "met" && len(x.Evidence) == 0 {
		return usage("--evidence docs/threat-model.md, or --evidence https://…", "the answer met needs evidence; %s", rec.AcceptedEvidence)
	}
	x.Answers = likelyGaps(r, rec.ID)
	x.BoundTo.Assets = boundAssets(r, rec, tree)
	before, err := policyFile(tree, policy.AttestationsPath)
	if err != nil {
		return err
	}
	after := before
	var old []int
	for i := range s.policy.Attestations {
		if s.policy.Attestations[i].Recommendation == rec.ID {
			old = append(old, i)
		}
	}
	if len(old) > 0 {
		if after, err = policy.RemoveAttestations(policy.AttestationsPath, before, old, s.policyOptions()); err != nil {
			return &failure{code: exitUsage, err: err, hint: "nothing was written"}
		}
	}
	if after, err = policy.AddAttestation(policy.AttestationsPath, after, x, s.policyOptions()); err != nil {
		return &failure{code: exitUsage, err: err, hint: "nothing was written"}
	}
	fmt.Fprintf(a.streams.Out, "%s  %s\n\n%s\n\n%s\n", rec.ID, rec.Title, rec.Question, safe.Block(x.Block()))
	if len(x.Answers) > 0 {
		fmt.Fprintf(a.streams.Out, "it answers %d likely gaps that were found; a new one opens the question again\n", len(x.Answers))
	}
	if rec.Severity == rules.Critical && x.Answer == "met" && x.Second == "" {
		fmt.Fprintln(a.streams.Out, "the recommendation is critical: until a --second name stands beside it, it stays open")
	}
	if err := a.agreed(yes, "Write this to "+policy.AttestationsPath+"?"); err != nil {
		return err
	}
	return a.record(ctx, s, policy.AttestationsPath, "attest "+rec.ID, before, after)
}

func recommendation(set *rules.Set, id string) *rules.Recommendation {
	for i := range set.Guideline.Recommendations {
		if r := &set.Guideline.Recommendations[i]; r.ID == id {
			return r
		}
	}
	return nil
}

func evidenceOf(tree *repo.Tree, e string, today time.Time) (policy.Evidence, error) {
	if words, ok := strings.CutPrefix(e, "statement:"); ok {
		return policy.Evidence{Kind: "statement", Note: strings.TrimSpace(words)}, nil
	}
	if strings.HasPrefix(e, "https://") || strings.HasPrefix(e, "http://") {
		return policy.Evidence{Kind: "link", URL: e, Dated: today}, nil
	}
	path := strings.TrimPrefix(e, "./")
	sum, ok := digestOf(tree, path)
	if !ok || !fs.ValidPath(path) {
		return policy.Evidence{}, usage("--evidence takes a file of the repository, an address, or \"statement: words\"", "--evidence %s: there is no such file in the repository", e)
	}
	return policy.Evidence{Kind: "file", Path: path, SHA256: sum}, nil
}

// likelyGaps are the open findings of strength E2 that stand beside the question: the answer covers these and no others.
func likelyGaps(r *posture.Report, rec string) []string {
	var ids []string
	for _, f := range r.Findings {
		if f.Status == checks.Open && f.Strength == rules.E2 && slices.Contains(f.Supports, rec) {
			ids = append(ids, f.ID)
		}
	}
	return ids
}

// kinds of assets whose change revokes an answer, by trigger
var boundKinds = map[string][]repo.Kind{
	"model-changed": {repo.Model}, "prompt-changed": {repo.Prompt, repo.Agent}, "dataset-changed": {repo.Dataset},
}

func boundAssets(r *posture.Report, rec *rules.Recommendation, tree *repo.Tree) map[string]string {
	bound := map[string]string{}
	for _, trigger := range rec.ReattestOn {
		for _, asset := range r.Assets {
			if !slices.Contains(boundKinds[trigger], asset.Kind) || asset.InTests {
				continue
			}
			if asset.LFS != nil {
				bound[asset.Path] = "lfs:" + asset.LFS.OID
			} else if sum, ok := digestOf(tree, asset.Path); ok {
				bound[asset.Path] = "sha256:" + sum
			}
		}
	}
	if len(bound) > maxBound {
		return nil
	}
	return bound
}

func (a *app) attestListCommand(name string) *cobra.Command {
	cmd := &cobra.Command{Use: name, Short: "the answers, and which hold today", Args: cobra.NoArgs}
	if name == "check" {
		cmd.Short = "exit 1 when an answer does not hold today"
	}
	opt := rootOnly(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		s, err := a.newSession(cmd.Context(), opt, nil)
		if err != nil {
			return err
		}
		r, _, tree, err := a.current(cmd.Context(), s)
		if err != nil {
			return err
		}
		tree.Close()
		broken := 0
		for i := range s.policy.Attestations {
			x := &s.policy.Attestations[i]
			holds, why := answerState(r, x.Recommendation)
			if !holds {
				broken++
			}
			if name == "list" || !holds {
				cmd.Printf("%-8s %-14s %-16s until %s  %s\n", x.Recommendation, x.Answer, safe.Line(x.By), x.Expires.Format(time.DateOnly), why)
			}
		}
		cmd.Printf("%d answers, %d do not hold\n", len(s.policy.Attestations), broken)
		if name == "check" && broken > 0 {
			a.code = exitFindings
		}
		return nil
	}
	return cmd
}

// answerState tells whether an answer holds, in the words of the recommendation's reasons.
func answerState(r *posture.Report, id string) (bool, safe.Text) {
	for i := range r.Recommendations {
		x := &r.Recommendations[i]
		if x.ID != id || x.Attestation == nil {
			continue
		}
		if x.Attestation.Live {
			return true, "holds"
		}
		for _, reason := range x.Reasons {
			if strings.HasPrefix(reason.Code, "attestation-") || reason.Code == "evidence-stale" || reason.Code == "question-open" {
				return false, safe.Line(reason.Text)
			}
		}
	}
	return false, "does not hold"
}

func (a *app) attestPruneCommand() *cobra.Command {
	var yes bool
	cmd := &cobra.Command{Use: "prune", Short: "remove answers that ran out more than 90 days ago, after showing the diff", Args: cobra.NoArgs}
	opt := rootOnly(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		s, err := a.newSession(cmd.Context(), opt, nil)
		if err != nil {
			return err
		}
		var old []int
		for i := range s.policy.Attestations {
			if s.policy.Attestations[i].Expires.AddDate(0, 0, pruneAfterDays).Before(a.now) {
				old = append(old, i)
			}
		}
		if len(old) == 0 {
			cmd.Println("no answer ran out more than 90 days ago")
			return nil
		}
		tree, err := s.open(cmd.Context())
		if err != nil {
			return err
		}
		defer tree.Close()
		before, err := policyFile(tree, policy.AttestationsPath)
		if err != nil {
			return err
		}
		after, err := policy.RemoveAttestations(policy.AttestationsPath, before, old, s.policyOptions())
		if err != nil {
			return &failure{code: exitUsage, err: err, hint: "nothing was written"}
		}
		a.showDiff(policy.AttestationsPath, before, after)
		if err := a.agreed(yes, "Write this?"); err != nil {
			return err
		}
		return a.record(cmd.Context(), s, policy.AttestationsPath, "prune answers", before, after)
	}
	cmd.Flags().BoolVar(&yes, "yes", false, "write without asking")
	return cmd
}
