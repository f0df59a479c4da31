package cleantext

import "io"

// Lines returns a writer that passes on what is written to it, made fit by [Text]. Each
// Write must have whole characters.
func Lines(w io.Writer) io.Writer {
	return filter{w, func(p []byte) []byte { return []byte(Text(string(p))) }}
}

// JSONLines returns a writer that passes on JSON, made fit by [JSON].
func JSONLines(w io.Writer) io.Writer { return filter{w, JSON} }

type filter struct {
	to    io.Writer
	clean func([]byte) []byte
}

// Write implements [io.Writer].
func (f filter) Write(p []byte) (int, error) {
	if _, err := f.to.Write(f.clean(p)); err != nil {
		return 0, err
	}
	return len(p), nil
}
