//go:build bench

package bench

import (
	"bufio"
	"encoding/binary"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
)

// screen is an X server that keeps its picture in a file: reading the file takes no processor time from the measured
// programs.
type screen struct {
	display string // as DISPLAY names it
	pixels  []byte // four bytes each, mapped
	line    int    // bytes
	width   int
	height  int
}

// newScreen starts one on a display of its own choosing.
func (d *machine) newScreen(name string) *screen {
	d.t.Helper()
	read, write, err := os.Pipe()
	if err != nil {
		d.t.Fatal(err)
	}
	dir := d.folder("screen-" + name)
	cmd := exec.Command("Xvfb", "-noreset", "-displayfd", "3", "-screen", "0", "800x700x24", "-nolisten", "tcp",
		"-fbdir", dir)
	cmd.ExtraFiles = []*os.File{write}
	d.start(cmd)
	_ = write.Close()
	number, err := bufio.NewReader(read).ReadString('\n')
	if err != nil {
		d.t.Fatalf("Xvfb: %v", err)
	}
	file, err := os.Open(filepath.Join(dir, "Xvfb_screen0"))
	if err != nil {
		d.t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	info, err := file.Stat()
	if err != nil {
		d.t.Fatal(err)
	}
	data, err := syscall.Mmap(int(file.Fd()), 0, int(info.Size()), syscall.PROT_READ, syscall.MAP_SHARED)
	if err != nil {
		d.t.Fatal(err)
	}
	d.t.Cleanup(func() { _ = syscall.Munmap(data) })
	// XWD: a header of its own length, a table of colours of 12 bytes each, the lines.
	word := func(i int) int { return int(binary.BigEndian.Uint32(data[4*i:])) }
	return &screen{
		display: ":" + strings.TrimSpace(number), pixels: data[word(0)+12*word(19):],
		width: word(4), height: word(5), line: word(12),
	}
}

// count returns how many of every fourth pixel have the colour.
func (s *screen) count(colour uint32) int {
	n := 0
	for y := 0; y < s.height; y += 2 {
		row := s.pixels[y*s.line:]
		for x := 0; x < s.width; x += 2 {
			if binary.LittleEndian.Uint32(row[4*x:])&0xffffff == colour {
				n++
			}
		}
	}
	return n
}
