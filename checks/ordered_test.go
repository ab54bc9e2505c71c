package checks

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
)

func TestOrderedEmitsInOrderAndBoundsWhatWaits(t *testing.T) {
	const n, workers = 500, 4
	var started, emitted atomic.Int64
	next := 0
	err := ordered(t.Context(), n, workers,
		func(_ context.Context, i int) int {
			if ahead := started.Add(1) - emitted.Load(); ahead > (waiting+2)*workers+2 {
				t.Errorf("%d jobs ahead of the one that is emitted", ahead)
			}
			return i * i
		},
		func(i, v int) error {
			if i != next || v != i*i {
				t.Fatalf("got %d=%d, want %d", i, v, next)
			}
			next++
			emitted.Add(1)
			return nil
		})
	if err != nil || next != n {
		t.Fatalf("%d emitted, %v", next, err)
	}
}

func TestOrderedStopsAtTheFirstError(t *testing.T) {
	boom := errors.New("boom")
	var last int
	err := ordered(t.Context(), 1000, 3,
		func(context.Context, int) int { return 0 },
		func(i, _ int) error {
			last = i
			if i == 7 {
				return boom
			}
			return nil
		})
	if !errors.Is(err, boom) || last != 7 {
		t.Errorf("stopped at %d with %v", last, err)
	}
}

func TestOrderedStopsWhenTheContextEnds(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	err := ordered(ctx, 1000, 2,
		func(ctx context.Context, i int) int { return i },
		func(i, _ int) error {
			if i == 3 {
				cancel()
			}
			return nil
		})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestOrderedWithNothingToDo(t *testing.T) {
	if err := ordered(t.Context(), 0, 2, func(context.Context, int) int { return 0 }, func(int, int) error { return errors.New("emitted") }); err != nil {
		t.Error(err)
	}
}
