// Package proof binds tokens and clients to a key: DPoP proofs (RFC 9449), the nonces that servers demand in them,
// the challenges in which servers ask for them, and client assertions (private_key_jwt, RFC 7523).
//
// A [Key] signs without saying where its private half is. This package makes keys in software and reads them from
// PEM; the package hardware below it makes them in a TPM, in Windows' Platform Crypto Provider or in the Secure
// Enclave.
//
// The package sends nothing and stores nothing. A caller asks [Prover.Proof] for the header of each request and hands
// each answer's header to [Prover.Learn]. It does not decide whether DPoP is used, and it does not verify proofs:
// servers do.
package proof

import (
	"errors"
	"fmt"
)

// What can go wrong.
var (
	ErrHardware  = errors.New("proof: no key can be used in this computer's hardware")
	ErrBlob      = errors.New("proof: what is stored of the key is damaged or was written by a newer version")
	ErrSign      = errors.New("proof: the key did not sign")
	ErrAddress   = errors.New("proof: an address that no proof can name")
	ErrMethod    = errors.New("proof: a method that no proof can name")
	ErrKeyFile   = errors.New("proof: the key file cannot be used")
	ErrAlgorithm = errors.New("proof: the key cannot sign by this algorithm")
	ErrAssertion = errors.New("proof: a client assertion needs a client ID and an audience")
)

// ErrForeignKey is what a [ForeignKeyError] is, for errors.Is.
var ErrForeignKey = errors.New("proof: the key belongs to other hardware")

// ForeignKeyError says that a stored key was made by the hardware of another computer, or by this one's before it was
// cleared. The tokens that are bound to the key are of no use here: the person signs in again, and a new key is made.
type ForeignKeyError struct {
	Place Place // where the key was made
	Err   error // what the hardware said
}

// Error names the hardware and what to do.
func (e *ForeignKeyError) Error() string {
	return fmt.Sprintf(
		"proof: the key was made by the %s of another computer, or by this one's before it was cleared; "+
			"sign in again: %v", e.Place.Name(), e.Err)
}

// Unwrap gives [ErrForeignKey] and what the hardware said.
func (e *ForeignKeyError) Unwrap() []error { return []error{ErrForeignKey, e.Err} }
