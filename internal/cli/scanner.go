package cli

import (
	"context"
	"time"

	"bakedin/checks"
	"bakedin/internal/posture"
	"bakedin/internal/repo"
	"bakedin/ui"
)

// batchGap is the least time between two reports that the screen is shown while a scan runs.
const batchGap = 50 * time.Millisecond

// scanner is the port through which the UI scans.
type scanner struct {
	session *session
	again   bool // not the first scan: people may have changed their policy since
}

// Scan implements ui.Scanner.
func (s *scanner) Scan(ctx context.Context, onBatch func(*posture.Report, ui.Progress)) (*posture.Report, error) {
	if s.again {
		if err := s.session.ready(ctx); err != nil {
			return nil, err
		}
	}
	s.again = true
	tree, err := s.session.open(ctx)
	if err != nil {
		return nil, err
	}
	defer tree.Close()
	b := &batcher{show: onBatch, since: s.session.app.started}
	report, err := s.session.scan(ctx, tree, b)
	if ctx.Err() != nil && report != nil {
		return report, nil
	}
	return report, err
}

// batcher turns events into a report now and then. It sees an event after the fold did.
type batcher struct {
	checks.Discard
	fold  *posture.Fold
	show  func(*posture.Report, ui.Progress)
	since func() time.Duration
	last  time.Duration
	at    ui.Progress
}

// Begin implements checks.Handler.
func (b *batcher) Begin(v checks.Begin) error {
	b.at.RulesTotal, b.at.FilesTotal = len(v.Rules), v.Files
	return nil
}

// Asset implements checks.Handler.
func (b *batcher) Asset(a repo.Asset) error {
	if a.Kind == repo.Model {
		b.at.ModelTotal++
	}
	return nil
}

// Progress implements checks.Handler.
func (b *batcher) Progress(p checks.Progress) error {
	b.at.Phase, b.at.Files, b.at.FilesTotal, b.at.Bytes, b.at.Path = p.Phase, p.Done, p.Total, p.Bytes, p.Path
	if p.Phase == "files" {
		b.at.Phase = "walking"
	} else {
		b.at.Phase = "files"
	}
	if now := b.since(); now-b.last >= batchGap {
		b.last = now
		b.show(b.fold.Report(), b.at)
	}
	return nil
}

// Rule implements checks.Handler.
func (b *batcher) Rule(checks.RuleState) error {
	b.at.Rules++
	return nil
}
