package picture

import (
	"bytes"
	"compress/zlib"
	"context"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// segment is a marker of a JPEG with what belongs to it.
func segment(marker byte, data ...byte) []byte {
	return append([]byte{0xff, marker, byte((len(data) + 2) >> 8), byte(len(data) + 2)}, data...)
}

// scansJPEG is a progressive JPEG whose n scans say of every block that nothing changes:
// each costs a walk over the whole image and a few dozen bytes.
func scansJPEG(side, n int) []byte {
	out := []byte{0xff, 0xd8}
	out = append(out, segment(0xdb, slices.Concat([]byte{0}, bytes.Repeat([]byte{1}, 64))...)...)
	out = append(out, segment(0xc2, 8, byte(side>>8), byte(side), byte(side>>8), byte(side), 1, 1, 0x11, 0)...)
	out = append(out, segment(0xc4, slices.Concat([]byte{0x10, 1}, make([]byte, 15), []byte{0xe0})...)...)
	scan := segment(0xda, 1, 1, 0, 1, 63, 0)
	for blocks := (side / 8) * (side / 8); blocks > 0; blocks -= 16384 {
		scan = append(scan, 0x00, 0x00) // a run of 16,384 empty blocks, and a bit too many
	}
	for range n {
		out = append(out, scan...)
	}
	return append(out, 0xff, 0xd9)
}

// rawPNG is a PNG of grey pixels whose header and compressed data are what the test says.
func rawPNG(w, h uint32, interlace byte, pixels int64) []byte {
	chunk := func(name string, data []byte) []byte {
		body := append([]byte(name), data...)
		out := binary.BigEndian.AppendUint32(nil, uint32(len(data)))
		return binary.BigEndian.AppendUint32(append(out, body...), crc32.ChecksumIEEE(body))
	}
	var packed bytes.Buffer
	z, _ := zlib.NewWriterLevel(&packed, zlib.BestCompression)
	_, _ = io.CopyN(z, zeros{}, pixels)
	_ = z.Close()
	head := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, w), h)
	return slices.Concat([]byte("\x89PNG\r\n\x1a\n"), chunk("IHDR", append(head, 8, 0, 0, 0, interlace)),
		chunk("IDAT", packed.Bytes()), chunk("IEND", nil))
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func frames(n, w, h int) []byte {
	g := &gif.GIF{Config: image.Config{Width: w, Height: h}}
	for range n {
		g.Image = append(g.Image, image.NewPaletted(image.Rect(0, 0, w, h), color.Palette{color.Black, color.White}))
		g.Delay = append(g.Delay, 0)
	}
	var out bytes.Buffer
	_ = gif.EncodeAll(&out, g)
	return out.Bytes()
}

// webp is a RIFF file of the chunks.
func webp(chunks ...string) []byte {
	body := "WEBP" + strings.Join(chunks, "")
	return append(binary.LittleEndian.AppendUint32([]byte("RIFF"), uint32(len(body))), body...)
}

func riff(name, data string) string {
	size := binary.LittleEndian.AppendUint32(nil, uint32(len(data)))
	return name + string(size) + data + strings.Repeat("\x00", len(data)%2)
}

// cmyk is a JPEG of four colours, as printers want it: 8 by 8 pixels.
func cmyk() []byte {
	table := func(class byte) []byte { return segment(0xc4, slices.Concat([]byte{class, 1}, make([]byte, 16))...) }
	return slices.Concat([]byte{0xff, 0xd8},
		segment(0xe2, append([]byte("ICC_PROFILE\x00\x01\x01"), 0xff, 0xda, 0xff, 0xda)...),
		segment(0xee, []byte("Adobe\x00\x64\x00\x00\x00\x00\x00")...),
		segment(0xdb, slices.Concat([]byte{0}, bytes.Repeat([]byte{1}, 64))...),
		segment(0xc0, 8, 0, 8, 0, 8, 4, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0, 4, 0x11, 0), table(0x00), table(0x10),
		segment(0xda, 4, 1, 0, 2, 0, 3, 0, 4, 0, 0, 63, 0), []byte{0x00, 0xff, 0xd9})
}

