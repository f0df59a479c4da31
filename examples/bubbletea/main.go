// Command bubbletea shows the session in a terminal, as it changes, and signs in and out by a key.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"app.latchkey/signin"
)

func main() {
	issuer := flag.String("issuer", os.Getenv("LATCHKEY_ISSUER"), "the provider's `address`")
	clientID := flag.String("client-id", os.Getenv("LATCHKEY_CLIENT_ID"), "what the provider knows this program as")
	passphrase := flag.String("passphrase-file", "", "`file` whose text protects the session, where there is no "+
		"keychain")
	flag.Parse()
	if err := run(context.Background(), signin.Issuer(*issuer, *clientID), store(*passphrase)); err != nil {
		fmt.Fprintln(os.Stderr, "bubbletea:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, provider signin.Provider, store signin.Store) error {
	client, err := signin.Open(ctx, signin.Config{
		App: signin.App{ID: "com.example.bubbletea", Name: "Example"}, Provider: provider, Store: store,
	})
	if err != nil {
		return err
	}
	defer client.Close()
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	screen := tea.NewProgram(model{ctx: ctx, client: client}, tea.WithContext(ctx))
	go func() { // ends with ctx
		for state := range client.Watch(ctx) {
			screen.Send(state)
		}
	}()
	_, err = screen.Run()
	return err
}

// model is what the terminal shows.
type model struct {
	ctx    context.Context
	client *signin.Client
	state  signin.State
	told   string // the last thing to tell
}

// told is a command's outcome in words.
type told string

func (m model) Init() tea.Cmd { return nil }

func (m model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case signin.State:
		m.state = msg
	case told:
		m.told = string(msg)
	case tea.KeyMsg:
		m.told = ""
		switch msg.String() {
		case "s":
			return m, m.signIn
		case "o":
			return m, m.signOut
		case "esc":
			m.client.Cancel()
		case "q", "ctrl+c":
			return m, tea.Quit
		}
	}
	return m, nil
}

func (m model) View() string {
	line := map[signin.Phase]string{
		signin.SignedOut: "Nobody is signed in.  [s] sign in  [q] quit",
		signin.Waiting:   "Finish the sign-in in your browser.  [esc] cancel",
		signin.Locked:    "What is stored here cannot be opened.  [q] quit",
	}[m.state.Phase]
	if m.state.Account != nil {
		line = fmt.Sprintf("%s <%s>  [o] sign out  [q] quit", m.state.Account.Name, m.state.Account.Email)
	}
	return line + "\n" + m.told + "\n"
}

func (m model) signIn() tea.Msg {
	if _, err := m.client.SignIn(m.ctx); err != nil {
		return told(err.Error())
	}
	return told("")
}

func (m model) signOut() tea.Msg {
	report, err := m.client.SignOut(m.ctx, signin.Revoke)
	if err != nil {
		return told(err.Error())
	}
	return told(strings.Join(report.Lines, " "))
}

func store(file string) signin.Store {
	if file == "" {
		return signin.Keychain()
	}
	return signin.Passphrase(func(context.Context, signin.PassphraseRequest) (string, error) {
		text, err := os.ReadFile(file)
		return strings.TrimSpace(string(text)), err
	})
}
