package checks

import (
	"strings"

	"bakedin/internal/glob"
)

// OwnersFiles are the places where hosts look for owners of code, in their order.
var OwnersFiles = []string{".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS"}

// Owned tells whether the last line that matches a path names somebody.
// Source: https://docs.github.com/repositories/managing-your-repositorys-settings-and-features/customizing-your-repository/about-code-owners
func Owned(lines []string, file string) bool {
	found := false
	for _, line := range lines {
		line, _, _ = strings.Cut(line, "#")
		words := strings.Fields(line)
		if len(words) == 0 || strings.HasPrefix(words[0], "[") {
			continue
		}
		pattern := strings.TrimPrefix(words[0], "/")
		if !strings.Contains(strings.TrimSuffix(words[0], "/"), "/") {
			pattern = "**/" + pattern
		}
		globs := []string{pattern, strings.TrimSuffix(pattern, "/") + "/**"}
		if strings.HasSuffix(pattern, "/*") {
			globs = globs[:1]
		}
		set, err := glob.Compile(globs)
		if err == nil && (words[0] == "*" || set.Match(file)) {
			found = len(words) > 1
		}
	}
	return found
}
