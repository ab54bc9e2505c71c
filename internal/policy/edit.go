package policy

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"
)

// A policy file belongs to people: their comments, order and spacing stay. It is never encoded again. A record is added as
// one block at the end and removed by cutting its lines, and then the text is read again: it must say what it said before,
// plus or minus exactly that record.

// ErrByHand is wrapped when a file cannot be edited without touching more than the one record.
var ErrByHand = errors.New("the file cannot be edited without touching more than that; do it by hand")

const emptyFile = "version = 1\n"

// AddWaiver returns the file with one more waiver. An Errors says why the waiver is not allowed.
func AddWaiver(path string, src []byte, w Waiver, opt Options) ([]byte, error) {
	before, err := readConfig(path, src, opt)
	if err != nil {
		return nil, err
	}
	out := appendBlock(src, w.block())
	after, err := readConfig(path, out, opt)
	if err != nil {
		return nil, err
	}
	if n := len(after.Waivers); n != len(before.Waivers)+1 || !sameWaiver(after.Waivers[n-1], w) {
		return nil, fmt.Errorf("%s: %w", path, ErrByHand)
	}
	after.Waivers = after.Waivers[:len(after.Waivers)-1]
	return out, unchanged(path, before, after)
}

// RemoveWaivers returns the file without the waivers of these indices.
func RemoveWaivers(path string, src []byte, drop []int, opt Options) ([]byte, error) {
	before, err := readConfig(path, src, opt)
	if err != nil {
		return nil, err
	}
	out := cutBlocks(src, "waiver", drop)
	after, err := readConfig(path, out, opt)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, ErrByHand)
	}
	var rest []Waiver
	for i, w := range before.Waivers {
		if !slices.Contains(drop, i) {
			rest = append(rest, w)
		}
	}
	before.Waivers = rest
	return out, unchanged(path, before, after)
}

// AddAttestation returns the file of answers with one more.
func AddAttestation(path string, src []byte, a Attestation, opt Options) ([]byte, error) {
	before, err := readAttestations(path, src, opt)
	if err != nil {
		return nil, err
	}
	out := appendBlock(src, a.block())
	after, err := readAttestations(path, out, opt)
	if err != nil {
		return nil, err
	}
	if len(after) != len(before)+1 || after[len(after)-1].Recommendation != a.Recommendation {
		return nil, fmt.Errorf("%s: %w", path, ErrByHand)
	}
	return out, unchangedAnswers(path, before, after[:len(before)])
}

// RemoveAttestations returns the file of answers without those of these indices.
func RemoveAttestations(path string, src []byte, drop []int, opt Options) ([]byte, error) {
	before, err := readAttestations(path, src, opt)
	if err != nil {
		return nil, err
	}
	out := cutBlocks(src, "attestation", drop)
	after, err := readAttestations(path, out, opt)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, ErrByHand)
	}
	var rest []Attestation
	for i, a := range before {
		if !slices.Contains(drop, i) {
			rest = append(rest, a)
		}
	}
	return out, unchangedAnswers(path, rest, after)
}

func readConfig(path string, src []byte, opt Options) (Config, error) {
	var c Config
	if len(strings.TrimSpace(string(src))) == 0 {
		src = []byte(emptyFile)
	}
	if errs := c.parse(path, src, opt); len(errs) > 0 {
		return c, errs
	}
	for i := range c.Waivers {
		c.Waivers[i].Source = "" // lines move
	}
	return c, nil
}

func readAttestations(path string, src []byte, opt Options) ([]Attestation, error) {
	if len(strings.TrimSpace(string(src))) == 0 {
		src = []byte(emptyFile)
	}
	list, errs := parseAttestations(path, src, opt)
	if len(errs) > 0 {
		return nil, errs
	}
	for i := range list {
		list[i].Source = ""
	}
	return list, nil
}

// unchanged compares what two texts say, records apart from settings: an empty list and none are the same.
func unchanged(path string, before, after Config) error {
	a, b := before.Waivers, after.Waivers
	before.Waivers, after.Waivers = nil, nil
	if !reflect.DeepEqual(before, after) || !sameRecords(a, b) {
		return fmt.Errorf("%s: %w", path, ErrByHand)
	}
	return nil
}

func unchangedAnswers(path string, before, after []Attestation) error {
	if !sameRecords(before, after) {
		return fmt.Errorf("%s: %w", path, ErrByHand)
	}
	return nil
}

func sameRecords[T any](a, b []T) bool {
	return slices.EqualFunc(a, b, func(x, y T) bool { return reflect.DeepEqual(x, y) })
}

func sameWaiver(a, b Waiver) bool {
	return a.ID == b.ID && a.Rule == b.Rule && slices.Equal(a.Paths, b.Paths) && a.Reason == b.Reason && a.Owner == b.Owner &&
		a.Expires.Format(time.DateOnly) == b.Expires.Format(time.DateOnly)
}

