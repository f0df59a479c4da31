// Command linked imports the packages of latchkeyctl and does nothing.
package main

import (
	"fmt"

	_ "app.latchkey/test/bench/parts"
)

func main() { fmt.Println("linked") }
