package main

import "time"

// setting is where and what for a competitor works.
type setting struct {
	RedisURL    string   `json:"redisUrl"`
	Namespace   string   `json:"namespace"`
	JobNames    []string `json:"jobNames"`
	Concurrency int      `json:"concurrency"`
}

// jobArgs are the arguments of every job.
type jobArgs struct {
	UserID   int64  `json:"userId"`
	Template string `json:"template"`
	Locale   string `json:"locale"`
	SentAt   int64  `json:"sentAt,omitempty"`
	Flaky    bool   `json:"flaky,omitempty"`
}

// handler is called by every job with its arguments and the number of attempts that came before.
type handler func(args jobArgs, attempts int) error

// driver is how a library is used. Everything that is measured around it is the host's.
type driver interface {
	version() string
	openProducer(setting) (producer, error)
	// startWorkers starts a pool, and returns what stops it.
	startWorkers(setting, handler) (stop func(), err error)
}

type producer interface {
	enqueue(name string, args jobArgs) error
	schedule(name string, args jobArgs, at time.Time) error
	close()
}
