package settings

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"app.latchkey/internal/provider"
	"app.latchkey/internal/proxy/route"
	"app.latchkey/internal/secret"
)

// Form is the type of a setting's value.
type Form string

// The forms of values, as files have them.
const (
	Text     Form = "text"
	List     Form = "list"     // of texts; in the environment separated by spaces
	Ports    Form = "ports"    // whole numbers; in the environment separated by spaces or commas
	YesNo    Form = "yes-no"   // true or false
	Duration Form = "duration" // a text such as "90s"
	Table    Form = "table"    // of texts; in files alone
	APIs     Form = "apis"     // a table of tables, or a text: the same in one line of TOML
)

// kindOf is the form of the values that the pointer of a [binding] takes.
func kindOf(at any) Form {
	switch at.(type) {
	case *[]string:
		return List
	case *[]int:
		return Ports
	case *bool, *inverse:
		return YesNo
	case *time.Duration:
		return Duration
	case *map[string]string:
		return Table
	case *[]provider.API:
		return APIs
	}
	return Text
}

// inverse is a setting that says the opposite of its field.
type inverse bool

// proxyText is a setting whose address may bear a password.
type proxyText string

// assign puts a converted value where its key's pointer says.
func assign(at, v any) {
	switch p := at.(type) {
	case *string:
		*p = v.(string)
	case *proxyText:
		*p = proxyText(v.(string))
	case *secret.Secret:
		*p = secret.New(v.(string))
	case *[]string:
		*p = v.([]string)
	case *[]int:
		*p = v.([]int)
	case *bool:
		*p = v.(bool)
	case *inverse:
		*p = inverse(!v.(bool))
	case *time.Duration:
		*p = v.(time.Duration)
	case *map[string]string:
		*p = merged(*p, v.(map[string]string))
	case *[]provider.API:
		*p = v.([]provider.API)
	}
}

// merged adds entries to a table; an empty text takes one away.
func merged(to, from map[string]string) map[string]string {
	out := maps.Clone(to)
	if out == nil {
		out = map[string]string{}
	}
	for name, text := range from {
		out[name] = text
		if text == "" {
			delete(out, name)
		}
	}
	return out
}

// shown is the value at a pointer as a person reads it, in the environment's form.
// A secret is masked.
func shown(at any) string {
	switch p := at.(type) {
	case *string:
		return *p
	case *proxyText:
		return route.Masked(string(*p))
	case *secret.Secret:
		return p.String()
	case *[]string:
		return strings.Join(*p, " ")
	case *[]int:
		return strings.Trim(fmt.Sprint(*p), "[]")
	case *bool:
		return strconv.FormatBool(*p)
	case *inverse:
		return strconv.FormatBool(!bool(*p))
	case *time.Duration:
		return duration(*p)
	case *map[string]string:
		var out []string
		for _, name := range slices.Sorted(maps.Keys(*p)) {
			out = append(out, name+"="+(*p)[name])
		}
		return strings.Join(out, " ")
	case *[]provider.API:
		return APIsText(*p)
	}
	return ""
}

// duration writes 1m, where Go writes 1m0s.
func duration(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

// convert makes a value of the key's kind from TOML's types or from text. The
// second value is what is wrong with it.
func convert(k Form, raw any) (any, string) {
	asText, isText := raw.(string)
	switch k {
	case Text:
		if isText {
			return asText, ""
		}
		return nil, "a text in quotes is needed" // what stands there may be a secret
	case YesNo:
		if b, ok := raw.(bool); ok {
			return b, ""
		}
		if b, err := strconv.ParseBool(asText); isText && err == nil {
			return b, ""
		}
		return nil, "true or false is needed"
	case Duration:
		if d, err := time.ParseDuration(asText); isText && err == nil {
			return d, ""
		}
		return nil, `a duration such as "90s" or "5m" is needed`
	case List:
		if isText {
			return strings.Fields(asText), ""
		}
		return texts(raw)
	case Ports:
		return numbers(raw)
	case APIs:
		return readAPIs(raw)
	}
	return stringTable(raw)
}

func texts(raw any) (any, string) {
	many, ok := raw.([]any)
	out := []string{}
	for _, one := range many {
		s, isText := one.(string)
		ok = ok && isText
		out = append(out, s)
	}
	if !ok {
		return nil, `a list of texts such as ["openid", "email"] is needed`
	}
	return out, ""
}

func numbers(raw any) (any, string) {
	const problem = "a list of ports such as [8085, 8086] is needed"
	out := []int{}
	switch v := raw.(type) {
	case string:
		for _, field := range strings.FieldsFunc(v, func(r rune) bool { return r == ',' || r == ' ' }) {
			n, err := strconv.Atoi(field)
			if err != nil {
				return nil, problem
			}
			out = append(out, n)
		}
	case int64:
		out = append(out, int(v))
	case []any:
		for _, one := range v {
			n, ok := one.(int64)
			if !ok {
				return nil, problem
			}
			out = append(out, int(n))
		}
	default:
		return nil, problem
	}
	return out, ""
}

func stringTable(raw any) (any, string) {
	members, ok := raw.(map[string]any)
	out := map[string]string{}
	for name, one := range members {
		s, isText := one.(string)
		ok = ok && isText
		out[name] = s
	}
	if !ok {
		return nil, `a table of texts such as { prompt = "login" } is needed`
	}
	return out, ""
}
