package pickle

import "bytes"

// What is looked at behind a STOP for another stream.
const (
	searchBytes = 1 << 20
	searchTries = 64
)

// search returns the offset of the next plausible stream behind off, or the size of the file.
func (f *File) search(off int64) int64 {
	buf := make([]byte, min(searchBytes, max(f.src.size-off, 0)))
	buf = buf[:f.src.at(buf, off)]
	lim := Limits{Bytes: 1 << 20, Ops: 1 << 16, Memory: 1 << 20, Streams: 1}
	for i, tries := 1, 0; i < len(buf) && tries < searchTries; i++ {
		if !start(buf[i:]) {
			continue
		}
		tries++
		src := newSource(f.src.r, f.src.size, lim.Bytes)
		if run(src, off+int64(i), lim, map[int64]*Import{}, Plain).s.plausible() {
			return off + int64(i)
		}
	}
	return f.src.size
}

// start tells whether a pickle may begin here: with its protocol, or with an import spelled out.
func start(b []byte) bool {
	if len(b) < 4 {
		return false
	}
	switch b[0] {
	case 0x80:
		return b[1] <= 5 && opcodes[b[2]].Name != ""
	case 'c', 'i':
		module, rest, ok := bytes.Cut(b[1:min(len(b), 256)], []byte("\n"))
		if !ok || !identifier(string(module)) {
			return false
		}
		name, _, ok := bytes.Cut(rest, []byte("\n"))
		return ok && identifier(string(name))
	case '(':
		return b[1] == 'c' || b[1] == 'i' || b[1] == 'S' || b[1] == 'd' || b[1] == 'l'
	}
	return false
}

// zeros tells whether [from, to) holds nothing but zeros, looking at no more than a search does.
func (f *File) zeros(from, to int64) bool {
	buf := make([]byte, min(searchBytes, max(to-from, 0)))
	buf = buf[:f.src.at(buf, from)]
	return len(bytes.Trim(buf, "\x00")) == 0
}
