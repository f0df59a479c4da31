package face

import (
	"bytes"
	"image"
	"image/png"
	"testing"
)

// draw draws a look and reads the picture again.
func draw(t *testing.T, l Look) image.Image {
	t.Helper()
	var out bytes.Buffer
	if err := WritePNG(&out, l, 96); err != nil {
		t.Fatal(err)
	}
	img, err := png.Decode(&out)
	if err != nil || img.Bounds().Dx() != 96 {
		t.Fatalf("%v %v", img, err)
	}
	return img
}

// Every look has a face of its own: skin in the middle, and hair where it belongs.
func TestEveryLookIsDrawn(t *testing.T) {
	seen := map[string]string{}
	for name := range styles {
		for _, l := range []Look{{Style: name, Hair: "black"}, {Style: name, Hair: "black", Glasses: true}, {Style: name, Hair: "black", Beard: true}} {
			img := draw(t, l)
			if got := img.At(48, 53); got != skins[0] {
				t.Errorf("%+v: the cheek is %v", l, got)
			}
			var out bytes.Buffer
			_ = png.Encode(&out, img)
			if other, same := seen[out.String()]; same {
				t.Errorf("%+v looks like %s", l, other)
			}
			seen[out.String()] = name
		}
	}
	if top := draw(t, Look{Style: "bald", Hair: "black"}).At(48, 22); top == hairs["black"] {
		t.Error("somebody bald has hair on top")
	}
	if top := draw(t, Look{Style: "short", Hair: "black"}).At(48, 22); top != hairs["black"] {
		t.Errorf("somebody with hair has %v on top", top)
	}
}

func TestTheZeroLookIsDrawn(t *testing.T) {
	if err := (Look{}).Check(); err != nil {
		t.Error(err)
	}
	draw(t, Look{})
}
