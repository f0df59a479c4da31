package ui

// The part of the contract with JavaScript that sets a provider up; view.go has the
// rest. No secret stands in it: what was typed once is only said to be there.

// SetupView is the set-up of a provider.
type SetupView struct {
	Forms  []FormView `json:"forms"`
	Preset string     `json:"preset"` // that is set up; "" for none
	Fixed  bool       `json:"fixed"`  // another preset cannot be chosen here
	Locked bool       `json:"locked"` // … since the administrator has chosen it
	Source string     `json:"source"` // … or what else says it
	Page   bool       `json:"page"`   // opened over another screen, to which it leads back
	Demo   bool       `json:"demo"`   // the demo can be tried instead
	Before string     `json:"before"` // what becomes of the accounts that are kept here
	Folder string     `json:"folder"` // of config.toml

	Of       string        `json:"of"` // the preset that the rest is about
	Running  bool          `json:"running"`
	Checked  bool          `json:"checked"`
	Faults   []FaultView   `json:"faults"`
	Problem  string        `json:"problem"` // of the whole
	Findings []FindingView `json:"findings"`
}

// FormView is what a person fills in for one preset.
type FormView struct {
	Preset    string      `json:"preset"`
	Title     string      `json:"title"`
	Console   string      `json:"console"`
	Register  string      `json:"register"`  // where the redirect addresses are entered; "" where none is
	Redirects []string    `json:"redirects"` // to register
	Fields    []FieldView `json:"fields"`
}

// FieldView is one field of a form.
type FieldView struct {
	Key      string `json:"key"`
	Label    string `json:"label"`
	Where    string `json:"where"` // to find the value
	Sample   string `json:"sample"`
	Optional bool   `json:"optional"`
	Secret   bool   `json:"secret"`
	Text     string `json:"text"`  // as it is set; never a secret
	Given    bool   `json:"given"` // it is set
	Fixed    bool   `json:"fixed"` // and cannot be changed here
	Locked   bool   `json:"locked"`
	Source   string `json:"source"`
}

// FaultView is what is wrong with a field.
type FaultView struct {
	Key  string `json:"key"`
	Text string `json:"text"`
}
