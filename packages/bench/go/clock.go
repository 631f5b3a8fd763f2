package main

import (
	"runtime/debug"
	"time"

	"golang.org/x/sys/unix"
)

// now is in microseconds on the clock that all processes of this machine share, Node's hrtime included.
func now() int64 {
	var t unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_MONOTONIC, &t); err != nil {
		panic(err)
	}
	return t.Nano() / 1000
}

// costs are what a stretch of time cost this process.
type costs struct {
	start time.Time
	cpu   float64
}

func startCosts() *costs { return &costs{time.Now(), cpuSeconds()} }

func (c *costs) seconds() float64    { return time.Since(c.start).Seconds() }
func (c *costs) cpuSeconds() float64 { return cpuSeconds() - c.cpu }

func cpuSeconds() float64 {
	u := usage()
	return float64(u.Utime.Nano()+u.Stime.Nano()) / 1e9
}

func peakBytes() int64 { return usage().Maxrss * 1024 }

func usage() unix.Rusage {
	var u unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return u
}

// moduleVersion is the version of a library in this program.
func moduleVersion(path string) string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	for _, module := range info.Deps {
		if module.Path == path {
			return module.Version[1:]
		}
	}
	return ""
}
