package doctor_test

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"app.latchkey/internal/doctor"
)

// ofSchema holds a report, as latchkeyctl prints it, against the schema of the documents.
func ofSchema(t *testing.T, report []byte) error {
	t.Helper()
	const path = "../../docs/doctor.schema.json"
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource(path, document); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile(path)
	if err != nil {
		t.Fatal(err)
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(report))
	if err != nil {
		t.Fatal(err)
	}
	return schema.Validate(value)
}

// The schema refuses what a collector could not rely on.
func TestTheSchemaRefusesOtherReports(t *testing.T) {
	const good = `{"schema":1,"app":"Latchkey","version":"1","platform":"linux/amd64","when":"2026-11-27T22:00:00Z",` +
		`"ok":false,"findings":[{"id":"tls","code":"tls.expired","status":"fail","title":"T","advice":"A"}]}`
	if err := ofSchema(t, []byte(good)); err != nil {
		t.Fatal(err)
	}
	for _, c := range [][2]string{
		{`"schema":1`, `"schema":2`}, {`"code":"tls.expired",`, ""}, {`tls.expired`, `tls.ok`},
		{`tls.expired`, `tls.other`},
		{`tls.expired`, `The certificate`}, {`"fail"`, `"bad"`}, {`,"advice":"A"`, ""}, {`2026-11-27T`, `today `},
		{`"id":"tls",`, ""}, {`"ok":false`, `"ok":"no"`}, {`"title":"T"`, `"title":"T\nU"`},
		{`"ok":false,`, `"ok":false,"x":1,`},
	} {
		if ofSchema(t, []byte(strings.Replace(good, c[0], c[1], 1))) == nil {
			t.Errorf("%s in place of %s is taken", c[1], c[0])
		}
	}
}

// A run that was ended has a list all the same.
func TestAnEmptyReportIsOfTheSchema(t *testing.T) {
	over, stop := context.WithCancel(t.Context())
	stop()
	data, err := json.Marshal(doctor.New(doctor.Options{App: "Latchkey", Version: "1"}).Run(over, nil))
	if err != nil {
		t.Fatal(err)
	}
	if err := ofSchema(t, data); err != nil {
		t.Error(err)
	}
}
