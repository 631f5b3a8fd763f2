package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"
)

// In Go, too: one job in so many is flaky, where jobs are.
const flakyEvery = 5

// host drives a library as the benchmark asks, and measures around it.
type host struct {
	driver   driver
	setting  setting
	producer producer
	shift    *shift
}

type enqueuePlan struct {
	Count   int    `json:"count"`
	Way     string `json:"way"`
	Callers int    `json:"callers"`
	At      int64  `json:"at"`
	Flaky   bool   `json:"flaky"`
	Timed   bool   `json:"timed"`
}

type pace struct {
	Rate    float64 `json:"rate"`
	Seconds float64 `json:"seconds"`
}

type startPlan struct {
	setting
	Work  string `json:"work"`
	Pools int    `json:"pools"`
	Count int64  `json:"count"`
}

type timing struct {
	Count   int     `json:"count"`
	Seconds float64 `json:"seconds"`
}

func (h *host) answer(line []byte) (any, error) {
	var q question
	if err := json.Unmarshal(line, &q); err != nil {
		return nil, err
	}
	switch q.Verb {
	case "about":
		return map[string]string{"version": h.driver.version()}, nil
	case "open":
		return nil, h.open(q.Params)
	case "enqueue":
		return ask(q.Params, h.enqueue)
	case "pace":
		return ask(q.Params, h.pace)
	case "start":
		_, err := ask(q.Params, h.start)
		return nil, err
	case "run":
		return ask(q.Params, h.run)
	case "begun":
		_, err := ask(q.Params, h.begun)
		return nil, err
	case "stop":
		return h.stop(), nil
	case "close":
		h.producer.close()
		return nil, nil
	}
	return nil, fmt.Errorf("unknown verb %q", q.Verb)
}

func ask[Params, Result any](raw json.RawMessage, act func(Params) (Result, error)) (any, error) {
	var params Params
	if err := json.Unmarshal(raw, &params); err != nil {
		return nil, err
	}
	return act(params)
}

func (h *host) open(raw json.RawMessage) (err error) {
	if err := json.Unmarshal(raw, &h.setting); err != nil {
		return err
	}
	h.producer, err = h.driver.openProducer(h.setting)
	return err
}

func (h *host) enqueue(plan enqueuePlan) (timing, error) {
	start := time.Now()
	err := atOnce(max(plan.Callers, 1), plan.Count, func(index int) error {
		name := h.setting.JobNames[index%len(h.setting.JobNames)]
		args := payload(plan.Flaky && index%flakyEvery == 0)
		if plan.Timed {
			args.SentAt = now()
		}
		if plan.Way == "schedule" {
			return h.producer.schedule(name, args, time.UnixMilli(plan.At))
		}
		return h.producer.enqueue(name, args)
	})
	return timing{plan.Count, time.Since(start).Seconds()}, err
}

func (h *host) pace(p pace) (timing, error) {
	start := time.Now()
	var failures []error
	var mu sync.Mutex
	var all sync.WaitGroup
	sent := 0
	for elapsed := 0.0; elapsed < p.Seconds; elapsed = time.Since(start).Seconds() {
		for ; float64(sent) < elapsed*p.Rate; sent++ {
			name := h.setting.JobNames[sent%len(h.setting.JobNames)]
			args := payload(false)
			args.SentAt = now()
			all.Add(1)
			go func() {
				defer all.Done()
				if err := h.producer.enqueue(name, args); err != nil {
					mu.Lock()
					failures = append(failures, err)
					mu.Unlock()
				}
			}()
		}
		time.Sleep(time.Millisecond)
	}
	all.Wait()
	return timing{sent, time.Since(start).Seconds()}, errors.Join(failures...)
}

func (h *host) start(plan startPlan) (any, error) {
	h.shift = newShift(plan.Work)
	for range plan.Pools {
		stop, err := h.driver.startWorkers(plan.setting, h.shift.handle)
		if err != nil {
			return nil, err
		}
		h.shift.stops = append(h.shift.stops, stop)
	}
	return nil, nil
}

func (h *host) run(plan startPlan) (runResult, error) {
	if _, err := h.start(plan); err != nil {
		return runResult{}, err
	}
	h.shift.done.reaches(plan.Count)
	return h.stop(), nil
}

func (h *host) begun(params struct {
	Count int64 `json:"count"`
}) (any, error) {
	h.shift.calls.reaches(params.Count)
	return nil, nil
}

func (h *host) stop() runResult {
	result := h.shift.end()
	h.shift = nil
	return result
}

func payload(flaky bool) jobArgs {
	return jobArgs{UserID: 12345, Template: "welcome", Locale: "en", Flaky: flaky}
}

// atOnce has so many callers, each of which awaits one call before its next one.
func atOnce(callers, count int, call func(index int) error) error {
	failures := make([]error, callers)
	together(callers, func(caller int) {
		for index := caller; index < count && failures[caller] == nil; index += callers {
			failures[caller] = call(index)
		}
	})
	return errors.Join(failures...)
}

// together calls act for 0, 1, … at once, and returns when all calls have.
func together(count int, act func(index int)) {
	var all sync.WaitGroup
	all.Add(count)
	for index := range count {
		go func() {
			defer all.Done()
			act(index)
		}()
	}
	all.Wait()
}