func TestWorkIsBounded(t *testing.T) {
	const million = 1_000_000
	canvas := "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00" // VP8X of 1 by 1
	animated := webp(riff("VP8X", "\x02"+canvas[1:]), riff("ANIM", "\x00\x00\x00\x00\x00\x00"))
	larger := webp(riff("VP8X", canvas), riff("VP8L", "\x2f\xff\xff\xff\x0f\x00"))
	for name, c := range map[string]struct {
		data []byte
		want error
	}{
		"61,000 scans of 16 megapixels":          {scansJPEG(4096, 61_000), ErrTooBig},
		"1,000 scans of a megapixel":             {scansJPEG(1024, 1000), ErrTooBig},
		"one scan too many":                      {scansJPEG(64, maxScans+1), ErrTooBig},
		"as many scans as are allowed":           {scansJPEG(1024, maxScans), nil},
		"16 megapixels in one scan":              {scansJPEG(4096, 1), ErrTooBig},
		"four colours and a profile":             {cmyk(), nil},
		"a PNG of a megapixel":                   {rawPNG(1024, 1024, 0, 1025*1024), nil},
		"a PNG of more":                          {rawPNG(1025, 1024, 0, 1026*1024), ErrTooBig},
		"an interlaced PNG of a megapixel":       {rawPNG(1024, 1024, 1, 1024*1024+1920), nil},
		"a PNG that unpacks to 64 megabytes":     {rawPNG(1024, 1024, 0, 64<<20), ErrFormat},
		"a PNG of four thousand million columns": {rawPNG(4_000_000_000, 1, 0, 100), ErrFormat},
		"a PNG of two thousand million columns":  {rawPNG(2_000_000_000, 1, 0, 100), ErrTooBig},
		"a PNG that is a long line":              {rawPNG(million, 1, 0, million+1), ErrTooBig},
		"a PNG without pixels":                   {rawPNG(0, 0, 0, 1), ErrFormat},
		"a GIF of 3,000 frames":                  {frames(3000, 8, 8), nil},
		"a GIF of 4 megapixels":                  {frames(1, 2048, 2048), ErrTooBig},
		"an animated WebP":                       {animated, ErrFormat},
		"a WebP whose inner image is larger":     {larger, ErrFormat},
		"a WebP of 268 megapixels":               {webp(riff("VP8L", "\x2f\xff\xff\xff\x0f\x00")), ErrTooBig},
	} {
		if _, err := encode(t.Context(), c.data); !errors.Is(err, c.want) {
			t.Errorf("%s (%d bytes): %v, want %v", name, len(c.data), err, c.want)
		}
	}
}

// looks is a context that ends after its Err was called a number of times, so that the test does not depend on the
// machine's speed.
type looks struct {
	context.Context
	left *int
}

func (l looks) Err() error {
	if *l.left--; *l.left < 0 {
		return context.DeadlineExceeded
	}
	return nil
}

// Whatever a decoder does, it is stopped at its next read when its time is over.
func TestADecoderStopsWhenItsTimeIsOver(t *testing.T) {
	left := 3
	r := bytes.NewReader(scansJPEG(1024, 61_000))
	_, err := jpeg.Decode(watched{looks{t.Context(), &left}, r})
	if read := int(r.Size()) - r.Len(); !errors.Is(err, context.DeadlineExceeded) || read > 3*readAtOnce {
		t.Errorf("%v after %d bytes", err, read)
	}
	over, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := encode(over, drawn(9, 9)); !errors.Is(err, ErrTooBig) {
		t.Errorf("in a context that is over: %v", err)
	}
}

// noise is a picture of a megapixel that cannot be compressed well, so that decoding it takes the most work.
func noise() *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, 1024, 1024))
	_, _ = rand.NewChaCha8([32]byte{}).Read(img.Pix)
	return img
}

func BenchmarkWorst(b *testing.B) {
	var photo, animation bytes.Buffer
	if err := errors.Join(jpeg.Encode(&photo, noise(), nil), gif.Encode(&animation, noise(), nil)); err != nil {
		b.Fatal(err)
	}
	for name, data := range map[string][]byte{
		"scans": scansJPEG(1024, maxScans), "png": rawPNG(1024, 1024, 0, 1025*1024),
		"interlaced": rawPNG(1024, 1024, 1, 1024*1024+1920), "refused": scansJPEG(4096, 61_000),
		"noise, JPEG": photo.Bytes(), "noise, GIF": animation.Bytes(),
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				_, _ = encode(b.Context(), data)
			}
		})
	}
}
