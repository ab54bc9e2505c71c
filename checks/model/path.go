package model

import (
	"path"
	"regexp"
	"strings"
)

var (
	uri   = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9+.-]+:`)
	drive = regexp.MustCompile(`^[A-Za-z]:`)
)

// outside tells why a path that a model gives does not stay in the folder of the model, by its letters alone: some loaders
// take a backslash for a separator, some do not, so both readings count. Empty when it stays.
func outside(p string) string {
	t := strings.TrimSpace(p)
	switch {
	case strings.ContainsRune(p, 0):
		return "has a NUL in it"
	case strings.HasPrefix(t, `\\`) || strings.HasPrefix(t, "//"):
		return "names another machine"
	case drive.MatchString(t):
		return "names a drive"
	case uri.MatchString(t):
		return "is an address"
	case strings.HasPrefix(t, "/") || strings.HasPrefix(t, `\`):
		return "is absolute"
	case strings.HasPrefix(t, "~") || strings.Contains(t, "$"):
		return "is expanded by a shell"
	}
	for _, reading := range []string{t, strings.ReplaceAll(t, `\`, "/")} {
		if c := path.Clean(reading); c == ".." || strings.HasPrefix(c, "../") {
			return "leaves the folder of the model"
		}
	}
	return ""
}
