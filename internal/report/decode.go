package report

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"bakedin/internal/posture"
)

// What a saved report may hold at most. Objects bounds the memory that a small hostile document can ask for.
const (
	maxReportBytes = 256 << 20
	maxFindings    = 1_000_000
	maxObjects     = 4_000_000
)

// ErrNotReport and ErrNewer say why a document cannot be shown.
var (
	ErrNotReport = errors.New("not a bakedin report")
	ErrNewer     = errors.New("written by a newer bakedin; update this one")
)

// Decode reads a json-v1 document, or the same as jsonl, back. Fields it does not know stay out of sight. The strings are those of the document:
// as untrusted as a repository. A reader that fails, a document that is none of ours (ErrNotReport), has a newer major
// version (ErrNewer) or goes beyond the limits is an error.
func Decode(r io.Reader) (*posture.Report, error) {
	text, err := io.ReadAll(io.LimitReader(r, maxReportBytes+1))
	if err != nil {
		return nil, fmt.Errorf("read report: %w", err)
	}
	if len(text) > maxReportBytes {
		return nil, fmt.Errorf("report has more than %d MiB", maxReportBytes>>20)
	}
	if n := objects(text); n > maxObjects {
		return nil, fmt.Errorf("report has more than %d objects", maxObjects)
	}
	var head struct {
		Event   string `json:"event"`
		Schema  string `json:"schema"`
		Version string `json:"schema_version"`
	}
	first := text
	if line, _, ok := bytes.Cut(text, []byte("\n")); ok && json.Valid(line) {
		first = line // a stream of objects
	}
	if err := json.Unmarshal(first, &head); err != nil {
		return nil, fmt.Errorf("%w: %v", ErrNotReport, err)
	}
	major, _, _ := strings.Cut(head.Version, ".")
	switch {
	case !strings.HasPrefix(head.Schema, "bakedin/report-v"):
		return nil, fmt.Errorf("%w: its schema is %.40q, expected %q", ErrNotReport, head.Schema, SchemaName)
	case head.Schema != SchemaName, major != "1":
		return nil, fmt.Errorf("%w: its schema is %.40q %.20q, this one reads %q", ErrNewer, head.Schema, head.Version, SchemaName)
	}
	report := &posture.Report{}
	if head.Event == "begin" {
		report, err = decodeLines(text)
	} else if err = json.Unmarshal(text, report); err != nil {
		err = fmt.Errorf("%w: %v", ErrNotReport, err)
	}
	if err != nil {
		return nil, err
	}
	if n := len(report.Findings) + len(report.Evidence); n > maxFindings {
		return nil, fmt.Errorf("report has %d findings, more than %d", n, maxFindings)
	}
	return report, nil
}

// objects counts the braces that open outside strings.
func objects(text []byte) int {
	n, quoted := 0, false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case c == '{' && !quoted:
			n++
		}
	}
	return n
}
