// Command emptyapp is the window that Latchkey's is measured against: the same
// toolchain and the same size, one page that stands still, and nothing behind it.
package main

import (
	"embed"
	"fmt"
	"os"

	"github.com/wailsapp/wails/v2"
	"github.com/wailsapp/wails/v2/pkg/options"
	"github.com/wailsapp/wails/v2/pkg/options/assetserver"
	"github.com/wailsapp/wails/v2/pkg/options/linux"
)

//go:embed all:frontend
var assets embed.FS

func main() {
	err := wails.Run(&options.App{
		Title: "Empty", Width: 420, Height: 640,
		AssetServer:      &assetserver.Options{Assets: assets},
		BackgroundColour: &options.RGBA{R: 250, G: 248, B: 244, A: 255},
		Linux:            &linux.Options{ProgramName: "emptyapp", WebviewGpuPolicy: linux.WebviewGpuPolicyOnDemand},
	})
	if err != nil {
		fmt.Fprintln(os.Stderr, "emptyapp:", err)
		os.Exit(1)
	}
}
