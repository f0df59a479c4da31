package signin

import "context"

// Status says how a check of the set-up ended.
type Status string

// How a check ends.
const (
	Pass Status = "pass"
	Warn Status = "warn" // works, and should not stay so or cannot be told
	Fail Status = "fail" // a sign-in will fail of it
)

// Finding is the outcome of one check.
type Finding struct {
	ID     string `json:"id"`   // of the check; stable, such as "tls"
	Code   string `json:"code"` // of what was found; stable, such as "tls.expired"
	Status Status `json:"status"`
	Title  string `json:"title"`  // one line
	Detail string `json:"detail"` // may be empty
	Advice string `json:"advice"` // what to do; empty for a pass
}

// Report is what [Client.Doctor] found. No token, code, passphrase or client secret stands in it.
type Report struct {
	OK       bool      `json:"ok"` // nothing failed
	Findings []Finding `json:"findings"`
}

// Doctor checks the set-up from end to end: settings, the way to the provider, what the provider says of itself, the
// redirect address, the browser, the keychain and the folders, with the same parts as a sign-in uses. It signs nobody
// in and changes no session.
func (c *Client) Doctor(ctx context.Context) (Report, error) {
	return do(ctx, c, func(ctx context.Context) (Report, error) {
		found := c.parts.Doctor().Run(ctx, nil)
		out := Report{OK: true}
		for _, f := range found.Findings {
			out.Findings = append(out.Findings, Finding{f.ID, f.Code, Status(f.Status), f.Title, f.Detail, f.Advice})
			out.OK = out.OK && Status(f.Status) != Fail
		}
		return out, ctx.Err()
	})
}
