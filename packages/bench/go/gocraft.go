package main

import (
	"net/url"
	"time"

	"github.com/gocraft/work"
	"github.com/gomodule/redigo/redis"
)

// gocraft is gocraft/work with one pool for all names and a connection for whoever wants one.
type gocraft struct{}

type gocraftContext struct{}

func (gocraft) version() string { return moduleVersion("github.com/gocraft/work") }

func (gocraft) openProducer(s setting) (producer, error) {
	pool, err := redisPool(s)
	if err != nil {
		return nil, err
	}
	return &gocraftProducer{work.NewEnqueuer(s.Namespace, pool), pool}, nil
}

func (gocraft) startWorkers(s setting, handle handler) (func(), error) {
	redisPool, err := redisPool(s)
	if err != nil {
		return nil, err
	}
	pool := work.NewWorkerPool(gocraftContext{}, uint(s.Concurrency), s.Namespace, redisPool)
	options := work.JobOptions{MaxFails: 2, Backoff: func(*work.Job) int64 { return 0 }}
	for _, name := range s.JobNames {
		pool.JobWithOptions(name, options, func(job *work.Job) error {
			return handle(argsOf(job), int(job.Fails))
		})
	}
	pool.Start()
	return func() {
		pool.Stop()
		redisPool.Close()
	}, nil
}

type gocraftProducer struct {
	enqueuer *work.Enqueuer
	pool     *redis.Pool
}

func (p *gocraftProducer) enqueue(name string, args jobArgs) error {
	_, err := p.enqueuer.Enqueue(name, workArgs(args))
	return err
}

func (p *gocraftProducer) schedule(name string, args jobArgs, at time.Time) error {
	_, err := p.enqueuer.EnqueueIn(name, int64(time.Until(at).Seconds()), workArgs(args))
	return err
}

func (p *gocraftProducer) close() { p.pool.Close() }

func workArgs(args jobArgs) work.Q {
	q := work.Q{"userId": args.UserID, "template": args.Template, "locale": args.Locale}
	if args.SentAt != 0 {
		q["sentAt"] = args.SentAt
	}
	if args.Flaky {
		q["flaky"] = true
	}
	return q
}

func argsOf(job *work.Job) jobArgs {
	args := jobArgs{
		UserID:   job.ArgInt64("userId"),
		Template: job.ArgString("template"),
		Locale:   job.ArgString("locale"),
	}
	if _, ok := job.Args["sentAt"]; ok {
		args.SentAt = job.ArgInt64("sentAt")
	}
	_, args.Flaky = job.Args["flaky"]
	return args
}

// redisPool has a connection for each worker, for each caller, and for the pool's own actors.
func redisPool(s setting) (*redis.Pool, error) {
	address, err := url.Parse(s.RedisURL)
	if err != nil {
		return nil, err
	}
	size := max(s.Concurrency, 100) + 20
	return &redis.Pool{
		MaxActive: size,
		MaxIdle:   size,
		Wait:      true,
		Dial:      func() (redis.Conn, error) { return redis.Dial("tcp", address.Host) },
	}, nil
}
