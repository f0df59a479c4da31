//go:build linked

package main

import _ "app.latchkey/test/bench/parts"
