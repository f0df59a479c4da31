package face

import (
	"bytes"
	"image/png"
	"testing"
)

// Each face is a picture of its own, and every name that is not one is refused.
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
		t.Error("nobody's look is none")
	}
	if Check("wig") == nil || Check("../face") == nil {
		t.Error("a face that is not there was taken")
	}
}
