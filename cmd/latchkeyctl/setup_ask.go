package main

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"app.latchkey/internal/provider"
	"app.latchkey/internal/settings"
)

func presetNames() []string {
	var out []string
	for _, f := range provider.Forms() {
		out = append(out, f.Preset)
	}
	return out
}

// pick lets the person choose a form from the list, by its number or its name.
func (u *settingUp) pick() (provider.Form, error) {
	all := provider.Forms()
	u.say("Where do people sign in?")
	for i, f := range all {
		u.say("%3d  %s", i+1, f.Title)
	}
	for range tries {
		answer, err := u.line("Number: ")
		if err != nil {
			return provider.Form{}, err
		}
		if n, err := strconv.Atoi(answer); err == nil && n > 0 && n <= len(all) {
			return all[n-1], nil
		}
		i := slices.IndexFunc(all, func(f provider.Form) bool {
			return strings.EqualFold(f.Preset, answer) || strings.EqualFold(f.Title, answer)
		})
		if i >= 0 {
			return all[i], nil
		}
		u.say("Type a number from 1 to %d.", len(all))
	}
	return provider.Form{}, errors.New("no provider was chosen")
}

// askFor asks for fields; again means that what they say now was refused.
func (u *settingUp) askFor(form provider.Form, fields []provider.Field, again bool) error {
	if !again {
		u.say("%s: this is in %s.", form.Title, form.Console)
	}
	for _, field := range fields {
		if _, given := u.typed[field.Key]; given && !again {
			continue
		}
		current := u.s.Own(form.Preset, field.Key)
		u.say("")
		u.say("%s%s. %s", field.Label, map[bool]string{true: " (optional)"}[field.Optional], field.Where)
		if field.Secret {
			text, err := u.ask(u.ctx, "> ")
			if err != nil {
				return err
			}
			u.typed[field.Key] = text.Reveal()
			continue
		}
		prompt := "> "
		if current != "" {
			prompt = fmt.Sprintf("[%s] > ", oneLine(current))
		}
		text, err := u.line(prompt)
		if err != nil {
			return err
		}
		text = cmp.Or(text, current)
		u.typed[field.Key] = text
	}
	return nil
}

// line asks for one line.
func (u *settingUp) line(prompt string) (string, error) {
	_, _ = fmt.Fprint(u.stderr, prompt)
	text, err := await(u.ctx, func() (string, error) { return u.in.ReadString('\n') })
	if u.ctx.Err() != nil {
		return "", u.ctx.Err()
	}
	if err != nil && text == "" {
		return "", errors.New("the input has ended")
	}
	return strings.TrimSpace(text), nil
}

// faulty are the fields that an error is about.
func faulty(form provider.Form, err error) []provider.Field {
	bad := settings.Errors(err)
	return slices.DeleteFunc(slices.Clone(form.Fields), func(f provider.Field) bool {
		return !slices.ContainsFunc(bad, func(one *settings.Error) bool { return one.Key == f.Key })
	})
}

// byFlag says what is wrong with each field, by its flag.
func byFlag(form provider.Form, err error) error {
	var lines []string
	for _, one := range settings.Errors(err) {
		if form.Has(one.Key) || one.Key == "provider" {
			name := flagOf(one.Key)
			if one.Key == "client_secret" {
				name = "client-secret-file"
			}
			lines = append(lines, fmt.Sprintf("--%s: %s", name, one.Problem))
			continue
		}
		lines = append(lines, one.Error())
	}
	if len(lines) == 0 {
		return err
	}
	return errors.New(strings.Join(lines, "; "))
}
