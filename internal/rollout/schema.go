package rollout

import (
	"encoding/json"

	"app.latchkey/internal/settings"
)

type object = map[string]any

// Schema returns a JSON schema (draft 2020-12) of config.toml, preferences.toml and policy.toml. It describes single
// values; how they go together is for the program to say.
func Schema(a App) ([]byte, error) {
	properties := object{}
	for _, chapter := range settings.Chapters() {
		for _, k := range chapter.Keys {
			properties[k.Name] = schemaOf(k)
		}
	}
	data, err := json.MarshalIndent(object{
		"$schema": "https://json-schema.org/draft/2020-12/schema",
		"title":   "Settings of " + a.Name,
		"description": "config.toml, preferences.toml and policy.toml of " + a.Name +
			". It describes single values; how they go together, the program says.",
		"type": "object", "properties": properties, "additionalProperties": false,
	}, "", "  ")
	return append(data, '\n'), err
}

// duration is the form that Go's [time.ParseDuration] takes.
const duration = `^[-+]?(0|(([0-9]+(\.[0-9]*)?|\.[0-9]+)(ns|us|µs|μs|ms|s|m|h))+)$`

// schemaOf describes what a file may say of one setting: each form that the program reads.
func schemaOf(k settings.Key) object {
	s := object{"description": k.Explain}
	if k.Default != "" && k.Form != settings.Ports {
		s["default"] = k.Default
	}
	text := object{"type": "string"}
	switch k.Form {
	case settings.List:
		s["oneOf"] = []any{text, object{"type": "array", "items": text}}
	case settings.Ports:
		port := object{"type": "integer", "minimum": 0, "maximum": 65535}
		s["oneOf"] = []any{
			object{"type": "string", "pattern": `^[ ,]*([0-9]+[ ,]*)*$`}, port, object{"type": "array", "items": port},
		}
	case settings.YesNo:
		s["oneOf"] = []any{object{"type": "boolean"}, object{"enum": []string{"true", "false"}}}
		s["default"] = k.Default == "true"
	case settings.Duration:
		s["type"], s["pattern"] = "string", duration
	case settings.Table:
		s["type"], s["additionalProperties"] = "object", text
	case settings.APIs:
		s["oneOf"] = []any{text, object{"type": "object", "additionalProperties": object{"type": "object"}}}
	default:
		s["type"] = "string"
		if k.Choices != nil {
			s["enum"] = k.Choices
		}
	}
	return s
}
