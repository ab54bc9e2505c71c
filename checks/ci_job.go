package checks

import (
	"bytes"
	"regexp"
)

func lineAt(text []byte, start int) []byte {
	if i := bytes.IndexByte(text[start:], '\n'); i >= 0 {
		return text[start : start+i]
	}
	return text[start:]
}

func indent(line []byte) int { return len(line) - len(bytes.TrimLeft(line, " \t")) }

var (
	jobKey  = regexp.MustCompile(`^\s*["']?([\w.-]+)["']?:\s*(?:#.*)?$`)
	nameKey = regexp.MustCompile(`^\s*name:\s*["']?([^"'#\n]*?)["']?\s*(?:#.*)?$`)
)

// jobsAt returns the names that the job around a byte goes by in lists of required checks: its key, and the name it gives
// itself. It is empty outside of a job.
func jobsAt(text []byte, at int) []string {
	depth, body, key, title := -1, -1, "", "" // depth: of the keys of jobs; a GitLab file has them at 0
	if !bytes.HasPrefix(text, []byte("jobs:")) && !bytes.Contains(text, []byte("\njobs:")) {
		depth = 0
	}
	inJobs := depth == 0
	for start := 0; start < len(text); {
		line := lineAt(text, start)
		next := start + len(line) + 1
		trimmed, in := bytes.TrimSpace(line), indent(line)
		if len(trimmed) == 0 || trimmed[0] == '#' {
			start = next
			continue
		}
		switch {
		case depth != 0 && in == 0:
			if key != "" && start > at {
				return jobNames(key, title)
			}
			inJobs, depth, key = bytes.HasPrefix(line, []byte("jobs:")), -1, ""
		case !inJobs:
		case depth < 0 || in == depth:
			if start > at {
				return jobNames(key, title)
			}
			if depth, body, key, title = in, -1, "", ""; jobKey.Match(line) {
				key = string(jobKey.FindSubmatch(line)[1])
			}
		case body < 0 || in == body:
			body = in
			if m := nameKey.FindSubmatch(line); m != nil {
				title = string(m[1])
			}
		}
		start = next
	}
	return jobNames(key, title)
}

func jobNames(key, title string) []string {
	switch {
	case key == "":
		return nil
	case title == "" || title == key:
		return []string{key}
	}
	return []string{key, title}
}
