// A real gocraft/work process for the tests: takes commands as lines of JSON on stdin, answers each with a line on
// stdout, and tells of every job that it runs.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/gocraft/work"
	"github.com/gomodule/redigo/redis"
)

type command struct {
	ID       int                    `json:"id"`
	Op       string                 `json:"op"`
	Name     string                 `json:"name"`
	Args     map[string]interface{} `json:"args"`
	Seconds  int64                  `json:"seconds"`
	Page     uint                   `json:"page"`
	At       int64                  `json:"at"`
	JobID    string                 `json:"jobId"`
	Jobs     []jobOptions           `json:"jobs"`
	Periodic []periodicOptions      `json:"periodic"`
	Workers  uint                   `json:"workers"`
}

type jobOptions struct {
	Name           string `json:"name"`
	MaxFails       uint   `json:"maxFails"`
	MaxConcurrency uint   `json:"maxConcurrency"`
	Fail           bool   `json:"fail"`
	Milliseconds   int64  `json:"milliseconds"`
}

type periodicOptions struct {
	Spec string `json:"spec"`
	Name string `json:"name"`
}

type context struct{}

var (
	out   = json.NewEncoder(os.Stdout)
	outMu sync.Mutex
)

func tell(message map[string]interface{}) {
	outMu.Lock()
	defer outMu.Unlock()
	if err := out.Encode(message); err != nil {
		panic(err)
	}
}

type process struct {
	namespace string
	redis     *redis.Pool
	enqueuer  *work.Enqueuer
	client    *work.Client
	pool      *work.WorkerPool
}

func main() {
	address, namespace := os.Args[1], os.Args[2]
	pool := &redis.Pool{
		MaxActive: 50,
		MaxIdle:   10,
		Wait:      true,
		Dial:      func() (redis.Conn, error) { return redis.Dial("tcp", address) },
	}
	p := &process{
		namespace: namespace,
		redis:     pool,
		enqueuer:  work.NewEnqueuer(namespace, pool),
		client:    work.NewClient(namespace, pool),
	}
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(make([]byte, 1<<20), 1<<20)
	for lines.Scan() {
		var c command
		decoder := json.NewDecoder(bytes.NewReader(lines.Bytes()))
		decoder.UseNumber() // integers keep their digits, as those of a Go program do
		if err := decoder.Decode(&c); err != nil {
			panic(err)
		}
		result, err := p.run(c)
		answer := map[string]interface{}{"id": c.ID, "result": result}
		if err != nil {
			answer["error"] = err.Error()
		}
		tell(answer)
	}
}

func (p *process) run(c command) (interface{}, error) {
	switch c.Op {
	case "enqueue":
		return p.enqueuer.Enqueue(c.Name, c.Args)
	case "enqueueIn":
		return p.enqueuer.EnqueueIn(c.Name, c.Seconds, c.Args)
	case "enqueueUnique":
		return p.enqueuer.EnqueueUnique(c.Name, c.Args)
	case "enqueueUniqueIn":
		return p.enqueuer.EnqueueUniqueIn(c.Name, c.Seconds, c.Args)
	case "start":
		return nil, p.start(c)
	case "stop":
		p.pool.Stop()
		return nil, nil
	case "heartbeats":
		return p.client.WorkerPoolHeartbeats()
	case "observations":
		return p.client.WorkerObservations()
	case "queues":
		return p.client.Queues()
	case "retryJobs":
		jobs, count, err := p.client.RetryJobs(c.Page)
		return map[string]interface{}{"jobs": jobs, "count": count}, err
	case "scheduledJobs":
		jobs, count, err := p.client.ScheduledJobs(c.Page)
		return map[string]interface{}{"jobs": jobs, "count": count}, err
	case "deadJobs":
		jobs, count, err := p.client.DeadJobs(c.Page)
		return map[string]interface{}{"jobs": jobs, "count": count}, err
	case "deleteRetryJob":
		return nil, p.client.DeleteRetryJob(c.At, c.JobID)
	case "deleteScheduledJob":
		return nil, p.client.DeleteScheduledJob(c.At, c.JobID)
	case "deleteDeadJob":
		return nil, p.client.DeleteDeadJob(c.At, c.JobID)
	case "retryDeadJob":
		return nil, p.client.RetryDeadJob(c.At, c.JobID)
	case "retryAllDeadJobs":
		return nil, p.client.RetryAllDeadJobs()
	}
	return nil, fmt.Errorf("unknown op %q", c.Op)
}

func (p *process) start(c command) error {
	p.pool = work.NewWorkerPool(context{}, c.Workers, p.namespace, p.redis)
	for _, options := range c.Jobs {
		options := options
		jobOptions := work.JobOptions{MaxFails: options.MaxFails, MaxConcurrency: options.MaxConcurrency}
		p.pool.JobWithOptions(options.Name, jobOptions, func(job *work.Job) error {
			tell(map[string]interface{}{"started": job.ID, "name": job.Name, "args": job.Args})
			time.Sleep(time.Duration(options.Milliseconds) * time.Millisecond)
			if options.Fail {
				return errors.New("Go says no")
			}
			tell(map[string]interface{}{"ended": job.ID, "name": job.Name})
			return nil
		})
	}
	for _, periodic := range c.Periodic {
		p.pool.PeriodicallyEnqueue(periodic.Spec, periodic.Name)
	}
	p.pool.Start()
	return nil
}
