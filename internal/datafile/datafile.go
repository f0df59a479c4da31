// Package datafile reads tables of texts that are built into the program as JSON.
//
// It touches nothing.
package datafile

import (
	"encoding/json"
	"sync"
)

// JSON returns a func that reads data at its first call, and returns the same value ever after. It panics when data
// does not fit T: the file is a part of the program, and each one has a test.
func JSON[T any](data []byte) func() T {
	return sync.OnceValue(func() T {
		var out T
		if err := json.Unmarshal(data, &out); err != nil {
			panic(err)
		}
		return out
	})
}
