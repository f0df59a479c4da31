package picture

import (
	"bytes"
	"context"
	"encoding/base64"
	"image"
	_ "image/gif" // formats that people's pictures have
	"image/jpeg"  // …
	"image/png"
	"time"

	"golang.org/x/image/draw"
	_ "golang.org/x/image/webp" // …
)

// What a picture may ask of the processor. The decoders take a few dozen nanoseconds for
// a pixel and, in a JPEG of several scans, for each pixel of each scan.
const (
	maxPixels  = 1 << 20 // before scaling: a face of 1,024 by 1,024
	maxSide    = 4096    // pixels
	maxScans   = 32      // of a JPEG; a usual progressive one has ten, one of four colours eighteen
	decodeTime = 2 * time.Second
	readAtOnce = 512      // bytes between two looks at the clock
	side       = 256      // pixels, of what is shown
	maxShown   = 96 << 10 // bytes, of what is shown: it is stored with the session
	smallShown = 32 << 10 // bytes of a PNG that need not be smaller

	jpegQuality = 88
)

// encode decodes an image, scales it down and encodes it anew. The first frame stands for an animation. Work is
// bounded three times: by the pixels that the header announces, by the scans of a JPEG, and by a time limit that the
// decoder meets at its next read.
func encode(ctx context.Context, data []byte) (string, error) {
	config, format, err := image.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		return "", ErrFormat
	}
	w, h := config.Width, config.Height
	if w < 1 || h < 1 || w > maxSide || h > maxSide || w*h > maxPixels {
		return "", ErrTooBig
	}
	if format == "jpeg" && scans(data) > maxScans {
		return "", ErrTooBig
	}
	ctx, stop := context.WithTimeout(ctx, decodeTime)
	defer stop()
	img, _, err := image.Decode(watched{ctx, bytes.NewReader(data)})
	if ctx.Err() != nil {
		return "", ErrTooBig
	}
	if err != nil {
		return "", ErrFormat
	}
	return shown(img)
}

// scans is at least the number of scans of a JPEG: it counts the marker SOS (ITU-T T.81
// §B.1.1.3) wherever its two bytes stand. Data that is entropy-coded never contains
// them; the pictures inside a picture that cameras write are counted too.
func scans(data []byte) int { return bytes.Count(data, []byte{0xff, 0xda}) }

// watched is a reader that ends with its context. It hands out little at a time, so that
// a decoder that works long on few bytes is stopped as well.
type watched struct {
	ctx context.Context
	r   *bytes.Reader
}

// Read implements [io.Reader].
func (w watched) Read(p []byte) (int, error) {
	if err := w.ctx.Err(); err != nil {
		return 0, err
	}
	return w.r.Read(p[:min(len(p), readAtOnce)])
}

// shown is the image as the window draws it: a PNG, or a JPEG where that is much smaller
// and nothing is transparent. What is too large for both is drawn at half the size.
func shown(img image.Image) (string, error) {
	for most := side; ; most /= 2 {
		kind, data, err := drawnAt(img, most)
		if err != nil {
			return "", ErrFormat
		}
		if len(data) <= maxShown {
			return "data:image/" + kind + ";base64," + base64.StdEncoding.EncodeToString(data), nil
		}
	}
}

// drawnAt encodes the image with no side longer than most.
func drawnAt(img image.Image, most int) (kind string, data []byte, err error) {
	b := img.Bounds()
	w, h := b.Dx(), b.Dy()
	if longest := max(w, h); longest > most {
		w, h = max(1, w*most/longest), max(1, h*most/longest)
	}
	small := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.CatmullRom.Scale(small, small.Bounds(), img, b, draw.Src, nil)
	var out bytes.Buffer
	if err := png.Encode(&out, small); err != nil || out.Len() <= smallShown || !small.Opaque() {
		return "png", out.Bytes(), err
	}
	out.Reset()
	err = jpeg.Encode(&out, small, &jpeg.Options{Quality: jpegQuality})
	return "jpeg", out.Bytes(), err
}
