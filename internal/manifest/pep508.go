package manifest

import (
	"regexp"
	"strings"
)

var (
	nameRE       = regexp.MustCompile(`^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?`)
	specRE       = regexp.MustCompile(`^(?:===|==|~=|!=|<=|>=|<|>)\s*[A-Za-z0-9.*+!_${}-]+(?:\s*,\s*(?:===|==|~=|!=|<=|>=|<|>)\s*[A-Za-z0-9.*+!_${}-]+)*\s*,?`)
	exactRE      = regexp.MustCompile(`^={2,3}\s*([A-Za-z0-9][A-Za-z0-9.+!_-]*)$`)
	wheelRE      = regexp.MustCompile(`/([A-Za-z0-9_.]+)-(\d[A-Za-z0-9_.+!]*)(?:-\d[^-/]*)?-[^-/]+-[^-/]+-[^-/]+\.whl$`)
	sdistRE      = regexp.MustCompile(`/([A-Za-z0-9_.-]+?)-(\d[A-Za-z0-9_.+!]*)\.(?:tar\.gz|zip|tar\.bz2)$`)
	hashRE       = regexp.MustCompile(`--hash[= ]\s*([a-z0-9]+:[0-9A-Fa-f]+)`)
	eggRE        = regexp.MustCompile(`[#&]egg=([A-Za-z0-9._-]+)`)
	versionParen = regexp.MustCompile(`^\(\s*(.*?)\s*\)`)
)

// requirement reads one PEP 508 requirement. Base is the offset of text in the file; the positions of the result are those
// of the file as long as text is a run of its bytes. Reason is empty when it was understood.
func requirement(text string, base int) (pkg Package, reason string) {
	trimmed := strings.TrimLeft(text, " \t")
	base += len(text) - len(trimmed)
	text = strings.TrimRight(trimmed, " \t\r\n\f")
	pkg = Package{Ecosystem: "PyPI", Source: "registry", Direct: true, Group: "main", Start: base, End: base + len(text)}
	name := nameRE.FindString(text)
	if name == "" {
		return pkg, "not a requirement"
	}
	i := len(name)
	pkg.Name, pkg.Norm = name, NormPyPI(name)
	pkg.NameStart, pkg.NameEnd = base, base+i
	skip := func() {
		for i < len(text) && (text[i] == ' ' || text[i] == '\t') {
			i++
		}
	}
	skip()
	if i < len(text) && text[i] == '[' {
		end := strings.IndexByte(text[i:], ']')
		if end < 0 {
			return pkg, "extras are not closed"
		}
		i += end + 1
		skip()
	}
	pkg.SpecStart, pkg.SpecEnd = base+i, base+i
	rest := text[i:]
	switch {
	case strings.HasPrefix(rest, "@"):
		i++
		skip()
		url, marker, _ := strings.Cut(text[i:], " ;")
		pkg.Spec = strings.TrimSpace(url)
		pkg.SpecStart, pkg.SpecEnd = base+i, base+i+len(strings.TrimRight(url, " \t"))
		pkg.Marker = strings.TrimSpace(marker)
		pkg.Source, pkg.Ref = direct(pkg.Spec)
		_, pkg.Version = fileVersion(pkg.Spec)
		return pkg, ""
	case strings.HasPrefix(rest, "("):
		m := versionParen.FindStringSubmatchIndex(rest)
		if m == nil || specRE.FindString(rest[m[2]:m[3]]) != rest[m[2]:m[3]] {
			return pkg, "specifier is not understood"
		}
		pkg.Spec = rest[m[2]:m[3]]
		pkg.SpecStart, pkg.SpecEnd = base+i+m[2], base+i+m[3]
		i += m[1]
	default:
		if s := strings.TrimRight(specRE.FindString(rest), " \t,"); s != "" {
			pkg.Spec = s
			pkg.SpecEnd = base + i + len(s)
			i += len(specRE.FindString(rest))
		}
	}
	skip()
	if i < len(text) {
		if text[i] != ';' {
			return pkg, "text behind the requirement is not understood"
		}
		pkg.Marker = strings.TrimSpace(text[i+1:])
	}
	if strings.Contains(pkg.Spec, "${") {
		return pkg, "variable"
	}
	pkg.Version = exactVersion(pkg.Spec)
	return pkg, ""
}

// exactVersion is the version that a specifier allows alone, else empty.
func exactVersion(spec string) string {
	if m := exactRE.FindStringSubmatch(spec); m != nil {
		return m[1]
	}
	return ""
}

// direct tells what kind of place an address is, and which commit, ref or digest it names.
func direct(address string) (source, ref string) {
	lower := strings.ToLower(address)
	body, fragment, _ := strings.Cut(address, "#")
	for _, vcs := range []string{"git+", "hg+", "svn+", "bzr+", "git://"} {
		if strings.HasPrefix(lower, vcs) {
			if i := strings.Index(body, "://"); i >= 0 {
				body = body[i+3:]
			}
			if slash := strings.IndexByte(body, '/'); slash >= 0 {
				if at := strings.LastIndexByte(body, '@'); at > slash {
					ref = body[at+1:]
				}
			}
			return "git", ref
		}
	}
	if strings.HasPrefix(lower, "http://") || strings.HasPrefix(lower, "https://") {
		for _, part := range strings.Split(fragment, "&") {
			if algorithm, digest, ok := strings.Cut(part, "="); ok && (strings.HasPrefix(algorithm, "sha") || algorithm == "md5") {
				ref = algorithm + ":" + digest
			}
		}
		return "url", ref
	}
	return "path", ""
}

// fileVersion reads name and version off the address of a wheel (PEP 427) or source archive.
func fileVersion(address string) (name, version string) {
	address, _, _ = strings.Cut(address, "#")
	address, _, _ = strings.Cut(address, "?")
	for _, re := range []*regexp.Regexp{wheelRE, sdistRE} {
		if m := re.FindStringSubmatch(address); m != nil {
			return m[1], m[2]
		}
	}
	return "", ""
}
