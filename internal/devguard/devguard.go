// Package devguard stands between Wails' development server and the web pages in the
// developer's browser.
//
// That server, which development builds alone have, serves the screens and takes calls of
// the program's methods. By itself it answers every page that finds its port: any Origin
// may open its socket, and any Host reaches it. So the program never lets Wails listen.
// [Server] listens in its place and hands over what [Handler] lets through.
//
// The package listens on loopback and touches nothing else. It keeps out web pages; it does
// not keep out programs on the same machine.
package devguard

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"reflect"
	"slices"
	"strings"
	"time"
	"unsafe"
)

// ErrWails means that Wails' internals have changed, so that this package finds no server to guard.
var ErrWails = errors.New("devguard: Wails has no development server where version 2.16.0 has it")

// Server is Wails' development server behind the guard.
type Server struct{ http http.Server }

// TakeOver returns the address at which Wails was told to listen, or "", and takes it away
// from Wails, which reads it when it runs: from the environment, or from the arguments.
func TakeOver() string {
	const name = "devserver"
	address := os.Getenv(name)
	_ = os.Unsetenv(name)
	os.Args = os.Args[:1]
	return address
}

// Serve answers at address, which must be on loopback, with the development server that
// ctx, the context of Wails' OnStartup, knows. It returns when the port is open;
// [Server.Close] ends it.
func Serve(ctx context.Context, address string) (*Server, error) {
	behind, err := wails(ctx)
	if err != nil {
		return nil, err
	}
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("devguard: %w", err)
	}
	at, ok := listener.Addr().(*net.TCPAddr)
	if !ok || !at.IP.IsLoopback() {
		_ = listener.Close()
		return nil, fmt.Errorf("devguard: %s is not on loopback: others must not reach the development server", address)
	}
	s := &Server{http.Server{Handler: Handler(behind, at.Port), ReadHeaderTimeout: 10 * time.Second}}
	go func() { _ = s.http.Serve(listener) }() // ends with Close
	return s, nil
}

// Close ends the server and its connections.
func (s *Server) Close() {
	if s != nil {
		_ = s.http.Close()
	}
}

// wails finds the handler of Wails' development server: the field server of what the
// context calls frontend. Wails has set its routes up before OnStartup is called.
func wails(ctx context.Context) (http.Handler, error) {
	v := reflect.ValueOf(ctx.Value("frontend"))
	if v.Kind() != reflect.Pointer || v.Elem().Kind() != reflect.Struct {
		return nil, ErrWails
	}
	field := v.Elem().FieldByName("server")
	if !field.IsValid() {
		return nil, ErrWails
	}
	// #nosec G103 -- Wails offers no other way to its server than the field, which is not exported
	field = reflect.NewAt(field.Type(), unsafe.Pointer(field.UnsafeAddr())).Elem()
	handler, ok := field.Interface().(http.Handler)
	if !ok {
		return nil, ErrWails
	}
	return handler, nil
}

const refused = "The development server answers its own pages alone. Type its address into the browser."

// Handler passes on what comes from a page that the server itself has served, from the
// address bar, or from a program that is no browser. Everything else is answered with 403:
//
//   - a Host that is not this server's, which is how DNS rebinding looks;
//   - an Origin that is not this server's: scripts of other pages, and their sockets;
//   - a request of another page that bears no Origin, such as a frame, a script or a link:
//     browsers say so in Sec-Fetch-Site, and a browser that does not say it is refused.
func Handler(behind http.Handler, port int) http.Handler {
	var hosts []string
	for _, name := range []string{"127.0.0.1", "localhost", "[::1]"} {
		hosts = append(hosts, fmt.Sprintf("%s:%d", name, port))
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !slices.Contains(hosts, strings.ToLower(r.Host)) || !ownRequest(r) {
			http.Error(w, refused, http.StatusForbidden)
			return
		}
		behind.ServeHTTP(w, r)
	})
}

func ownRequest(r *http.Request) bool {
	origins, site := r.Header.Values("Origin"), r.Header.Get("Sec-Fetch-Site")
	if len(origins) > 0 && !slices.Equal(origins, []string{"http://" + strings.ToLower(r.Host)}) {
		return false
	}
	if site == "" {
		return len(origins) > 0 || !strings.HasPrefix(r.UserAgent(), "Mozilla/")
	}
	return site == "same-origin" || site == "none"
}
