// Package stdin reads calls from standard input, one JSON object a line, and writes one line about how each ended.
package stdin

import (
	"bufio"
	"encoding/json"
	"os"
)

type asked struct {
	Service string         `json:"service"`
	Action  string         `json:"action"`
	Params  map[string]any `json:"params"`
}

type answer struct {
	Body   map[string]any `json:"body,omitempty"`
	Code   string         `json:"code,omitempty"`
	Failed string         `json:"failed,omitempty"`
}

// Serve answers every line with what call returns, or with the code that the service refused it with.
func Serve(call func(service, action string, params map[string]any) (map[string]any, error), codeOf func(error) string) {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<20)
	out := json.NewEncoder(os.Stdout)
	for lines.Scan() {
		var one asked
		if err := json.Unmarshal(lines.Bytes(), &one); err != nil {
			panic(err)
		}
		body, err := call(one.Service, one.Action, one.Params)
		said := answer{Body: body}
		if err != nil {
			if code := codeOf(err); code != "" {
				said = answer{Code: code}
			} else {
				said = answer{Failed: err.Error()}
			}
		}
		if err := out.Encode(said); err != nil {
			panic(err)
		}
	}
}
