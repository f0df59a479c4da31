package rollout

import (
	"crypto/sha256"
	"fmt"
	"maps"

	"howett.net/plist"
)

// Profile returns a configuration profile for macOS (.mobileconfig) that sets the values which [settings.PolicyOf] has
// made, for everybody on the computer. The same values make the same profile.
func Profile(a App, values map[string]any) ([]byte, error) {
	settings := maps.Clone(values)
	maps.Copy(settings, map[string]any{
		"PayloadType": a.Names.Bundle, "PayloadVersion": 1, "PayloadIdentifier": a.Names.Bundle + ".policy.settings",
		"PayloadUUID": uuid(a, "settings", values), "PayloadDisplayName": a.Name,
	})
	data, err := plist.MarshalIndent(map[string]any{
		"PayloadType": "Configuration", "PayloadVersion": 1, "PayloadScope": "System",
		"PayloadIdentifier": a.Names.Bundle + ".policy", "PayloadUUID": uuid(a, "profile", values),
		"PayloadDisplayName": "Policy of " + a.Name,
		"PayloadDescription": "Sets up " + a.Name + ". What it sets, people cannot change.",
		"PayloadContent":     []any{settings},
	}, plist.XMLFormat, "\t")
	return append(data, '\n'), err
}

// uuid names a payload by what it holds (RFC 9562 §5.8, version 8).
func uuid(a App, part string, values map[string]any) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s %s %v", a.Names.Bundle, part, values)) // fmt sorts a map's keys
	sum[6], sum[8] = sum[6]&0x0f|0x80, sum[8]&0x3f|0x80
	return fmt.Sprintf("%X-%X-%X-%X-%X", sum[:4], sum[4:6], sum[6:8], sum[8:10], sum[10:16])
}
