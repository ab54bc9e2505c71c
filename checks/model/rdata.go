package model

import (
	"fmt"
	"slices"
	"strings"

	"bakedin/internal/format/rdata"
	"bakedin/rules"
)

var rdataLimits = rdata.Limits{Values: 20_000_000, Depth: 2000, Text: 4 << 10, Facts: 100_000}

// rdataRuns are functions of R and its packages that run a command, other code, or native code.
var rdataRuns = set(`system system2 shell shell.exec pipe source sys.source dyn.load library.dynam install.packages
	exec_wait exec_background exec_internal processx::run callr::r py_run_string py_run_file source_python sourceCpp cppFunction cfunction
	install_github install_url source_url source_gist`)

// rdataReaches are functions that reach the network, or change files.
var rdataReaches = set(`download.file url socketConnection serverSocket make.socket write.socket nsl curl_download curl_fetch_memory
	GET POST PUT unlink file.remove file.rename file.append Sys.setenv Sys.chmod setwd`)

// rdataByName are functions that call what they are given the name of.
var rdataByName = set(`do.call match.fun get get0 mget getExportedValue getFromNamespace lapply sapply vapply mapply Map Reduce Filter rapply eapply`)

// rdataEvaluates are functions that make code of a text. Functions do so often; what waits to be looked at has no reason to.
var rdataEvaluates = set(`parse str2lang str2expression py_eval unserialize`)

func set(words string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(words) {
		m[w] = true
	}
	return m
}

// rdataUse sorts a call: "runs", "reaches", "evaluates", or nothing, and what it is that it calls.
func rdataUse(c rdata.Call) (use, name string) {
	names := []string{c.Name}
	if rdataByName[bare(c.Name)] {
		names = append(names, c.Args...)
	}
	for _, n := range names {
		switch b := bare(n); {
		case rdataRuns[b] || rdataRuns[n]:
			return "runs", n
		case rdataReaches[b]:
			return "reaches", n
		case rdataEvaluates[b]:
			return "evaluates", n
		}
	}
	return "", ""
}

// bare is a name without its package.
func bare(name string) string {
	if i := strings.LastIndex(name, "::"); i >= 0 {
		return name[i+2:]
	}
	return name
}

// readRData looks for code that R runs by itself. Functions and formulas are a part of most models and run when they are
// called; a promise or an active binding runs when somebody looks at it, and .First when R begins in its folder.
func readRData(r *reading) {
	f, err := rdata.Parse(r.r, r.size, rdataLimits)
	r.describe = func(d *Description) { describeRData(d, f) }
	for _, p := range f.Promises {
		if !p.Ready && !p.Frame {
			r.found("rdata-runs-code", p.Off, 4, "promise", "a promise where R writes none: looking at the object runs its expression")
		}
	}
	for _, o := range f.Objects {
		if slices.Contains([]string{".First", ".Last", ".First.sys", ".Rprofile"}, o.Name) && o.Type == "closure" {
			r.found("rdata-runs-code", o.Off, 4, "hook "+o.Name, "R runs the function %s of a workspace by itself", o.Name).
				weigh(rules.High, "it depends on what the function does")
		}
	}
	told := map[string]bool{}
	for _, c := range f.Calls {
		use, name := rdataUse(c)
		if use == "" || c.In == rdata.Data || told[name+c.Of] {
			continue
		}
		hook := c.In == rdata.Body && strings.HasPrefix(c.Of, ".First")
		switch {
		case hook && use != "evaluates":
			r.found("rdata-runs-code", c.Off, 4, "hook "+name, "R calls %s at its start, which calls %s", c.Of, callText(c))
		case c.In == rdata.Lazy:
			m := r.found("rdata-runs-code", c.Off, 4, "lazy "+name, "looking at %s calls %s", rdataPlace(c), callText(c))
			if use != "runs" {
				m.weigh(rules.High, "it starts no program by itself")
			}
		case use == "runs":
			r.found("rdata-function", c.Off, 4, "call "+name, "a call of %s runs %s", rdataPlace(c), callText(c))
		default:
			continue
		}
		told[name+c.Of] = true
	}
	for _, t := range f.Texts {
		if what := codeIn(t.Value); what != "" {
			r.found("unaccounted-bytes", t.Off, int64(len(t.Value)), "text that "+what, "a text in the file %s", what)
		}
	}
	if !r.fault(err) {
		r.unaccounted(f.End, r.size-f.End)
	}
}

func rdataPlace(c rdata.Call) string {
	if c.Of == "" {
		return "an object without a name"
	}
	return fmt.Sprintf("%q", c.Of)
}

// callText writes a call as R does, without what is long.
func callText(c rdata.Call) string {
	s := c.Name + "("
	for i, a := range c.Args {
		if i > 0 {
			s += ", "
		}
		s += fmt.Sprintf("%.60q", a)
	}
	return s + ")"
}

func describeRData(d *Description, f *rdata.File) {
	d.Metadata = append(d.Metadata, Pair{"written by", "R " + f.Writer}, Pair{"format", fmt.Sprintf("%s, version %d", f.Encoding, f.Version)})
	for _, o := range f.Objects {
		what := o.Type
		if o.Class != "" {
			what = o.Class + ", " + o.Type
		}
		name := o.Name
		if name == "" {
			name = "the object"
		}
		d.Metadata = append(d.Metadata, Pair{name, what})
	}
	d.Metadata = append(d.Metadata, Pair{"functions", fmt.Sprint(f.Closures)})
	d.Extents = append(d.Extents, Extent{0, f.End, "serialized object"})
}
