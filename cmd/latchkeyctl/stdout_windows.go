package main

import "os"

// wasClosed knows nothing here: Windows refuses a write to a closed stream by itself.
func wasClosed(_, _, _ *os.File) bool { return false }
