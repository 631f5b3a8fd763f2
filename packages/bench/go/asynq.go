package main

import (
	"context"
	"encoding/json"
	"net/url"
	"time"

	"github.com/hibiken/asynq"
)

// asynqDriver is asynq with one queue for all names, which are task types, and with its logs off.
type asynqDriver struct{}

func (asynqDriver) version() string { return moduleVersion("github.com/hibiken/asynq") }

func (asynqDriver) openProducer(s setting) (producer, error) {
	redis, err := redisOptions(s)
	if err != nil {
		return nil, err
	}
	return &asynqProducer{asynq.NewClient(redis), s.Namespace}, nil
}

func (asynqDriver) startWorkers(s setting, handle handler) (func(), error) {
	redis, err := redisOptions(s)
	if err != nil {
		return nil, err
	}
	server := asynq.NewServer(redis, asynq.Config{
		Concurrency:              s.Concurrency,
		Queues:                   map[string]int{s.Namespace: 1},
		LogLevel:                 asynq.FatalLevel,
		RetryDelayFunc:           func(int, error, *asynq.Task) time.Duration { return 0 },
		DelayedTaskCheckInterval: time.Second,
	})
	mux := asynq.NewServeMux()
	for _, name := range s.JobNames {
		mux.HandleFunc(name, func(ctx context.Context, task *asynq.Task) error {
			var args jobArgs
			if err := json.Unmarshal(task.Payload(), &args); err != nil {
				return err
			}
			attempts, _ := asynq.GetRetryCount(ctx)
			return handle(args, attempts)
		})
	}
	if err := server.Start(mux); err != nil {
		return nil, err
	}
	return server.Shutdown, nil
}

type asynqProducer struct {
	client *asynq.Client
	queue  string
}

func (p *asynqProducer) enqueue(name string, args jobArgs) error {
	return p.send(name, args)
}

func (p *asynqProducer) schedule(name string, args jobArgs, at time.Time) error {
	return p.send(name, args, asynq.ProcessAt(at))
}

func (p *asynqProducer) close() { p.client.Close() }

func (p *asynqProducer) send(name string, args jobArgs, options ...asynq.Option) error {
	payload, err := json.Marshal(args)
	if err != nil {
		return err
	}
	_, err = p.client.Enqueue(asynq.NewTask(name, payload), append(options, asynq.Queue(p.queue))...)
	return err
}

func redisOptions(s setting) (asynq.RedisClientOpt, error) {
	address, err := url.Parse(s.RedisURL)
	if err != nil {
		return asynq.RedisClientOpt{}, err
	}
	return asynq.RedisClientOpt{Addr: address.Host, PoolSize: max(s.Concurrency, 100) + 20}, nil
}
