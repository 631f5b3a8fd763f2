// The competitors that are written in Go, one a process: bench gocraft or bench asynq. It is asked by lines of JSON on
// standard input and answers on file descriptor 3, in order; packages/bench/src/host/protocol.ts says what.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
)

type question struct {
	Verb   string          `json:"verb"`
	Params json.RawMessage `json:"params"`
}

type answer struct {
	Result any    `json:"result"`
	Error  string `json:"error,omitempty"`
}

func main() {
	drivers := map[string]driver{"gocraft": gocraft{}, "asynq": asynqDriver{}}
	chosen, ok := drivers[os.Args[1]]
	if !ok {
		panic(fmt.Sprintf("no competitor %q", os.Args[1]))
	}
	host := &host{driver: chosen}
	out := json.NewEncoder(os.NewFile(3, "answers"))
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(make([]byte, 1<<20), 1<<20)
	for lines.Scan() {
		result, err := host.answer(lines.Bytes())
		reply := answer{Result: result}
		if err != nil {
			reply.Error = err.Error()
		}
		if err := out.Encode(reply); err != nil {
			panic(err)
		}
	}
}
