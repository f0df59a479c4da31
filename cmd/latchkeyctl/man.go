//go:build man

package main

import (
	"os"
	"strconv"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"

	"app.latchkey/internal/program"
)

// addMan adds the command that writes the manual pages, one for each command, into
// a folder. It exists in the build with the tag man alone, which the packaging
// runs: no page can be older than its command, and no release carries the writer.
func (c *command) addMan(root *cobra.Command) {
	root.AddCommand(&cobra.Command{
		Use: "man FOLDER", Hidden: true, Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			seconds, err := strconv.ParseInt(os.Getenv("SOURCE_DATE_EPOCH"), 10, 64)
			if err != nil {
				return err
			}
			date := time.Unix(seconds, 0).UTC()
			root.DisableAutoGenTag = true
			return doc.GenManTree(root,
				&doc.GenManHeader{
					Section: "1", Date: &date, Source: "Latchkey " + program.Version().Version, Manual: "Latchkey",
				}, args[0])
		},
	})
}
