// Command emptyapp is the window that Latchkey's is compared with: made by the same tools, of the same size, with one
// static page and no logic. With a folder as its argument it shows the page in that folder instead.
package main

import (
	"embed"
	"fmt"
	"io/fs"
	"os"

	"github.com/wailsapp/wails/v2"
	"github.com/wailsapp/wails/v2/pkg/options"
	"github.com/wailsapp/wails/v2/pkg/options/assetserver"
	"github.com/wailsapp/wails/v2/pkg/options/linux"
)

//go:embed all:frontend
var assets embed.FS

func main() {
	var pages fs.FS = assets
	if len(os.Args) > 1 {
		pages = os.DirFS(os.Args[1])
	}
	err := wails.Run(&options.App{
		Title: "Empty", Width: 420, Height: 640,
		AssetServer:      &assetserver.Options{Assets: pages},
		BackgroundColour: &options.RGBA{R: 250, G: 248, B: 244, A: 255},
		Linux:            &linux.Options{ProgramName: "emptyapp", WebviewGpuPolicy: linux.WebviewGpuPolicyOnDemand},
	})
	if err != nil {
		fmt.Fprintln(os.Stderr, "emptyapp:", err)
		os.Exit(1)
	}
}
