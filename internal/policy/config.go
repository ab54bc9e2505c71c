package policy

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/BurntSushi/toml"
	"github.com/bmatcuk/doublestar/v4"
)

// Config is the content of .bakedin.toml.
type Config struct {
	Version       int             `toml:"version"`
	Profile       string          `toml:"profile"`
	FailOn        string          `toml:"fail-on"`
	MinConfidence string          `toml:"min-confidence"`
	Scan          Scan            `toml:"scan"`
	Facts         map[string]bool `toml:"facts"`
	Rules         Rules           `toml:"rules"`
	Waivers       []Waiver        `toml:"waiver"`
	Limits        Limits          `toml:"policy"`
	Datum         Data            `toml:"datum"`
	Hook          Hook            `toml:"hook"`
}

// Scan says what is looked at.
type Scan struct {
	Exclude        []string `toml:"exclude"`
	IncludeIgnored bool     `toml:"include-ignored"`
	MaxFileSize    string   `toml:"max-file-size"`
}

// Rules switches rules off.
type Rules struct {
	Ignore []string `toml:"ignore"`
}

// Limits of waivers.
type Limits struct {
	MaxWaiverDays         int      `toml:"max-waiver-days"`
	MaxWaiverDaysCritical int      `toml:"max-waiver-days-critical"`
	RequireOwner          *bool    `toml:"require-owner"`
	ForbidInlineFor       []string `toml:"forbid-inline-for"` // severities that a comment cannot silence
}

// Data names exported facts from outside the tree.
type Data struct {
	BranchProtection *Export `toml:"branch-protection"`
}

// Export is a file with the day it was exported.
type Export struct {
	File     string    `toml:"file"`
	Exported time.Time `toml:"exported"`
}

// Hook settings.
type Hook struct {
	FailOn       string `toml:"fail-on"`
	Required     bool   `toml:"required"` // a missing program blocks the commit
	OnIncomplete string `toml:"on-incomplete"`
}

// Waiver accepts a gap for a while: one finding by ID, or a rule in some paths.
type Waiver struct {
	ID          string    `toml:"id"`
	Rule        string    `toml:"rule"`
	Paths       []string  `toml:"paths"`
	Reason      string    `toml:"reason"`
	Owner       string    `toml:"owner"`
	Category    string    `toml:"category"`
	Compensates []string  `toml:"compensates"`
	Created     time.Time `toml:"created"`
	Expires     time.Time `toml:"expires"`

	Source string `toml:"-"` // path:line
}

// Matches tells whether the waiver is about a finding.
func (w *Waiver) Matches(id, rule, path string) bool {
	if w.ID != "" {
		return w.ID == id
	}
	return w.Rule == rule && slices.ContainsFunc(w.Paths, func(g string) bool { return doublestar.MatchUnvalidated(g, path) })
}

// words that keys take
var (
	profiles   = []string{"essential", "standard", "strict"}
	levels     = []string{"never", "low", "medium", "high", "critical"}
	confidence = []string{"low", "medium", "high"}
	categories = []string{"test-data", "accepted-risk", "false-positive", "compensating-control", "not-applicable"}
)

// longest waiver when the file does not say, and whatever it says
const (
	defaultWaiverDays         = 180
	defaultWaiverDaysCritical = 30
	ceilingWaiverDays         = 365
)

func (c *Config) setDefaults() {
	if c.Limits.MaxWaiverDays == 0 {
		c.Limits.MaxWaiverDays = defaultWaiverDays
	}
	if c.Limits.MaxWaiverDaysCritical == 0 {
		c.Limits.MaxWaiverDaysCritical = defaultWaiverDaysCritical
	}
	if c.Limits.RequireOwner == nil {
		yes := true
		c.Limits.RequireOwner = &yes
	}
}

