package main

import (
	"errors"
	"sync"
	"sync/atomic"
	"time"
)

// shift is what workers do from their start until their stop. A job counts as done when its handler has returned,
// because neither library tells when Redis knows it; that is to their advantage.
type shift struct {
	work      string
	costs     *costs
	first     sync.Once
	calls     tally
	done      tally
	mu        sync.Mutex
	latencies []int64
	stops     []func()
}

type runResult struct {
	Done       int64   `json:"done"`
	Calls      int64   `json:"calls"`
	Seconds    float64 `json:"seconds"`
	CPUSeconds float64 `json:"cpuSeconds"`
	PeakBytes  int64   `json:"peakBytes"`
	Latencies  []int64 `json:"latencies"`
}

var errOnce = errors.New("it fails once")

func newShift(work string) *shift {
	return &shift{work: work, costs: startCosts(), latencies: []int64{}}
}

func (s *shift) handle(args jobArgs, attempts int) error {
	s.first.Do(func() { s.costs.start = time.Now() })
	s.calls.add()
	switch s.work {
	case "sleep":
		time.Sleep(time.Millisecond)
	case "flaky":
		if args.Flaky && attempts == 0 {
			return errOnce
		}
	case "timed":
		latency := now() - args.SentAt
		s.mu.Lock()
		s.latencies = append(s.latencies, latency)
		s.mu.Unlock()
	}
	s.done.add()
	return nil
}

func (s *shift) end() runResult {
	seconds, cpu, peak := s.costs.seconds(), s.costs.cpuSeconds(), peakBytes()
	together(len(s.stops), func(index int) { s.stops[index]() })
	return runResult{s.done.count.Load(), s.calls.count.Load(), seconds, cpu, peak, s.latencies}
}

// tally is a count that somebody waits for.
type tally struct {
	count  atomic.Int64
	target atomic.Int64
	signal atomic.Pointer[chan struct{}]
}

func (t *tally) add() {
	count := t.count.Add(1)
	if target := t.target.Load(); target > 0 && count >= target {
		t.reached()
	}
}

// reaches returns when the count is target or more. One may wait at a time.
func (t *tally) reaches(target int64) {
	signal := make(chan struct{})
	t.signal.Store(&signal)
	t.target.Store(target)
	if t.count.Load() >= target {
		t.reached()
	}
	<-signal
}

func (t *tally) reached() {
	if signal := t.signal.Swap(nil); signal != nil {
		t.target.Store(0)
		close(*signal)
	}
}
