// Package pac evaluates automatic proxy configuration: the script that a company
// publishes and whose function FindProxyForURL says which way an address goes.
//
// The script runs in an interpreter without files, network or timers. It can ask the
// name server, by the standard functions alone. Its size, its depth and its time are
// limited; its memory is not. The package fetches nothing.
package pac

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"time"

	"github.com/dop251/goja"
)

// What can go wrong.
var (
	ErrScript = errors.New("pac: the proxy script is broken")
	ErrSlow   = errors.New("pac: the proxy script did not end in time")
	ErrSize   = errors.New("pac: the proxy script is larger than 1 MiB")
)

const (
	// MaxSize of a script, in bytes.
	MaxSize  = 1 << 20
	maxDepth = 500      // calls
	maxText  = 16 << 10 // bytes of an answer
)

// Script is a compiled script. It may be used at the same time.
type Script struct{ program *goja.Program }

// Compile reads a script. Errors: [ErrScript], [ErrSize].
func Compile(text []byte) (*Script, error) {
	if len(text) > MaxSize {
		return nil, ErrSize
	}
	program, err := goja.Compile("proxy.pac", string(text), false)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrScript, err)
	}
	return &Script{program}, nil
}

// World is what a script can ask.
type World struct {
	// Lookup resolves a host; it must heed the context.
	Lookup func(ctx context.Context, host string) ([]netip.Addr, error)
	// Own are this computer's addresses, the one that reaches the network first.
	Own []netip.Addr
	Now func() time.Time
}

// Find returns what the script answers, such as "PROXY a:8080; DIRECT". The context
// must have a time limit: it is the script's. Errors: [ErrScript], [ErrSlow].
func (s *Script) Find(ctx context.Context, world World, url, host string) (string, error) {
	type result struct {
		text string
		err  error
	}
	done := make(chan result, 1)
	go func() { // ends with the script, which the context interrupts; one regular expression can outlive it
		text, err := s.find(ctx, world, url, host)
		done <- result{text, err}
	}()
	select {
	case r := <-done:
		return r.text, r.err
	case <-ctx.Done():
		return "", ErrSlow
	}
}

func (s *Script) find(ctx context.Context, world World, url, host string) (text string, err error) {
	vm := goja.New()
	defer func() {
		if r := recover(); r != nil { // of the interpreter
			err = fmt.Errorf("%w: %v", ErrScript, r)
		}
		if err != nil && ctx.Err() != nil {
			err = ErrSlow
		}
	}()
	vm.SetMaxCallStackSize(maxDepth)
	defer context.AfterFunc(ctx, func() { vm.Interrupt(ErrSlow) })()
	for name, f := range (functions{ctx, world}).all() {
		if err := vm.Set(name, f); err != nil {
			return "", fmt.Errorf("%w: %w", ErrScript, err)
		}
	}
	if _, err := vm.RunProgram(s.program); err != nil {
		return "", fmt.Errorf("%w: %w", ErrScript, err)
	}
	find, ok := goja.AssertFunction(vm.Get("FindProxyForURL"))
	if !ok {
		if find, ok = goja.AssertFunction(vm.Get("FindProxyForURLEx")); !ok {
			return "", fmt.Errorf("%w: it has no function FindProxyForURL", ErrScript)
		}
	}
	answer, err := find(goja.Undefined(), vm.ToValue(url), vm.ToValue(host))
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrScript, err)
	}
	if goja.IsNull(answer) || goja.IsUndefined(answer) {
		return "DIRECT", nil // as browsers have it
	}
	if text, ok = answer.Export().(string); !ok || len(text) > maxText {
		return "", fmt.Errorf("%w: its answer is no text", ErrScript)
	}
	return text, nil
}
