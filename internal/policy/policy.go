// Package policy reads what people decided: .bakedin.toml (settings, waivers, facts), .bakedin/attestations.toml (answers)
// and .bakedin/baseline.json (known findings). It validates strictly, reports all errors at once with file and line, edits
// these files without touching a byte of a person's, and judges nothing.
package policy

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"time"
)

// The files, relative to the root.
const (
	ConfigPath       = ".bakedin.toml"
	OtherConfigPath  = ".config/bakedin.toml"
	AttestationsPath = ".bakedin/attestations.toml"
)

// Policy is what people decided about one repository. The zero value decides nothing.
type Policy struct {
	Config
	Attestations []Attestation
	Baseline     *Baseline   // nil: there is none
	Protection   *Protection // of the default branch, when an export of it is named
	Files        []File      // that had a say

	origins map[string]string // dotted key of the settings to path:line
}

// Origin tells where a dotted key of the settings is set, as path:line; empty when it is not.
func (p *Policy) Origin(key string) string { return p.origins[key] }

// File is a policy file with its digest.
type File struct {
	Path   string
	SHA256 string // lower-case hex
}

// Known names what a policy may refer to.
type Known struct {
	Rules           map[string]bool
	Recommendations map[string]Recommendation
	Facts           map[string]bool
}

// Recommendation is what the rules of answers need to know.
type Recommendation struct {
	ReattestDays int
	Ask          bool // mode ask: a statement alone is evidence
}

// Errors are all that is wrong with the files, one line each: "path:line: reason".
type Errors []string

func (e Errors) Error() string { return strings.Join(e, "\n") }

// Options of Load.
type Options struct {
	Known      Known
	Config     string // read in place of the discovered file; empty: discover
	NoConfig   bool   // read neither settings nor answers
	Baseline   string // read in place of the usual file; then it must be there
	NoBaseline bool
	Now        time.Time // today
}

// Load reads the policy of a tree. read returns the content of a path or an error that is fs.ErrNotExist. A file that is
// not there decides nothing; anything wrong with one that is there is an Errors, and then nothing is applied.
func Load(read func(path string) ([]byte, error), opt Options) (*Policy, error) {
	p := &Policy{}
	var errs Errors
	if err := p.readBaseline(read, opt); err != nil {
		return nil, err
	}
	if opt.NoConfig {
		p.Config.setDefaults()
		return p, nil
	}
	path, src, err := discover(read, opt.Config)
	if err != nil {
		return nil, err
	}
	if src != nil {
		p.add(path, src)
		errs = append(errs, p.Config.parse(path, src, opt)...)
		p.origins = origins(path, src)
	} else {
		p.Config.setDefaults()
	}
	if e := p.Datum.BranchProtection; e != nil {
		p.Protection = readProtection(func(path string) ([]byte, error) {
			src, err := read(path)
			if err == nil {
				p.add(path, src)
			}
			return src, err
		}, e, opt.Now)
	}
	src, err = read(AttestationsPath)
	switch {
	case err == nil:
		p.add(AttestationsPath, src)
		var more Errors
		p.Attestations, more = parseAttestations(AttestationsPath, src, opt)
		errs = append(errs, more...)
	case !errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("%s: %w", AttestationsPath, err)
	}
	if len(errs) > 0 {
		return nil, errs
	}
	return p, nil
}

func (p *Policy) readBaseline(read func(string) ([]byte, error), opt Options) error {
	if opt.NoBaseline {
		return nil
	}
	path := BaselinePath
	if opt.Baseline != "" {
		path = opt.Baseline
	}
	src, err := read(path)
	if errors.Is(err, fs.ErrNotExist) && opt.Baseline == "" {
		return nil
	}
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	p.add(path, src)
	p.Baseline, err = ParseBaseline(path, src)
	return err
}

func (p *Policy) add(path string, src []byte) {
	sum := sha256.Sum256(src)
	p.Files = append(p.Files, File{Path: path, SHA256: hex.EncodeToString(sum[:])})
}

func discover(read func(string) ([]byte, error), named string) (string, []byte, error) {
	if named != "" {
		src, err := read(named)
		return named, src, err
	}
	var found string
	var content []byte
	for _, path := range []string{ConfigPath, OtherConfigPath} {
		src, err := read(path)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return "", nil, fmt.Errorf("%s: %w", path, err)
		}
		if found != "" {
			return "", nil, Errors{fmt.Sprintf("%s and %s: there may be only one policy file; remove one", found, path)}
		}
		found, content = path, src
	}
	return found, content, nil
}