func appendBlock(src []byte, block string) []byte {
	text := string(src)
	if len(strings.TrimSpace(text)) == 0 {
		text += emptyFile
	}
	end := "\n"
	if strings.Contains(text, "\r\n") {
		end = "\r\n"
	}
	if !strings.HasSuffix(text, "\n") {
		text += end
	}
	return []byte(text + strings.ReplaceAll("\n"+block, "\n", end))
}

// cutBlocks leaves out the n-th [[name]] tables with what belongs to them. A blank line before such a block goes with it;
// comments stay.
func cutBlocks(src []byte, name string, drop []int) []byte {
	lines := strings.SplitAfter(string(src), "\n")
	var out []string
	n, cutting := -1, false
	var held []string // blank and comment lines that may belong to what follows
	for _, line := range lines {
		bare := strings.ReplaceAll(strings.TrimSpace(line), " ", "")
		switch {
		case strings.HasPrefix(bare, "[["+name+"]]"):
			n++
			if cutting = slices.Contains(drop, n); cutting {
				if k := len(out); k > 0 && strings.TrimSpace(out[k-1]) == "" && len(held) == 0 {
					out = out[:k-1]
				}
			}
		case strings.HasPrefix(bare, "[["+name+".") || strings.HasPrefix(bare, "["+name+"."):
		case strings.HasPrefix(bare, "["):
			cutting = false
		}
		if !cutting {
			out = append(append(out, held...), line)
			held = nil
			continue
		}
		if bare == "" || strings.HasPrefix(bare, "#") {
			held = append(held, line)
		} else if len(held) > 0 { // inside the block: a comment of the block stays, a blank does not
			for _, h := range held {
				if strings.TrimSpace(h) != "" {
					out = append(out, h)
				}
			}
			held = nil
		}
	}
	return []byte(strings.Join(append(out, held...), ""))
}

func (w *Waiver) block() string {
	var b strings.Builder
	b.WriteString("[[waiver]]\n")
	if w.ID != "" {
		line(&b, "id", quote(w.ID))
	} else {
		line(&b, "rule", quote(w.Rule))
		line(&b, "paths", quoteList(w.Paths))
	}
	line(&b, "reason", quote(w.Reason))
	if w.Owner != "" {
		line(&b, "owner", quote(w.Owner))
	}
	if w.Category != "" {
		line(&b, "category", quote(w.Category))
	}
	if len(w.Compensates) > 0 {
		line(&b, "compensates", quoteList(w.Compensates))
	}
	line(&b, "created", w.Created.Format(time.DateOnly))
	line(&b, "expires", w.Expires.Format(time.DateOnly))
	return b.String()
}

// Block is the waiver as it stands in the file.
func (w *Waiver) Block() string { return w.block() }

// Block is the answer as it stands in the file.
func (a *Attestation) Block() string { return a.block() }

func (a *Attestation) block() string {
	var b strings.Builder
	b.WriteString("[[attestation]]\n")
	line(&b, "recommendation", quote(a.Recommendation))
	line(&b, "answer", quote(a.Answer))
	line(&b, "by", quote(a.By))
	if a.Second != "" {
		line(&b, "second", quote(a.Second))
	}
	line(&b, "date", a.Date.Format(time.DateOnly))
	line(&b, "expires", a.Expires.Format(time.DateOnly))
	for _, kv := range [][2]string{{"statement", a.Statement}, {"note", a.Note}} {
		if kv[1] != "" {
			line(&b, kv[0], quote(kv[1]))
		}
	}
	if len(a.Scope) > 0 {
		line(&b, "scope", quoteList(a.Scope))
	}
	if len(a.Answers) > 0 {
		line(&b, "answers", quoteList(a.Answers))
	}
	for _, e := range a.Evidence {
		b.WriteString("\n[[attestation.evidence]]\n")
		for _, kv := range [][2]string{{"kind", e.Kind}, {"path", e.Path}, {"sha256", e.SHA256}, {"url", e.URL}, {"commit", e.Commit}, {"note", e.Note}} {
			if kv[1] != "" {
				line(&b, kv[0], quote(kv[1]))
			}
		}
		if !e.Dated.IsZero() {
			line(&b, "dated", e.Dated.Format(time.DateOnly))
		}
	}
	if len(a.BoundTo.Assets) > 0 {
		var pairs []string
		for path, value := range a.BoundTo.Assets {
			pairs = append(pairs, quote(path)+" = "+quote(value))
		}
		slices.Sort(pairs)
		b.WriteString("\n[attestation.bound_to]\n")
		line(&b, "assets", "{ "+strings.Join(pairs, ", ")+" }")
	}
	return b.String()
}

func line(b *strings.Builder, key, value string) { fmt.Fprintf(b, "%s = %s\n", key, value) }

func quoteList(items []string) string {
	var quoted []string
	for _, s := range items {
		quoted = append(quoted, quote(s))
	}
	return "[" + strings.Join(quoted, ", ") + "]"
}

// quote makes a basic string of TOML.
// Source: https://toml.io/en/v1.0.0#string
func quote(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\t':
			b.WriteString(`\t`)
		case r < ' ' || r == 0x7f:
			fmt.Fprintf(&b, `\u%04X`, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}
