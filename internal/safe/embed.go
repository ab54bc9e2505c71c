package safe

import (
	"strings"
	"unicode"
)

// Code makes a Markdown code span: nothing in it is markup, a mention or a link. The fence is longer than any run of
// backticks inside.
// Source: https://spec.commonmark.org/0.31.2/#code-spans
func Code(t Text) string {
	s := strings.ReplaceAll(string(t), "\n", " ")
	if s == "" {
		return ""
	}
	longest, run := 0, 0
	for i := 0; i < len(s); i++ {
		if s[i] != '`' {
			run = 0
			continue
		}
		run++
		longest = max(longest, run)
	}
	fence := strings.Repeat("`", longest+1)
	if strings.HasPrefix(s, "`") || strings.HasSuffix(s, "`") || strings.HasPrefix(s, " ") && strings.HasSuffix(s, " ") {
		s = " " + s + " " // one blank is taken off on both sides
	}
	return fence + s + fence
}

// Cell is Code inside a table, where a bar must be escaped even in a code span.
// Source: https://github.github.com/gfm/#example-200
func Cell(t Text) string { return strings.ReplaceAll(Code(t), "|", `\|`) }

var (
	workflowData     = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	workflowProperty = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
)

// WorkflowData escapes the text of a workflow command of GitHub Actions.
func WorkflowData(t Text) string { return workflowData.Replace(string(t)) }

// WorkflowProperty escapes a property of a workflow command, such as file.
func WorkflowProperty(t Text) string { return workflowProperty.Replace(string(t)) }

// WorkflowLines keeps a text that is printed into a workflow log from being taken for commands: a line that begins, after
// blanks, with "::" or "##[" has that first character written out.
func WorkflowLines(s string) string {
	if !strings.Contains(s, "::") && !strings.Contains(s, "##[") {
		return s
	}
	lines := strings.SplitAfter(s, "\n")
	for i, l := range lines {
		rest := strings.TrimLeftFunc(l, unicode.IsSpace)
		blank := l[:len(l)-len(rest)]
		switch {
		case strings.HasPrefix(rest, "::"):
			lines[i] = blank + `\x3a` + rest[1:]
		case strings.HasPrefix(rest, "##["):
			lines[i] = blank + `\x23` + rest[1:]
		}
	}
	return strings.Join(lines, "")
}
