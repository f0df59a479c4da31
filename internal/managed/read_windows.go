package managed

import (
	"errors"
	"fmt"

	"golang.org/x/sys/windows"
	"golang.org/x/sys/windows/registry"
)

// Read returns what Group Policy, Intune or another tool has set for the person and for the computer.
func Read(n Names) (person, machine Layer) {
	return read(registry.CURRENT_USER, "HKCU", n), read(registry.LOCAL_MACHINE, "HKLM", n)
}

var errTooMany = errors.New("it has more than 1000 values: no policy has so many")

// read reads one key of policies, if it is there.
func read(root registry.Key, hive string, n Names) Layer {
	path := `SOFTWARE\Policies\` + n.Title
	l := Layer{Name: hive + `\` + path}
	k, err := registry.OpenKey(root, path, registry.QUERY_VALUE|registry.ENUMERATE_SUB_KEYS|windows.READ_CONTROL)
	if errors.Is(err, registry.ErrNotExist) {
		return l
	}
	l.Found = true
	if err != nil {
		l.Err = fmt.Errorf("it cannot be opened: %w", err)
		return l
	}
	defer func() { _ = k.Close() }()
	if l.Err = administrators(windows.Handle(k), windows.SE_REGISTRY_KEY); l.Err != nil {
		return l
	}
	l.Values, l.Unfit, l.Err = values(k)
	if l.Err == nil {
		l.Err = l.tables(k)
	}
	l.Found = l.Err != nil || len(l.Values)+len(l.Unfit) > 0
	return l
}

// values reads the values of one key.
func values(k registry.Key) (map[string]any, map[string]string, error) {
	names, err := k.ReadValueNames(-1)
	switch {
	case err != nil:
		return nil, nil, fmt.Errorf("it cannot be read: %w", err)
	case len(names) > maxValues:
		return nil, nil, errTooMany
	}
	out, unfit := map[string]any{}, map[string]string{}
	data := make([]byte, maxSize)
	for _, name := range names {
		n, kind, err := k.GetValue(name, data)
		problem := ""
		switch {
		case errors.Is(err, registry.ErrShortBuffer):
			problem = fmt.Sprintf("it is larger than %d KiB", maxSize>>10)
		case err != nil:
			problem = "it cannot be read: " + err.Error()
		case name == "":
			problem = "it is the key's default value, which has no name"
		}
		var value any
		if problem == "" {
			value, problem = decoded(kind, data[:n])
		}
		if problem != "" {
			unfit[name] = problem
			continue
		}
		out[name] = value
	}
	return out, unfit, nil
}

// tables reads the keys below a key: each is a table of texts.
func (l *Layer) tables(k registry.Key) error {
	names, err := k.ReadSubKeyNames(-1)
	switch {
	case err != nil:
		return fmt.Errorf("it cannot be read: %w", err)
	case len(names) > maxValues:
		return errTooMany
	}
	for _, name := range names {
		below, err := registry.OpenKey(k, name, registry.QUERY_VALUE)
		if err != nil {
			return fmt.Errorf("its key %s cannot be opened: %w", name, err)
		}
		members, unfit, err := values(below)
		_ = below.Close()
		if err != nil {
			return err
		}
		if len(members) > 0 { // the editor of policies leaves the key of a table that it has emptied
			l.Values[name] = members
		}
		for member, problem := range unfit {
			l.Unfit[name] = member + ": " + problem
		}
	}
	return nil
}
