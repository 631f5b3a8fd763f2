// A worker of gocraft/work. It runs the job resize_image, which the Nest application enqueues, and enqueues the job
// image_resized, which the Nest application runs.
package main

import (
	"log"
	"os"
	"os/signal"
	"syscall"

	"github.com/gocraft/work"
	"github.com/gomodule/redigo/redis"
)

// images handles the jobs about images.
type images struct {
	enqueuer *work.Enqueuer
}

func (i *images) resize(job *work.Job) error {
	image := job.ArgString("image")
	width := job.ArgInt64("width")
	if err := job.ArgError(); err != nil {
		return err
	}
	log.Printf("Go resizes %s to a width of %d", image, width)
	_, err := i.enqueuer.Enqueue("image_resized", work.Q{"image": image, "width": width})
	return err
}

func env(name, fallback string) string {
	if value := os.Getenv(name); value != "" {
		return value
	}
	return fallback
}

func main() {
	url := env("REDIS_URL", "redis://127.0.0.1:6379")
	namespace := env("NAMESPACE", "go-worker")
	redisPool := &redis.Pool{
		MaxActive: 20,
		MaxIdle:   10,
		Wait:      true,
		Dial:      func() (redis.Conn, error) { return redis.DialURL(url) },
	}

	jobs := &images{enqueuer: work.NewEnqueuer(namespace, redisPool)}
	pool := work.NewWorkerPool(struct{}{}, 10, namespace, redisPool)
	pool.Job("resize_image", jobs.resize)
	pool.Start()
	log.Print("Go waits for resize_image")

	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGINT, syscall.SIGTERM)
	<-stop
	pool.Stop() // running jobs finish
}
