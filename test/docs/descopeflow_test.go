package docs

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
)

// descopeFlow is an exported flow as Descope's documentation of its management API describes it (POST
// /v2/mgmt/flow/export). The format of contents is taken from published exports, since the documentation does not
// describe it.
type descopeFlow struct {
	FlowID   string `json:"flowId"`
	Metadata struct {
		Name              string `json:"name"`
		Description       string `json:"description"`
		ComponentsVersion string `json:"componentsVersion"`
	} `json:"metadata"`
	Contents struct {
		StartTask string                 `json:"startTask"`
		Tasks     map[string]descopeTask `json:"tasks"`
	} `json:"contents"`
	Screens    []descopeScreen     `json:"screens"`
	References map[string][]string `json:"references"`
}

// descopeTask is a screen, an action or a condition of a flow.
type descopeTask struct {
	ID        string `json:"id"`
	Name      string `json:"name"`
	Type      string `json:"type"`
	Action    string `json:"action"`
	ScreenID  string `json:"screenId"`
	Arguments map[string]struct {
		Type  string `json:"type"`
		Value any    `json:"value"`
	} `json:"arguments"`
	Errors map[string]struct {
		Handling string `json:"errorHandlingType"`
	} `json:"errorHandlingV2"`
	Conditions []struct {
		InteractionID string `json:"interactionId"`
		Name          string `json:"name"`
		Atomic        []any  `json:"atomicConditions"`
	} `json:"conditions"`
	Next struct {
		Rules []struct {
			InteractionID string `json:"interactionId"`
			TaskID        string `json:"taskId"`
		} `json:"rules"`
	} `json:"next"`
	InputKeys      []string            `json:"inputKeys"`
	InputsMetadata []map[string]string `json:"inputsMetadata"`
	View           struct{ X, Y int }  `json:"view"`
}

// descopeScreen is a page of a flow, as the tree of its parts.
type descopeScreen struct {
	ScreenID     string              `json:"screenId"`
	Interactions []map[string]string `json:"interactions"`
	Contents     map[string]struct {
		Nodes  []string       `json:"nodes"`
		Parent string         `json:"parent"`
		Props  map[string]any `json:"props"`
		Custom map[string]any `json:"custom"`
		Type   struct {
			ResolvedName string `json:"resolvedName"`
		} `json:"type"`
		DisplayName string         `json:"displayName"`
		Hidden      bool           `json:"hidden"`
		IsCanvas    bool           `json:"isCanvas"`
		LinkedNodes map[string]any `json:"linkedNodes"`
	} `json:"contents"`
}

// descopeActions and descopeParts are the names that published exports use.
var (
	descopeActions = []string{
		"exchange-oauth-code", "exchange-saml-code", "logged-in", "oauth-start", "saml-start",
		"sign-up-or-in-magic-link-email",
		"update-user-properties", "verify-magic-link",
	}
	descopeParts = []string{
		"Button", "Container", "Divider", "EmailInput", "ErrorMessage", "FullNameInput", "GoogleButton",
		"PollingLoader", "Text",
	}
)

// The flow to import has the form of an exported one, every way in it leads on, and its pages are the ones that
// docs/tutorial.md names.
func TestTheDescopeFlow(t *testing.T) {
	text := read(t, "docs/providers/descope-flow.json")
	if wrong := wrongInFlow(text); len(wrong) > 0 {
		t.Errorf("%s", strings.Join(wrong, "\n"))
	}
	for _, want := range []string{
		// the welcome page
		"Continue with a link by mail", "Continue with Google", "Continue with my company's sign-in",
		"Full name", "Send the link again", "Open the link on this computer", "Your company does not sign in here",
		`{"interactionId": "SAMLStartFailed", "taskId": "6"}`,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("it has no %q", want)
		}
	}
	for _, page := range []string{"docs/tutorial.md", "docs/providers/descope.md"} {
		if !strings.Contains(read(t, page), "never imported into a live project") {
			t.Errorf("%s does not say that nobody has imported it", page)
		}
	}
	for name, mistake := range map[string][2]string{
		"an unknown member": {`"flowId"`, `"flow"`},
		"a way to nowhere": {
			`{"interactionId": "back", "taskId": "0"}`, `{"interactionId": "back", "taskId": "99"}`,
		},
		"a button without a way":     {`{"interactionId": "google", "taskId": "4"}, `, ``},
		"a way without a button":     {`"id": "byMail", "label"`, `"id": "byMailed", "label"`},
		"an unknown action":          {`"action": "saml-start"`, `"action": "sso-start"`},
		"an action without its end":  {`"value": "5.end"`, `"value": "5.stop"`},
		"a page of another name":     {`"SC2Latchkeymail00000000000000", "next"`, `"SC2Latchkeymail", "next"`},
		"a part without its parent":  {`"nodes": ["title", "email"`, `"nodes": ["email"`},
		"an error nobody leads away": {`"SAMLStartFailed", "taskId": "6"`, `"success", "taskId": "6"`},
		"a start that is none":       {`"startTask": "0"`, `"startTask": "1"`},
	} {
		if broken := strings.Replace(text, mistake[0], mistake[1], 1); broken == text || len(wrongInFlow(broken)) == 0 {
			t.Errorf("%s is not found", name)
		}
	}
}

