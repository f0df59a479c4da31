// Package face has the pictures of the demo's people: four drawn faces, 192 pixels wide and high. The demo neither
// shows a real person nor fetches a picture. The package touches nothing.
package face

import (
	"embed"
	"fmt"
	"slices"
	"strings"
)

//go:embed *.png
var pictures embed.FS

// names are the faces. People without a look in the file have the first one.
var names = []string{"bun", "beard", "curly", "glasses"}

// Check returns nil for the name of a face, and for the empty name.
func Check(name string) error {
	if name != "" && !slices.Contains(names, name) {
		return fmt.Errorf("it is one of %s", strings.Join(names, ", "))
	}
	return nil
}

// PNG is the picture of that name, and the first one for any other name.
func PNG(name string) []byte {
	if Check(name) != nil || name == "" {
		name = names[0]
	}
	data, _ := pictures.ReadFile(name + ".png") // it is a part of the program
	return data
}
