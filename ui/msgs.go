package ui

import (
	"time"

	"bakedin/internal/posture"
)

// Every message that is not Bubble Tea's own. An answer carries the number of what was asked; a stale one is dropped.

type scanBatch struct {
	run      int
	seq      int
	store    *store
	progress Progress
}

type scanDone struct {
	run   int
	store *store
	at    time.Time
	err   error
}

type planReady struct {
	id      int
	preview *Preview
	change  *change // the same, made ready to be drawn
	after   *store
	err     error
}

// graceOver: keys that were on their way when a preview opened have all arrived.
type graceOver struct{ id int }

type appliedMsg struct {
	id     int
	undo   string
	store  *store
	report *posture.Report
	at     time.Time
	err    error
}

type undoneMsg struct {
	id    string
	store *store
	at    time.Time
	err   error
}

type copiedMsg struct{ what string }

type tick struct{ run int }
