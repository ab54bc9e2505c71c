package sniff

import (
	"bytes"
	"strconv"
	"strings"
)

// LFSContent is what a git-lfs pointer file stands for.
type LFSContent struct {
	OID  string // sha256 of the object, 64 lower-case hex digits
	Size int64  // bytes of the object
}

// ParseLFS reads a git-lfs pointer. Size is that of the file; pointers are below 1,024 bytes.
// Source: https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md
func ParseLFS(head []byte, size int64) (*LFSContent, bool) {
	if size > 1024 || int64(len(head)) < size || !bytes.HasPrefix(head, []byte("version https://git-lfs.github.com/spec/v1")) {
		return nil, false
	}
	l := &LFSContent{Size: -1}
	for line := range strings.Lines(string(head)) {
		key, value, _ := strings.Cut(strings.TrimRight(line, "\r\n"), " ")
		switch key {
		case "oid":
			oid, ok := strings.CutPrefix(value, "sha256:")
			if !ok || len(oid) != 64 || strings.Trim(oid, "0123456789abcdef") != "" {
				return nil, false
			}
			l.OID = oid
		case "size":
			n, err := strconv.ParseInt(value, 10, 64)
			if err != nil || n < 0 {
				return nil, false
			}
			l.Size = n
		}
	}
	return l, l.OID != "" && l.Size >= 0
}
