package main

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"image/png"
	"os"
	"testing"
)

// The icon is there in every size that a platform asks for, where Wails and the
// packages look for it. A picture of a wrong size is scaled and blurred.
func TestTheIconInEverySize(t *testing.T) {
	for path, side := range map[string]int{
		"build/appicon.png": 1024, "build/icons/16.png": 16, "build/icons/24.png": 24, "build/icons/32.png": 32,
		"build/icons/48.png": 48,
		"build/icons/64.png": 64, "build/icons/128.png": 128, "build/icons/256.png": 256, "build/icons/512.png": 512,
		"build/icons/1024.png": 1024,
	} {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Error(err)
			continue
		}
		img, err := png.Decode(bytes.NewReader(data))
		if err != nil || img.Bounds().Dx() != side || img.Bounds().Dy() != side {
			t.Errorf("%s: %v, want %d pixels (%v)", path, img.Bounds(), side, err)
			continue
		}
		if _, _, _, alpha := img.At(0, 0).RGBA(); alpha != 0 {
			t.Errorf("%s has no transparent corner", path)
		}
		if _, _, _, alpha := img.At(side/2, side/2).RGBA(); alpha != 0xffff {
			t.Errorf("%s has a hole in its middle", path)
		}
	}
}

func TestTheIconForWindows(t *testing.T) {
	data, err := os.ReadFile("build/windows/icon.ico")
	if err != nil || len(data) < 6 || binary.LittleEndian.Uint16(data[2:]) != 1 {
		t.Fatalf("no .ico: %v", err)
	}
	var sizes []int
	for i := range int(binary.LittleEndian.Uint16(data[4:])) {
		side := int(data[6+16*i])
		if side == 0 {
			side = 256 // how the format says it
		}
		sizes = append(sizes, side)
	}
	if want := "[16 24 32 48 64 128 256]"; fmt.Sprint(sizes) != want {
		t.Errorf("sizes %v, want %s", sizes, want)
	}
}

func TestTheIconForMacOS(t *testing.T) {
	data, err := os.ReadFile("build/darwin/icon.icns")
	if err != nil || len(data) < 8 || string(data[:4]) != "icns" ||
		int(binary.BigEndian.Uint32(data[4:])) != len(data) {
		t.Fatalf("no .icns: %v", err)
	}
	kinds := map[string]bool{}
	for at := 8; at+8 <= len(data); at += int(binary.BigEndian.Uint32(data[at+4:])) {
		kinds[string(data[at:at+4])] = true
	}
	for _, kind := range []string{"ic08", "ic09", "ic10"} { // 256, 512 and 1024 pixels
		if !kinds[kind] {
			t.Errorf("no picture %s among %v", kind, kinds)
		}
	}
}
