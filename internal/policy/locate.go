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

// key says what is wrong with a dotted key: at the line of its table that sets its last part, else at the first line that
// does.
func (l *locator) key(dotted, reason string) string {
	parts := strings.Split(dotted, ".")
	last := regexp.QuoteMeta(strings.Trim(parts[len(parts)-1], `"`))
	set := regexp.MustCompile(`^\s*(?:\[+[^\]]*\b)?["']?` + last + `["']?\s*(?:[=\].])`)
	within := strings.Join(parts[:len(parts)-1], ".")
	table, first := "", 0
	for i, line := range l.lines {
		if bare := strings.ReplaceAll(strings.TrimSpace(line), " ", ""); strings.HasPrefix(bare, "[") {
			table, _, _ = strings.Cut(strings.TrimLeft(bare, "["), "]")
		}
		if !set.MatchString(line) {
			continue
		}
		if table == within || table == dotted {
			first = i + 1
			break
		}
		if first == 0 {
			first = i + 1
		}
	}
	return fmt.Sprintf("%s:%d: %s: %s", l.path, max(1, first), dotted, reason)
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

// origins lists the keys that a file sets, with their places. A key inside a table that spans lines counts where it stands.
func origins(path string, src []byte) map[string]string {
	var doc map[string]any
	md, err := toml.Decode(string(src), &doc)
	if err != nil {
		return nil
	}
	at := newLocator(path, src)
	out := map[string]string{}
	for _, k := range md.Keys() {
		place, _, _ := strings.Cut(at.key(k.String(), ""), ": ")
		out[k.String()] = place
	}
	return out
}
