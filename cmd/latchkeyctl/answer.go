package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"unicode/utf8"

	"app.latchkey/internal/cleantext"
)

// printAnswer prints an answer: made fit for a terminal there, and every byte as it came anywhere else.
func (c *command) printAnswer(res *http.Response, include bool) error {
	var err error
	switch {
	case c.json:
		err = c.answerObject(res)
	case isTerminal(c.stdout):
		err = copyAnswer(cleantext.Lines(c.stdout), res, include)
	default:
		err = copyAnswer(c.stdout, res, include)
	}
	if err == nil && res.StatusCode >= http.StatusBadRequest {
		c.say("The server answered %s.", oneLine(res.Status))
		return errAnswer
	}
	return err
}

// copyAnswer writes the body, and before it the headers when they were asked for. A [cleantext.Lines] gets it whole.
func copyAnswer(to io.Writer, res *http.Response, include bool) error {
	var head bytes.Buffer
	if include {
		fmt.Fprintf(&head, "%s %s\n", res.Proto, res.Status)
		_ = res.Header.Write(&head) // a buffer takes all
		head.WriteString("\n")
	}
	if _, err := to.Write(head.Bytes()); err != nil {
		return err
	}
	if _, file := to.(*output); file {
		_, err := io.Copy(to, res.Body)
		return err
	}
	body, err := io.ReadAll(res.Body)
	if err == nil {
		_, err = to.Write(body)
	}
	return err
}

// answerObject prints the answer as one JSON object. A body that is no text is in base64.
func (c *command) answerObject(res *http.Response) error {
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return unanswered(err)
	}
	out := struct {
		Status  int         `json:"status"`
		Headers http.Header `json:"headers"`
		Body    *string     `json:"body"`
		Base64  []byte      `json:"body_base64,omitempty"`
	}{Status: res.StatusCode, Headers: res.Header}
	if utf8.Valid(body) {
		out.Body = new(string(body))
	} else {
		out.Base64 = body
	}
	return c.object(out)
}

// errAnswer means that the server has answered with 400 or more, which has been said.
var errAnswer = errors.New("the server refused the request")
