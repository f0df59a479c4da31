package managed

import (
	"reflect"
	"strings"
	"testing"

	"golang.org/x/sys/windows/registry"
)

// Real keys of both hives. The test makes a product's key of its own and removes it.
func TestThePolicyOfBothHives(t *testing.T) {
	const title = "Latchkey Test"
	for hive, root := range map[string]registry.Key{"HKCU": registry.CURRENT_USER, "HKLM": registry.LOCAL_MACHINE} {
		person, machine := Read(Names{Title: title})
		if person.Found || machine.Found || person.Name != `HKCU\SOFTWARE\Policies\Latchkey Test` {
			t.Fatalf("%+v %+v", person, machine)
		}
		k, _, err := registry.CreateKey(root, `SOFTWARE\Policies\`+title, registry.ALL_ACCESS)
		if err != nil {
			t.Fatal(err)
		}
		below, _, err := registry.CreateKey(k, "auth_params", registry.ALL_ACCESS)
		if err != nil {
			t.Fatal(err)
		}
		empty, _, err := registry.CreateKey(k, "emptied", registry.ALL_ACCESS)
		if err != nil {
			t.Fatal(err)
		}
		for _, err := range []error{
			k.SetStringValue("provider", "okta"), k.SetDWordValue("start_hidden", 1),
			k.SetStringsValue("scopes", []string{"openid", "email"}), below.SetStringValue("prompt", "login"),
			k.SetExpandStringValue("ca_file", `%TEMP%\ca.pem`), k.SetBinaryValue("log", []byte{1}),
			k.SetStringValue("name", strings.Repeat("x", maxSize)), k.SetStringValue("", "a default value"),
			empty.Close(), below.Close(), k.Close(),
		} {
			if err != nil {
				t.Fatal(err)
			}
		}
		person, machine = Read(Names{Title: title})
		got := map[string]Layer{"HKCU": person, "HKLM": machine}[hive]
		want := map[string]any{
			"provider": "okta", "start_hidden": uint64(1), "scopes": []any{"openid", "email"},
			"auth_params": map[string]any{"prompt": "login"},
		}
		if !got.Found || got.Err != nil || !reflect.DeepEqual(got.Values, want) || len(got.Unfit) != 4 {
			t.Errorf("%s: %+v", hive, got)
		}
		for _, path := range []string{`\auth_params`, `\emptied`, ""} {
			if err := registry.DeleteKey(root, `SOFTWARE\Policies\`+title+path); err != nil {
				t.Error(err)
			}
		}
	}
}
