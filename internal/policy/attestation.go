package policy

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/BurntSushi/toml"
	"github.com/bmatcuk/doublestar/v4"
)

// Attestation is a person's answer to what no scan can see.
type Attestation struct {
	Recommendation string     `toml:"recommendation"`
	Answer         string     `toml:"answer"` // met, partly, not-met, not-applicable
	By             string     `toml:"by"`
	Second         string     `toml:"second"`
	Date           time.Time  `toml:"date"`
	Expires        time.Time  `toml:"expires"`
	Statement      string     `toml:"statement"`
	Note           string     `toml:"note"`
	Scope          []string   `toml:"scope"`
	Answers        []string   `toml:"answers"`
	Evidence       []Evidence `toml:"evidence"`
	BoundTo        Bound      `toml:"bound_to"`

	Source string `toml:"-"` // path:line
	Cut    bool   `toml:"-"` // expires was later than allowed and was cut
}

// Evidence of an answer. Kind is file, ci-run, signed-document, link or statement.
type Evidence struct {
	Kind   string    `toml:"kind"`
	Path   string    `toml:"path"`
	SHA256 string    `toml:"sha256"`
	URL    string    `toml:"url"`
	Commit string    `toml:"commit"`
	Dated  time.Time `toml:"dated"`
	Note   string    `toml:"note"`
}

// Bound is what revokes an answer when it changes.
type Bound struct {
	Inventory    string            `toml:"inventory"`
	Assets       map[string]string `toml:"assets"`
	Tools        []string          `toml:"tools"`
	Providers    []string          `toml:"providers"`
	Endpoints    []string          `toml:"endpoints"`
	Sources      []string          `toml:"sources"`
	Dependencies []string          `toml:"dependencies"`
	Owners       string            `toml:"owners"`
}

func parseAttestations(path string, src []byte, opt Options) ([]Attestation, Errors) {
	var doc struct {
		Version      int           `toml:"version"`
		Attestations []Attestation `toml:"attestation"`
	}
	md, err := toml.Decode(string(src), &doc)
	if err != nil {
		return nil, Errors{tomlError(path, err)}
	}
	at := newLocator(path, src)
	if doc.Version > 1 {
		return nil, Errors{at.key("version", fmt.Sprintf("version %d was written by a newer bakedin", doc.Version))}
	}
	var errs Errors
	if doc.Version != 1 {
		errs = append(errs, at.key("version", "version = 1 is required"))
	}
	for _, key := range md.Undecoded() {
		errs = append(errs, at.key(key.String(), "unknown key"))
	}
	for i := range doc.Attestations {
		errs = append(errs, doc.Attestations[i].check(at, i, opt)...)
		for k := range i {
			if overlap(&doc.Attestations[k], &doc.Attestations[i], opt.Now) {
				errs = append(errs, fmt.Sprintf("%s:%d: attestation: %s is answered twice with overlapping scope", path, at.table("attestation", i), doc.Attestations[i].Recommendation))
			}
		}
	}
	return doc.Attestations, errs
}

func (a *Attestation) check(at *locator, i int, opt Options) (errs Errors) {
	line := at.table("attestation", i)
	a.Source = fmt.Sprintf("%s:%d", at.path, line)
	bad := func(format string, args ...any) {
		errs = append(errs, fmt.Sprintf("%s:%d: attestation: %s", at.path, line, fmt.Sprintf(format, args...)))
	}
	rec, ok := opt.Known.Recommendations[a.Recommendation]
	if !ok {
		bad("unknown recommendation %q", a.Recommendation)
	}
	switch a.Answer {
	case "met", "partly":
		if len([]rune(strings.TrimSpace(a.Statement))) < 20 {
			bad("answer %q needs a statement of 20 characters or more", a.Answer)
		}
	case "not-applicable":
		if len([]rune(strings.TrimSpace(a.Note))) < 10 {
			bad("answer \"not-applicable\" needs a note of 10 characters or more: the reason")
		}
	case "not-met":
	default:
		bad("answer %q is not one of met, partly, not-met, not-applicable", a.Answer)
	}
	if n := len([]rune(a.By)); n < 2 || n > 60 {
		bad("by needs 2 to 60 characters: a handle, role or team")
	}
	if a.Second != "" && a.Second == a.By {
		bad("second must differ from by")
	}
	if len([]rune(a.Note)) > 2000 {
		bad("note is longer than 2,000 characters")
	}
	switch {
	case a.Date.IsZero() || a.Expires.IsZero():
		bad("date and expires are required dates")
	case a.Date.After(opt.Now.Add(24 * time.Hour)):
		bad("date lies in the future")
	case !a.Expires.After(a.Date):
		bad("expires is not after date")
	default:
		if last := a.Date.AddDate(0, 0, rec.ReattestDays); rec.ReattestDays > 0 && a.Expires.After(last) {
			a.Expires, a.Cut = last, true
		}
	}
	for _, g := range a.Scope {
		if !doublestar.ValidatePattern(g) {
			bad("%q is not a valid glob", g)
		}
	}
	for _, e := range a.Evidence {
		if reason := e.check(); reason != "" {
			bad("evidence %s: %s", e.Kind, reason)
		}
	}
	return errs
}

func (e *Evidence) check() string {
	switch e.Kind {
	case "file":
		if e.Path == "" || len(e.SHA256) != 64 {
			return "needs path and sha256"
		}
	case "ci-run":
		if e.URL == "" || e.Commit == "" || e.Dated.IsZero() {
			return "needs url, commit and dated"
		}
	case "link", "signed-document":
		if e.URL == "" && e.Path == "" || e.Dated.IsZero() {
			return "needs url or path, and dated"
		}
	case "statement":
		if e.Note == "" {
			return "needs note"
		}
	default:
		return "kind is one of file, ci-run, signed-document, link, statement"
	}
	return ""
}

func overlap(a, b *Attestation, now time.Time) bool {
	if a.Recommendation != b.Recommendation || !a.Expires.After(now) || !b.Expires.After(now) {
		return false
	}
	if len(a.Scope) == 0 || len(b.Scope) == 0 {
		return true
	}
	return slices.ContainsFunc(a.Scope, func(g string) bool { return slices.Contains(b.Scope, g) })
}
