package managed

import (
	"reflect"
	"strings"
	"testing"

	"golang.org/x/sys/windows"
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

// A key that a person has made is refused, whatever stands in it.
func TestAKeyOfThePersonsOwnIsRefused(t *testing.T) {
	const path = `SOFTWARE\Policies\Latchkey Own`
	k, _, err := registry.CreateKey(registry.CURRENT_USER, path, registry.ALL_ACCESS|windows.WRITE_OWNER)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		_ = k.Close()
		if err := registry.DeleteKey(registry.CURRENT_USER, path); err != nil {
			t.Error(err)
		}
	}()
	me, err := windows.GetCurrentProcessToken().GetTokenUser()
	if err != nil {
		t.Fatal(err)
	}
	if err := k.SetStringValue("issuer", "https://mine.example"); err != nil {
		t.Fatal(err)
	}
	if err := windows.SetSecurityInfo(windows.Handle(k), windows.SE_REGISTRY_KEY, windows.OWNER_SECURITY_INFORMATION,
		me.User.Sid, nil, nil, nil); err != nil {
		t.Fatal(err)
	}
	if person, _ := Read(Names{Title: "Latchkey Own"}); !person.Found || person.Err == nil || person.Values != nil {
		t.Errorf("%+v", person)
	}
}