// wrongInFlow returns what is wrong with an exported flow.
func wrongInFlow(text string) []string {
	var flow descopeFlow
	decoder := json.NewDecoder(bytes.NewReader([]byte(text)))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&flow); err != nil {
		return []string{err.Error()}
	}
	var wrong []string
	say := func(format string, args ...any) { wrong = append(wrong, fmt.Sprintf(format, args...)) }
	screens := map[string]descopeScreen{}
	for _, s := range flow.Screens {
		screens[s.ScreenID] = s
		wrongInScreen(s, say)
	}
	tasks := flow.Contents.Tasks
	if flow.FlowID == "" || flow.Metadata.Name == "" || flow.Metadata.ComponentsVersion == "" {
		say("the flow has no ID, name or version")
	}
	if rules := tasks["start"].Next.Rules; len(rules) != 1 || rules[0].TaskID != flow.Contents.StartTask {
		say("the start is not the task startTask")
	}
	reached := map[string]bool{"start": true}
	for queue := []string{"start"}; len(queue) > 0; queue = queue[1:] {
		for _, rule := range tasks[queue[0]].Next.Rules {
			if !reached[rule.TaskID] {
				reached[rule.TaskID], queue = true, append(queue, rule.TaskID)
			}
		}
	}
	for id, task := range tasks {
		if !reached[id] || task.ID != id {
			say("task %s: its ID is %q, reached: %v", id, task.ID, reached[id])
		}
		wrongInTask(task, screens[task.ScreenID], tasks, say)
	}
	return wrong
}

// wrongInTask finds ways that lead nowhere, and exits that have no way.
func wrongInTask(task descopeTask, screen descopeScreen, tasks map[string]descopeTask, say func(string, ...any)) {
	exits := []string{"success"}
	switch {
	case task.ID == "start":
		exits = []string{""}
	case task.Type == "screen" && screen.ScreenID != "":
		exits = nil
		for _, i := range screen.Interactions {
			exits = append(exits, i["id"])
		}
	case task.Type == "condition":
		exits = nil
		for _, c := range task.Conditions {
			exits = append(exits, c.InteractionID)
		}
	case task.Action == "logged-in":
		exits = nil
	case task.Type != "automated" || !slices.Contains(descopeActions, task.Action):
		say("task %s: no published flow has such a one: %q %q %q", task.ID, task.Type, task.Action, task.ScreenID)
	}
	for name, e := range task.Errors {
		if e.Handling == "custom" {
			exits = append(exits, name)
		}
	}
	var ways []string
	for _, rule := range task.Next.Rules {
		ways = append(ways, rule.InteractionID)
		if _, ok := tasks[rule.TaskID]; !ok {
			say("task %s leads to %q, which is none", task.ID, rule.TaskID)
		}
	}
	slices.Sort(exits)
	slices.Sort(ways)
	if !slices.Equal(exits, slices.Compact(ways)) {
		say("task %s has the exits %q and the ways %q", task.ID, exits, ways)
	}
	for _, name := range []string{"verifyStepId", "exchangeStepId"} {
		if step, ok := task.Arguments[name]; ok && tasks[fmt.Sprint(step.Value)].ID == "" {
			say("task %s: its %s is %v, which is none", task.ID, name, step.Value)
		}
	}
}

// wrongInScreen finds parts outside of the tree, of an unknown kind, or from elsewhere.
func wrongInScreen(s descopeScreen, say func(string, ...any)) {
	held := []string{"ROOT"}
	for id, part := range s.Contents {
		held = append(held, part.Nodes...)
		if part.Props["id"] != id || !slices.Contains(descopeParts, part.Type.ResolvedName) ||
			id != "ROOT" && part.Parent == "" {
			say("%s: part %s: ID %v, kind %q, within %q", s.ScreenID, id, part.Props["id"], part.Type.ResolvedName,
				part.Parent)
		}
		for _, child := range part.Nodes {
			if s.Contents[child].Parent != id {
				say("%s: part %s is not within %s", s.ScreenID, child, id)
			}
		}
		for name, value := range part.Props {
			if text, ok := value.(string); ok && strings.Contains(text, "//") {
				say("%s: part %s loads %s from elsewhere: %s", s.ScreenID, id, name, text)
			}
		}
	}
	slices.Sort(held)
	if all := slices.Sorted(maps.Keys(s.Contents)); !slices.Equal(all, held) {
		say("%s has the parts %q and holds %q", s.ScreenID, all, held)
	}
	for _, i := range s.Interactions {
		if _, ok := s.Contents[i["id"]]; !ok && i["id"] != "polling" {
			say("%s: no part does %q", s.ScreenID, i["id"])
		}
	}
}
