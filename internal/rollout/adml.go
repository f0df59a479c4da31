package rollout

import (
	"encoding/xml"
	"slices"

	"app.latchkey/internal/settings"
)

// The elements of a template's texts.
type (
	adml struct {
		XMLName       xml.Name       `xml:"policyDefinitionResources"`
		XMLNS         string         `xml:"xmlns,attr"`
		Revision      string         `xml:"revision,attr"`
		Schema        string         `xml:"schemaVersion,attr"`
		Display       string         `xml:"displayName"`
		Description   string         `xml:"description"`
		Strings       []words        `xml:"resources>stringTable>string"`
		Presentations []presentation `xml:"resources>presentationTable>presentation"`
	}
	words struct {
		ID   string `xml:"id,attr"`
		Text string `xml:",chardata"`
	}
	presentation struct {
		ID       string    `xml:"id,attr"`
		Box      *textBox  `xml:"textBox"`
		Dropdown *dropdown `xml:"dropdownList"`
		List     *field    `xml:"listBox"`
		Multi    *field    `xml:"multiTextBox"`
	}
	textBox struct {
		Ref   string `xml:"refId,attr"`
		Label string `xml:"label"`
	}
	dropdown struct {
		Ref     string `xml:"refId,attr"`
		NoSort  bool   `xml:"noSort,attr"`
		Default int    `xml:"defaultItem,attr"`
		Label   string `xml:",chardata"`
	}
	field struct {
		Ref   string `xml:"refId,attr"`
		Label string `xml:",chardata"`
	}
)

func newADML(a App) *adml {
	e := &adml{
		XMLNS: admxSpace, Revision: "1.0", Schema: "1.0", Display: a.Name,
		Description: "What an administrator can set for " + a.Name + ", and lock by setting it.",
	}
	e.add("product", a.Name)
	e.add("supported", a.Name+" on Windows 10 or newer")
	return e
}

func (e *adml) add(id, text string) { e.Strings = append(e.Strings, words{id, text}) }

// howToWrite says how values of a form are typed into the editor of policies.
var howToWrite = map[settings.Form]string{
	settings.List:     "One in each line.",
	settings.Ports:    "One port in each line.",
	settings.YesNo:    "Enabled sets it to true, Disabled to false; both lock it.",
	settings.Duration: `A duration is written as 90s or 5m.`,
	settings.APIs:     `One line, such as orders = { origins = ["https://orders.example"] }.`,
	settings.Table:    "The name stands in the left column, its value in the right one.",
}

// policy adds what the editor shows of one setting.
func (e *adml) policy(k settings.Key) {
	help := k.Explain
	if how := howToWrite[k.Form]; how != "" {
		help += " " + how
	}
	if k.Form != settings.YesNo {
		help += " When this is enabled, the person cannot change it. Disabled is the same as not configured."
	}
	e.add(k.Name, k.Name)
	e.add(k.Name+"_help", help)
	p := presentation{ID: k.Name}
	switch {
	case k.Form == settings.YesNo:
		return // enabled or disabled says all
	case k.Form == settings.Table:
		p.List = &field{k.Name, k.Name}
	case k.Form == settings.List, k.Form == settings.Ports:
		p.Multi = &field{k.Name, k.Name}
	case k.Choices != nil:
		for _, choice := range k.Choices {
			e.add(choiceID(k, choice), choice)
		}
		p.Dropdown = &dropdown{k.Name, true, max(0, slices.Index(k.Choices, k.Default)), k.Name}
	default:
		p.Box = &textBox{k.Name, k.Name}
	}
	e.Presentations = append(e.Presentations, p)
}
