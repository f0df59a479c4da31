package doctor

import "testing"

// Each finding that is not well has advice: by its title, or of its own.
func TestEachTitleHasItsAdvice(t *testing.T) {
	all, _, bare := literals(t)
	for _, title := range bare {
		if advices()[title] == "" {
			t.Errorf("%q has no advice", title)
		}
	}
	for title := range advices() {
		if !all[title] {
			t.Errorf("nothing is called %q", title)
		}
	}
	if len(bare) < 40 {
		t.Errorf("%d findings were looked at", len(bare))
	}
}