func (c *Config) parse(path string, src []byte, opt Options) Errors {
	md, err := toml.Decode(string(src), c)
	if err != nil {
		return Errors{tomlError(path, err)}
	}
	at := newLocator(path, src)
	var errs Errors
	for _, key := range md.Undecoded() {
		if len(key) == 1 && slices.Contains([]string{"ui", "keys", "editor"}, key[0]) || key[0] == "ui" || key[0] == "keys" {
			errs = append(errs, at.key(key.String(), "belongs into your own configuration, not into a repository"))
			continue
		}
		errs = append(errs, at.key(key.String(), "unknown key"))
	}
	if c.Version != 1 {
		if c.Version > 1 {
			return append(errs, at.key("version", fmt.Sprintf("version %d was written by a newer bakedin", c.Version)))
		}
		errs = append(errs, at.key("version", "version = 1 is required"))
	}
	word := func(key, value string, known []string) {
		if value != "" && !slices.Contains(known, value) {
			errs = append(errs, at.key(key, fmt.Sprintf("%q is not one of %s", value, strings.Join(known, ", "))))
		}
	}
	word("profile", c.Profile, profiles)
	word("fail-on", c.FailOn, levels)
	word("min-confidence", c.MinConfidence, confidence)
	word("hook.fail-on", c.Hook.FailOn, levels)
	word("hook.on-incomplete", c.Hook.OnIncomplete, []string{"block", "warn"})
	for _, g := range c.Scan.Exclude {
		if !doublestar.ValidatePattern(g) {
			errs = append(errs, at.key("exclude", fmt.Sprintf("%q is not a valid glob", g)))
		}
	}
	for f := range c.Facts {
		if !opt.Known.Facts[f] {
			errs = append(errs, at.key(f, "unknown fact"))
		}
	}
	for _, r := range c.Rules.Ignore {
		if !opt.Known.Rules[r] {
			errs = append(errs, at.key("ignore", fmt.Sprintf("unknown rule %q", r)))
		}
	}
	for _, s := range c.Limits.ForbidInlineFor {
		word("forbid-inline-for", s, levels[1:])
	}
	c.setDefaults()
	if c.Limits.MaxWaiverDays > ceilingWaiverDays {
		errs = append(errs, at.key("max-waiver-days", fmt.Sprintf("at most %d", ceilingWaiverDays)))
	}
	for i := range c.Waivers {
		errs = append(errs, c.checkWaiver(i, at, opt)...)
	}
	slices.Sort(errs)
	return errs
}

func (c *Config) checkWaiver(i int, at *locator, opt Options) (errs Errors) {
	w := &c.Waivers[i]
	line := at.table("waiver", i)
	w.Source = fmt.Sprintf("%s:%d", at.path, line)
	bad := func(format string, args ...any) {
		errs = append(errs, fmt.Sprintf("%s:%d: waiver: %s", at.path, line, fmt.Sprintf(format, args...)))
	}
	switch {
	case w.ID == "" && w.Rule == "":
		bad("needs an id, or a rule with paths")
	case w.ID != "" && w.Rule != "":
		bad("has an id and a rule; one of them is enough")
	case w.Rule != "" && len(w.Paths) == 0:
		bad("a rule needs paths: a whole rule is switched off under [rules] ignore")
	case w.Rule != "" && !opt.Known.Rules[w.Rule]:
		bad("unknown rule %q", w.Rule)
	}
	for _, g := range w.Paths {
		if !doublestar.ValidatePattern(g) {
			bad("%q is not a valid glob", g)
		}
	}
	if len([]rune(strings.TrimSpace(w.Reason))) < 10 {
		bad("reason needs 10 characters or more")
	}
	if *c.Limits.RequireOwner && strings.TrimSpace(w.Owner) == "" {
		bad("owner is required: who accepts the risk")
	}
	if w.Category != "" && !slices.Contains(categories, w.Category) {
		bad("category %q is not one of %s", w.Category, strings.Join(categories, ", "))
	}
	for _, r := range w.Compensates {
		if _, ok := opt.Known.Recommendations[r]; !ok {
			bad("compensates names an unknown recommendation %q", r)
		}
	}
	switch {
	case w.Created.IsZero() || w.Expires.IsZero():
		bad("created and expires are required dates")
	case !w.Expires.After(w.Created):
		bad("expires before it was created")
	case days(w.Created, w.Expires) > c.Limits.MaxWaiverDays:
		bad("lasts %d days; the policy allows %d", days(w.Created, w.Expires), c.Limits.MaxWaiverDays)
	}
	return errs
}

func days(from, to time.Time) int { return int(to.Sub(from).Hours()/24 + 0.5) }
