package zipx

import (
	"path"
	"strings"
	"unicode/utf8"
)

// compareNames reports entries of one view that are the same to some reader.
func (a *Archive) compareNames() {
	type key struct {
		view int
		name string
	}
	exact := map[key]*Entry{}
	folded := map[key]*Entry{}
	for _, e := range a.Entries {
		view := max(0, e.View) // a hidden entry stands beside those of the first view
		if first, ok := exact[key{view, e.Name}]; ok {
			a.note(Duplicate, e.Off(), e, first, "the name is used twice, readers differ in which they take")
			continue
		}
		exact[key{view, e.Name}] = e
		names := []string{fold(e.Name)}
		if e.Central != nil {
			if u := e.Central.field(0x7075); len(u) > 5 { // a second name in UTF-8, behind version and checksum
				if n := fold(string(u[5:])); n != names[0] {
					names = append(names, n)
				}
			}
		}
		for _, n := range names {
			if first, ok := folded[key{view, n}]; ok && first != e {
				a.note(CaseAlias, e.Off(), e, first, "is the same as %q to a reader that folds case or cleans paths", first.Name)
				continue
			}
			folded[key{view, n}] = e
		}
	}
}

// fold brings a name to the form that the most lenient reader compares: up to a NUL, with one kind of separator, without
// dot segments and trailing separators, in one case.
func fold(name string) string {
	name, _, _ = strings.Cut(name, "\x00")
	name = strings.ReplaceAll(name, `\`, "/")
	dir := strings.HasSuffix(name, "/")
	name = strings.TrimPrefix(path.Clean("/"+name), "/")
	if dir && name == "" {
		return "/"
	}
	return strings.ToLower(name)
}

// cipherHeader is what the encryption of PKWARE puts before the data (APPNOTE 6.1.5).
const cipherHeader = 12

// Off is the offset of the header that speaks for the entry.
func (e *Entry) Off() int64 {
	if e.Central != nil {
		return e.Central.Off
	}
	return e.Local.Off
}

// checkEntry reports what is odd about one entry by itself.
func (a *Archive) checkEntry(e *Entry) {
	if e.Central != nil && e.Local != nil {
		a.compareHeaders(e)
	}
	if f := e.flags(); f&(1|1<<6|1<<13) != 0 {
		a.note(FlagBits, e.Off(), e, nil, "flagged as encrypted (%#04x)", f)
	} else if f&(1<<5) != 0 {
		a.note(FlagBits, e.Off(), e, nil, "flagged as patch data (%#04x)", f)
	}
	if why := escapes(e.Name); why != "" {
		a.note(PathEscape, e.Off(), e, nil, "%s", why)
	}
	switch e.Mode & 0xf000 {
	case 0xa000:
		a.note(LinkEntry, e.Off(), e, nil, "is a symbolic link")
	case 0x1000, 0x2000, 0x6000, 0xc000:
		a.note(LinkEntry, e.Off(), e, nil, "is a device, pipe or socket")
	}
	for _, r := range e.Readings() {
		if !readable(r.Method) {
			a.note(Unreadable, e.Off(), e, nil, "method %d is not read (%s)", r.Method, r.From)
		}
		if m := a.lim.Member; r.Method != Stored && m.Ratio > 0 && r.Size > min(m.Floor, bombFloor) && r.Size/m.Ratio > r.Packed {
			a.note(Bomb, e.Off(), e, nil, "%d bytes claim to become %d", r.Packed, r.Size)
		}
		if r.Method == Stored && r.Size != r.Packed && !(e.Encrypted() && r.Packed == r.Size+cipherHeader) {
			a.note(Mismatch, e.Off(), e, nil, "stored, and yet %d bytes are to be %d (%s)", r.Packed, r.Size, r.From)
		}
	}
}

// bombFloor is the size from which the ratio of a member is told, whatever may be read of it.
const bombFloor = 16 << 20

// compareHeaders reports differences of the two headers. With flag bit 3 the local header leaves sum and sizes to the
// descriptor, which is what torch writes.
func (a *Archive) compareHeaders(e *Entry) {
	c, l := e.Central, e.Local
	if c.Name != l.Name {
		a.note(Mismatch, l.Off, e, nil, "the directory says %q, the local header %q", c.Name, l.Name)
	}
	if c.Method != l.Method {
		a.note(Mismatch, l.Off, e, nil, "the directory says method %d, the local header %d", c.Method, l.Method)
	}
	if c.Flags != l.Flags {
		a.note(Mismatch, l.Off, e, nil, "the directory has flags %#04x, the local header %#04x", c.Flags, l.Flags)
	}
	late := l.Flags&8 != 0
	if c.Packed != l.Packed && !(late && l.Packed == 0) {
		a.note(Mismatch, l.Off, e, nil, "the directory says %d bytes packed, the local header %d", c.Packed, l.Packed)
	}
	if c.Size != l.Size && !(late && l.Size == 0) {
		a.note(Mismatch, l.Off, e, nil, "the directory says %d bytes, the local header %d", c.Size, l.Size)
	}
	if c.CRC != l.CRC && !(late && l.CRC == 0) {
		a.note(Checksum, l.Off, e, nil, "the directory says checksum %08x, the local header %08x", c.CRC, l.CRC)
	}
}

// escapes says why a name is no plain relative path, or nothing.
func escapes(name string) string {
	switch {
	case name == "":
		return "the name is empty"
	case name[0] == '/' || name[0] == '\\':
		return "the path is absolute"
	case len(name) > 1 && name[1] == ':':
		return "the path names a drive"
	case strings.ContainsFunc(name, func(r rune) bool { return r < ' ' || r == 0x7f }):
		return "the name has control characters"
	case !utf8.ValidString(name):
		return ""
	}
	for part := range strings.SplitSeq(strings.ReplaceAll(name, `\`, "/"), "/") {
		if part == ".." {
			return "the path leads out of the archive"
		}
	}
	if strings.Contains(name, `\`) {
		return "the name has a backslash, which some readers take for a separator"
	}
	return ""
}
