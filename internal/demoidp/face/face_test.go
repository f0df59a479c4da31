package face

import (
	"bytes"
	"image/png"
	"testing"
)

// The four pictures differ, and a name without a picture is refused.
func TestTheFaces(t *testing.T) {
	seen := map[string]string{}
	for _, name := range names {
		data := PNG(name)
		img, err := png.Decode(bytes.NewReader(data))
		if err != nil || img.Bounds().Dx() != 192 || img.Bounds().Dy() != 192 {
			t.Errorf("%s: %v", name, err)
		}
		if other, same := seen[string(data)]; same {
			t.Errorf("%s looks like %s", name, other)
		}
		seen[string(data)] = name
		if err := Check(name); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if Check("") != nil || !bytes.Equal(PNG(""), PNG(names[0])) {
		t.Error("the empty name is refused, or has another picture than the first")
	}
	if Check("wig") == nil || Check("../face") == nil {
		t.Error("a face that is not there was taken")
	}
}
