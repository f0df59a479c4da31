// Command floor is what a token from a keychain costs at least: a Go program that reads one item of the Secret Service
// by the same library as Latchkey and prints how long it is. It reads no settings, no file, and checks nothing.
package main

import (
	"fmt"
	"os"

	"app.latchkey/test/bench/item"
)

func main() {
	secret, err := item.Read()
	if err != nil {
		fmt.Fprintln(os.Stderr, "floor:", err)
		os.Exit(1)
	}
	fmt.Println(len(secret))
}
