//go:build library

package main

import _ "github.com/99designs/keyring" // it connects to the bus when it is imported
