package policy

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/BurntSushi/toml"
)

// locator finds the line of a key: the decoder keeps no positions.
type locator struct {
	path  string
	lines []string
}

func newLocator(path string, src []byte) *locator {
	return &locator{path, strings.Split(string(src), "\n")}
}

// key says what is wrong with a dotted key: at the first line that sets its last part.
func (l *locator) key(dotted, reason string) string {
	parts := strings.Split(dotted, ".")
	last := regexp.QuoteMeta(strings.Trim(parts[len(parts)-1], `"`))
	set := regexp.MustCompile(`^\s*(?:\[+[^\]]*\b)?["']?` + last + `["']?\s*(?:[=\].])`)
	for i, line := range l.lines {
		if set.MatchString(line) {
			return fmt.Sprintf("%s:%d: %s: %s", l.path, i+1, dotted, reason)
		}
	}
	return fmt.Sprintf("%s:1: %s: %s", l.path, dotted, reason)
}

// table returns the line of the n-th [[name]], 1-based.
func (l *locator) table(name string, n int) int {
	for i, line := range l.lines {
		if strings.HasPrefix(strings.ReplaceAll(strings.TrimSpace(line), " ", ""), "[["+name+"]]") {
			if n == 0 {
				return i + 1
			}
			n--
		}
	}
	return 1
}

func tomlError(path string, err error) string {
	var p toml.ParseError
	if errors.As(err, &p) {
		return fmt.Sprintf("%s:%d: %s", path, p.Position.Line, p.Message)
	}
	return fmt.Sprintf("%s:1: %v", path, err)
}
