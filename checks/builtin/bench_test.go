package builtin

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"bakedin/checks"
	"bakedin/checks/checkstest"
	"bakedin/internal/repo"
)

// generated writes the repository that speed is measured on.
func generated(b *testing.B, n int) (dir string, bytes int64) {
	b.Helper()
	dir = b.TempDir()
	for p, content := range checkstest.Generate(n) {
		p = filepath.Join(dir, p)
		if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
			b.Fatal(err)
		}
		if err := os.WriteFile(p, content, 0o644); err != nil {
			b.Fatal(err)
		}
		bytes += int64(len(content))
	}
	return dir, bytes
}

func openDir(b *testing.B, dir string) *repo.Tree {
	b.Helper()
	tree, err := repo.OpenDir(b.Context(), dir, repo.Options{})
	if err != nil {
		b.Fatal(err)
	}
	return tree
}

func BenchmarkWalk(b *testing.B) {
	dir, _ := generated(b, 3000)
	for b.Loop() {
		openDir(b, dir).Close()
	}
}

func BenchmarkClassify(b *testing.B) {
	dir, _ := generated(b, 3000)
	tree := openDir(b, dir)
	defer tree.Close()
	for b.Loop() {
		for _, f := range tree.Files {
			if _, err := tree.Assets(f); err != nil {
				b.Fatal(err)
			}
		}
	}
}

// BenchmarkCheck is a whole check of 3,000 Python files, rules compiled anew as in a fresh process.
func BenchmarkCheck(b *testing.B) {
	dir, bytes := generated(b, 3000)
	b.SetBytes(bytes)
	b.ReportAllocs()
	for b.Loop() {
		rs, err := Ruleset()
		if err != nil {
			b.Fatal(err)
		}
		tree := openDir(b, dir)
		if err := checks.Run(context.Background(), tree, rs, checks.Options{}, checks.Discard{}); err != nil {
			b.Fatal(err)
		}
		tree.Close()
	}
}
