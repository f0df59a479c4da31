package weburl

import (
	"errors"
	"net/url"
	"testing"
)

func TestParse(t *testing.T) {
	for raw, want := range map[string]error{
		"https://id.example": nil, "http://id.example/a?b=c#d": nil, "HTTPS://ID.example": nil, "https://[::1]:8/": nil,
		"https://id.example/a b": ErrCharacter, "https://id.example/é": ErrCharacter,
		"https://id.example/\x7f":       ErrCharacter,
		"https://id.example/{tenantid}": ErrCharacter, " https://id.example": ErrCharacter,
		"https://id.example\\@evil": ErrCharacter,
		"":                          ErrHost, "id.example": ErrHost, "https:id.example": ErrHost, "https://": ErrHost,
		"https://:443": ErrHost, "https://%zz": ErrHost,
		"https://ada@id.example": ErrUser, "https://ada:x@id.example": ErrUser, "https://@id.example": ErrUser,
		"ftp://id.example": ErrScheme, "file://host/etc": ErrScheme, "javascript://id.example": ErrScheme,
		"//id.example": ErrScheme,
	} {
		if _, err := Parse(raw); !errors.Is(err, want) {
			t.Errorf("%q: %v, want %v", raw, err, want)
		}
	}
}

func TestSecure(t *testing.T) {
	for raw, want := range map[string]bool{
		"https://id.example": true, "http://id.example": false, "http://localhost": true, "http://127.9.9.9:1/": true,
		"http://[::1]/":                 true,
		"http://localhost.evil.example": false, "http://127.0.0.1.evil.example": false,
		"http://[::ffff:127.0.0.1]": true, "http://0.0.0.0": false,
		"ftp://localhost": false,
	} {
		u, err := url.Parse(raw)
		if err != nil {
			t.Fatal(err)
		}
		if Secure(u) != want {
			t.Errorf("%s: %v", raw, !want)
		}
	}
}
