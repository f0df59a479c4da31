package rollout

import (
	"encoding/xml"
	"slices"

	"app.latchkey/internal/settings"
)

// The elements of administrative templates, as Microsoft's ADMX schema has them. They stand in the schema's order.
type (
	admx struct {
		XMLName    xml.Name   `xml:"policyDefinitions"`
		XMLNS      string     `xml:"xmlns,attr"`
		Revision   string     `xml:"revision,attr"`
		Schema     string     `xml:"schemaVersion,attr"`
		Target     target     `xml:"policyNamespaces>target"`
		Resources  resources  `xml:"resources"`
		Supported  named      `xml:"supportedOn>definitions>definition"`
		Categories []category `xml:"categories>category"`
		Policies   []policy   `xml:"policies>policy"`
	}
	target struct {
		Prefix    string `xml:"prefix,attr"`
		Namespace string `xml:"namespace,attr"`
	}
	resources struct {
		Least string `xml:"minRequiredRevision,attr"`
	}
	named struct {
		Name    string `xml:"name,attr"`
		Display string `xml:"displayName,attr"`
	}
	category struct {
		named
		Parent *reference `xml:"parentCategory"`
	}
	reference struct {
		Ref string `xml:"ref,attr"`
	}
	policy struct {
		Name         string    `xml:"name,attr"`
		Class        string    `xml:"class,attr"`
		Display      string    `xml:"displayName,attr"`
		Explain      string    `xml:"explainText,attr"`
		Presentation string    `xml:"presentation,attr,omitempty"`
		Key          string    `xml:"key,attr"`
		ValueName    string    `xml:"valueName,attr,omitempty"`
		Parent       reference `xml:"parentCategory"`
		Supported    reference `xml:"supportedOn"`
		Enabled      *value    `xml:"enabledValue"`
		Disabled     *value    `xml:"disabledValue"`
		Elements     *elements `xml:"elements"`
	}
	value struct {
		Decimal *decimal `xml:"decimal"`
		String  *string  `xml:"string"`
	}
	decimal struct {
		Value int `xml:"value,attr"`
	}
	elements struct {
		Text  *element `xml:"text"`
		Enum  *element `xml:"enum"`
		List  *element `xml:"list"`
		Multi *element `xml:"multiText"`
	}
	element struct {
		ID        string `xml:"id,attr"`
		Key       string `xml:"key,attr,omitempty"`
		ValueName string `xml:"valueName,attr,omitempty"`
		Explicit  bool   `xml:"explicitValue,attr,omitempty"`
		Required  bool   `xml:"required,attr,omitempty"`
		MaxLength int    `xml:"maxLength,attr,omitempty"`
		Items     []item `xml:"item"`
	}
	item struct {
		Display string `xml:"displayName,attr"`
		Value   value  `xml:"value"`
	}
)

// maxLength is the longest text that the editor of policies takes, in characters. The default is 1023.
const maxLength = 4096

const admxSpace = "http://schemas.microsoft.com/GroupPolicy/2006/07/PolicyDefinitions"

// ADMX returns the administrative template and its English texts (.adml). Each setting is a policy of the computer and
// of the person; "Not configured" leaves it to config.toml and the person.
func ADMX(a App) (template, english []byte, err error) {
	t := admx{
		XMLNS: admxSpace, Revision: "1.0", Schema: "1.0",
		Target:    target{identifier(a.ID), a.Names.Bundle + ".policies"},
		Resources: resources{"1.0"},
		Supported: named{"supported", "$(string.supported)"},
	}
	e := newADML(a)
	t.Categories = []category{{named: named{"product", "$(string.product)"}}}
	for _, chapter := range settings.Chapters() {
		id := "chapter_" + identifier(chapter.Title)
		e.add(id, chapter.Title)
		t.Categories = append(t.Categories,
			category{named{id, "$(string." + id + ")"}, &reference{"product"}})
		for _, k := range chapter.Keys {
			t.Policies = append(t.Policies, policyOf(a, id, k))
			e.policy(k)
		}
	}
	if template, err = document(t); err != nil {
		return nil, nil, err
	}
	english, err = document(e)
	return template, english, err
}

// document writes XML as the editor of policies reads it.
func document(v any) ([]byte, error) {
	data, err := xml.MarshalIndent(v, "", "  ")
	return slices.Concat([]byte(xml.Header), data, []byte("\n")), err
}

// policyOf is one setting.
func policyOf(a App, chapter string, k settings.Key) policy {
	p := policy{
		Name: k.Name, Class: "Both", Display: "$(string." + k.Name + ")", Explain: "$(string." + k.Name + "_help)",
		Key: `SOFTWARE\Policies\` + a.Names.Title, Parent: reference{chapter}, Supported: reference{"supported"},
	}
	if k.Form == settings.YesNo {
		p.ValueName = k.Name
		p.Enabled, p.Disabled = &value{Decimal: &decimal{1}}, &value{Decimal: &decimal{0}}
		return p
	}
	p.Presentation = "$(presentation." + k.Name + ")"
	e := &element{ID: k.Name, ValueName: k.Name, Required: true}
	switch {
	case k.Form == settings.Table:
		p.Elements = &elements{List: &element{ID: k.Name, Key: p.Key + `\` + k.Name, Explicit: true}}
	case k.Form == settings.List, k.Form == settings.Ports:
		e.MaxLength = maxLength
		p.Elements = &elements{Multi: e}
	case k.Choices != nil:
		for _, choice := range k.Choices {
			e.Items = append(e.Items, item{"$(string." + choiceID(k, choice) + ")", value{String: &choice}})
		}
		p.Elements = &elements{Enum: e}
	default:
		e.MaxLength = maxLength
		p.Elements = &elements{Text: e}
	}
	return p
}

// choiceID names the text of one choice.
func choiceID(k settings.Key, choice string) string { return k.Name + "_is_" + identifier(choice) }
