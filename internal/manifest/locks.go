package manifest

import (
	"bytes"
	"regexp"
	"strings"
)

// readLockLines reads machine-written locks of the form of uv, poetry, pdm, pylock and cargo, line by line: a TOML decoder
// takes a hundred times as long for the same facts. A lock that a person re-formatted beyond that gives fewer packages.
func readLockLines(p *parser) error {
	ecosystem := "PyPI"
	if p.Kind == "Cargo.lock" {
		ecosystem = "crates.io"
	}
	var pkg Package
	var needs needLines
	open := false
	flush := func() error {
		if !open || pkg.Name == "" {
			return nil
		}
		open = false
		return p.add(pkg)
	}
	for off := 0; off < len(p.src); {
		end := off + bytes.IndexByte(p.src[off:], '\n')
		if end < off {
			end = len(p.src)
		}
		line := strings.TrimRight(string(p.src[off:end]), "\r")
		switch {
		case line == "[[package]]", line == "[[packages]]":
			if err := flush(); err != nil {
				return err
			}
			pkg, open = Package{Ecosystem: ecosystem, Group: "main", Source: "registry", Start: off, End: end}, true
		case strings.HasPrefix(line, "["), !open:
		case strings.HasPrefix(line, "name = ") && pkg.Name == "":
			pkg.Name, pkg.NameStart, pkg.NameEnd = lockValue(line, off)
			pkg.SpecStart, pkg.SpecEnd, pkg.End = end, end, end
			if pkg.Norm = pkg.Name; ecosystem == "PyPI" {
				pkg.Norm = NormPyPI(pkg.Name)
			}
		case strings.HasPrefix(line, "version = ") && pkg.Version == "":
			pkg.Version, pkg.SpecStart, pkg.SpecEnd = lockValue(line, off)
			pkg.Spec, pkg.End = "=="+pkg.Version, end
		case strings.HasPrefix(line, "source = { git"):
			pkg.Source = "git"
		case strings.HasPrefix(line, "source = { editable"), strings.HasPrefix(line, "source = { virtual"):
			pkg.Source = "editable"
		}
		if open {
			if name := needs.read(line); name != "" {
				pkg.Needs = append(pkg.Needs, NormPyPI(name))
			}
			for _, m := range lockDigest.FindAllStringSubmatch(line, -1) {
				pkg.Hashes = append(pkg.Hashes, "sha256:"+m[1])
			}
		}
		off = end + 1
	}
	return flush()
}

// lockDigest: "hash" of uv, poetry and pdm, "hashes" of PEP 751, "checksum" of cargo.
var lockDigest = regexp.MustCompile(`(?:sha256:|sha256 = "|checksum = ")([0-9A-Fa-f]+)`)

// needLines follows where in an entry its dependencies stand.
type needLines struct {
	list  bool // inside "dependencies = [" of uv and pdm
	table bool // below "[package.dependencies]" of poetry
}

// read returns the name that a line says is needed on every platform, else the empty string.
func (n *needLines) read(line string) string {
	switch {
	case strings.HasPrefix(line, "["):
		*n = needLines{table: line == "[package.dependencies]"}
		return ""
	case line == "dependencies = [":
		n.list = true
		return ""
	case line == "]":
		n.list = false
		return ""
	case strings.Contains(line, "marker"), strings.Contains(line, ";"), strings.Contains(line, "optional = true"), strings.HasSuffix(line, "= ["):
		return ""
	case n.list:
		line = strings.TrimLeft(line, " {\"")
		line = strings.TrimPrefix(line, "name = \"")
		return nameRE.FindString(line)
	case n.table && strings.Contains(line, " = "):
		return nameRE.FindString(strings.TrimLeft(line, `"`))
	}
	return ""
}

// lockValue is the value of a line "key = value" that begins at byte off, without its quotes, and where it stands.
func lockValue(line string, off int) (value string, start, end int) {
	_, written, _ := strings.Cut(line, " = ")
	value = strings.TrimLeft(written, `"`)
	start = off + len(line) - len(value)
	value = strings.TrimRight(value, `"`)
	return value, start, start + len(value)
}

// readPipfileLock reads the JSON lock of pipenv.
func readPipfileLock(p *parser) error {
	root, err := p.tree("json")
	if err != nil {
		return err
	}
	for _, section := range root.Items {
		if section.Key == "_meta" {
			continue
		}
		group := "main"
		if section.Key == "develop" {
			group = "dev"
		}
		for _, item := range section.Items {
			version := ""
			if v := item.Child("version"); v != nil {
				version = strings.TrimPrefix(v.Value, "==")
			}
			var hashes []string
			if h := item.Child("hashes"); h != nil {
				for _, digest := range h.Items {
					hashes = append(hashes, digest.Value)
				}
			}
			err := p.add(Package{Ecosystem: "PyPI", Name: item.Key, Norm: NormPyPI(item.Key), Spec: "==" + version, Version: version, Group: group, Source: "registry",
				Hashes: hashes, Start: item.KeyStart, End: item.End, NameStart: item.KeyStart, NameEnd: item.KeyEnd, SpecStart: item.End, SpecEnd: item.End})
			if err != nil {
				return err
			}
		}
	}
	return nil
}
