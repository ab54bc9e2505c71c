package report

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"

	"bakedin/checks"
	"bakedin/internal/posture"
	"bakedin/internal/repo"
)

// An event of a stream is one JSON object in one line: "event" names it, the other keys are those of the same thing in
// json-v1.

// beginEvent opens a stream: what ran, over what, by whose policy.
type beginEvent struct {
	Schema  string         `json:"schema"`
	Version string         `json:"schema_version"`
	Tool    posture.Tool   `json:"tool"`
	Run     posture.Run    `json:"run"`
	Target  posture.Target `json:"target"`
	Policy  posture.Policy `json:"policy"`
}

// endEvent closes it. A stream without it is an incomplete run.
type endEvent struct {
	Run        posture.Run        `json:"run"`
	Summary    posture.Summary    `json:"summary"`
	Suppressed posture.Suppressed `json:"suppressed"`
}

// JSONLines writes one object a line: begin, the assets, findings, evidence, what was skipped, rules, recommendations,
// controls, posture, notices, end.
func JSONLines(w io.Writer, r *posture.Report) error {
	full := filled(reflect.ValueOf(*r)).Interface().(posture.Report)
	var b bytes.Buffer
	var failed error
	tell := func(event string, v any) {
		text, err := json.Marshal(v)
		if err != nil {
			failed = errors.Join(failed, err)
			return
		}
		fmt.Fprintf(&b, `{"event":%q`, event)
		if string(text) != "{}" {
			b.WriteByte(',')
		}
		b.Write(text[1:])
		b.WriteByte('\n')
	}
	tell("begin", beginEvent{SchemaName, SchemaVersion, full.Tool, full.Run, full.Target, full.Policy})
	all(tell, "asset", full.Assets)
	all(tell, "finding", full.Findings)
	all(tell, "evidence", full.Evidence)
	all(tell, "skipped", full.Skipped)
	all(tell, "rule", full.Rules)
	all(tell, "recommendation", full.Recommendations)
	all(tell, "control", full.Controls)
	if full.Posture != nil {
		tell("posture", full.Posture)
	}
	all(tell, "notice", full.Notices)
	tell("end", endEvent{full.Run, full.Summary, full.Suppressed})
	if failed != nil {
		return failed
	}
	_, err := w.Write(escape(b.Bytes()))
	return err
}

func all[T any](tell func(string, any), event string, list []T) {
	for i := range list {
		tell(event, list[i])
	}
}

// decodeLines reads a stream back. Events it does not know stay out of sight; a stream that breaks off is an incomplete run.
func decodeLines(text []byte) (*posture.Report, error) {
	r := &posture.Report{Schema: SchemaName, SchemaVersion: SchemaVersion}
	ended, unknown := false, 0
	lines := bufio.NewScanner(bytes.NewReader(text))
	lines.Buffer(nil, maxReportBytes)
	for n := 1; lines.Scan(); n++ {
		line := lines.Bytes()
		if len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		var head struct {
			Event string `json:"event"`
		}
		err := json.Unmarshal(line, &head)
		if err == nil {
			switch head.Event {
			case "begin":
				var v beginEvent
				err = json.Unmarshal(line, &v)
				r.Tool, r.Run, r.Target, r.Policy = v.Tool, v.Run, v.Target, v.Policy
			case "asset":
				err = push(line, &r.Assets)
			case "finding":
				err = push(line, &r.Findings)
			case "evidence":
				err = push(line, &r.Evidence)
			case "skipped":
				err = push(line, &r.Skipped)
			case "rule":
				err = push(line, &r.Rules)
			case "recommendation":
				err = push(line, &r.Recommendations)
			case "control":
				err = push(line, &r.Controls)
			case "posture":
				r.Posture = &posture.Posture{}
				err = json.Unmarshal(line, r.Posture)
			case "notice":
				err = push(line, &r.Notices)
			case "end":
				var v endEvent
				err = json.Unmarshal(line, &v)
				r.Run, r.Summary, r.Suppressed, ended = v.Run, v.Summary, v.Suppressed, true
			default:
				unknown++
			}
		}
		if err != nil {
			return nil, fmt.Errorf("%w: line %d: %v", ErrNotReport, n, err)
		}
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("%w: %v", ErrNotReport, err)
	}
	if !ended {
		r.Run.Complete, r.Run.ExitCode = false, 3
		r.Skipped = append(r.Skipped, checks.Skipped{Path: ".", Kind: "unreadable", Detail: "the stream broke off before its end", Rules: []string{}, Asset: repo.Doc})
	}
	if unknown > 0 {
		r.Notices = append(r.Notices, checks.Notice{Kind: "hint", Text: fmt.Sprintf("%d events of the stream are not known to this version", unknown)})
	}
	return r, nil
}

func push[T any](line []byte, list *[]T) error {
	var v T
	err := json.Unmarshal(line, &v)
	*list = append(*list, v)
	return err
}
