package repo

import (
	"fmt"
	"path/filepath"
	"strings"
	"unicode/utf8"
)

// checkPath refuses what is no path of a file of the tree: absolute paths, "..", backslash tricks of Windows and .git.
func checkPath(path string) error {
	if path == "" || path == "." {
		return fmt.Errorf("%q is a folder, not a file", path)
	}
	if strings.ContainsRune(path, 0) {
		return fmt.Errorf("path %q has a NUL byte in it", path)
	}
	for part := range strings.SplitSeq(path, "/") {
		switch {
		case part == "" || part == "." || part == "..":
			return fmt.Errorf("path %q is not relative to the root of the repository", path)
		case isGitName(part):
			return fmt.Errorf("path %q lies in git's own folder, which is never touched", path)
		}
	}
	if !filepath.IsLocal(filepath.FromSlash(path)) {
		return fmt.Errorf("path %q is not relative to the root of the repository", path)
	}
	return nil
}

// isGitName tells whether some file system opens .git under that name: case is folded by macOS and Windows, trailing dots
// and spaces are dropped and "git~1" is its short name on Windows, and macOS ignores certain invisible characters.
// Source: git's verify_path, is_hfs_dotgit and is_ntfs_dotgit.
func isGitName(part string) bool {
	if len(part) < 4 || part[0] != '.' && part[0] != 'g' && part[0] != 'G' && part[0] < utf8.RuneSelf {
		return false
	}
	name, _, _ := strings.Cut(part, ":") // an alternate data stream of NTFS
	name = strings.TrimRight(name, ". ")
	name = strings.Map(func(r rune) rune {
		if r >= 0x200b && r <= 0x200f || r >= 0x202a && r <= 0x202e || r >= 0x2060 && r <= 0x206f || r == 0xfeff {
			return -1
		}
		return r
	}, name)
	return strings.EqualFold(name, ".git") || strings.EqualFold(name, "git~1")
}

func inside(path, dir string) bool {
	return dir == "" || path == dir || strings.HasPrefix(path, dir) && path[len(dir)] == '/'
}

func isOID(s string) bool { return len(s) == 64 && strings.Trim(s, "0123456789abcdef") == "" }
