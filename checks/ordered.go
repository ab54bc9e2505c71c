package checks

import (
	"context"
	"sync"
)

// waiting is how many results a worker may be ahead of the slowest file.
const waiting = 64

// ordered runs work(0) … work(n-1) on several goroutines and hands the results to emit in order, from the calling
// goroutine. So many results wait for their turn that one slow file does not stop the others, and no more, so that memory
// stays bounded: a result must not hold what it was made from. It stops at the first error of
// emit or when ctx ends; every goroutine has returned when it does.
func ordered[T any](ctx context.Context, n, workers int, work func(context.Context, int) T, emit func(int, T) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	type job struct {
		index int
		done  chan T
	}
	jobs := make(chan job)
	queue := make(chan job, waiting*workers) // in order; its capacity is the window
	var running sync.WaitGroup
	for range workers {
		running.Go(func() {
			for j := range jobs {
				j.done <- work(ctx, j.index)
			}
		})
	}
	running.Go(func() {
		defer close(queue)
		defer close(jobs)
		for i := range n {
			j := job{i, make(chan T, 1)}
			select {
			case queue <- j:
			case <-ctx.Done():
				return
			}
			select {
			case jobs <- j:
			case <-ctx.Done():
				return
			}
		}
	})
	var err error
	for j := range queue {
		if err != nil {
			continue
		}
		select {
		case v := <-j.done:
			err = emit(j.index, v)
		case <-ctx.Done():
			err = ctx.Err()
		}
		if err != nil {
			cancel()
		}
	}
	running.Wait()
	if err == nil {
		err = context.Cause(ctx)
	}
	return err
}
