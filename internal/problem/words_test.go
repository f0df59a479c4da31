package problem

import "testing"

// Each row leads to words of its own code: a code without words would be told as a
// fault of the app.
func TestEveryRowHasWords(t *testing.T) {
	for _, r := range table {
		if got := wordsOf(r.code).Code; got != r.code {
			t.Errorf("%s is told in the words of %s", r.code, got)
		}
	}
	if got := wordsOf("nobody has written this").Code; got != internal {
		t.Errorf("an unknown code is %s", got)
	}
}
