// Package demo is the sample repository that comes with bakedin: a small support assistant with good and bad in it, held in
// memory. What must not lie in a source tree is made when it is opened: a checkpoint that would run a program, a key, and
// dates that stay in the future.
package demo

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io/fs"
	"os"
	"path"
	"strings"
	"time"

	"github.com/spf13/afero"

	"bakedin/internal/format/pickle/asm"
	"bakedin/internal/repo"
)

//go:embed all:testdata/acme-support
var files embed.FS

const root = "testdata/acme-support"

// Name of the repository.
const Name = "acme-support"

// reranker is the object of a checkpoint whose loader would start a program. It says echo, and nothing here loads it.
const reranker = `
PROTO 2
EMPTY_DICT
MARK
BINUNICODE "head.weight"
GLOBAL "posix" "system"
BINUNICODE "echo a checkpoint can run anything"
TUPLE1
REDUCE
SETITEMS
STOP
`

// Files returns the repository as paths and contents. Dates in it are relative to now.
func Files(now time.Time) (map[string][]byte, error) {
	out := map[string][]byte{}
	err := fs.WalkDir(files, root, func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		out[strings.TrimPrefix(p, root+"/")], err = files.ReadFile(p)
		return err
	})
	if err != nil {
		return nil, err
	}
	weights := safetensors("embed.weight", 16, 8)
	sum := sha256.Sum256(weights)
	day := func(days int) string { return now.AddDate(0, 0, days).Format(time.DateOnly) }
	fill := strings.NewReplacer(
		"@@PROVIDER_KEY@@", "sk-"+"proj-"+strings.Repeat("Zq7", 8)+"T3Blbk"+"FJ"+strings.Repeat("w4X", 8),
		"@@EMBED_SHA256@@", hex.EncodeToString(sum[:]),
		"@@TODAY@@", day(0), "@@LAST_MONTH@@", day(-30), "@@IN_60_DAYS@@", day(60),
	)
	for p, text := range out {
		out[p] = []byte(fill.Replace(string(text)))
	}
	out["models/embed.safetensors"] = weights
	if out["models/reranker.pt"], err = checkpoint(reranker); err != nil {
		return nil, err
	}
	return out, nil
}

// FS returns the repository as a writable file system in memory: fixes can be tried on it.
func FS(now time.Time) (afero.Fs, error) {
	contents, err := Files(now)
	if err != nil {
		return nil, err
	}
	mem := afero.NewMemMapFs()
	for p, b := range contents {
		if err := afero.WriteFile(mem, p, b, 0o644); err != nil {
			return nil, err
		}
	}
	return mem, nil
}

// Write puts the repository into a folder that does not exist yet or is empty.
func Write(dir string, now time.Time) (int, error) {
	if entries, err := os.ReadDir(dir); err == nil && len(entries) > 0 {
		return 0, fmt.Errorf("%s is not empty; name a folder that does not exist", dir)
	}
	contents, err := Files(now)
	if err != nil {
		return 0, err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return 0, err
	}
	return len(contents), repo.Fill(dir, contents)
}

// checkpoint wraps a pickle the way torch does since 1.6: a zip of stored entries below one folder.
func checkpoint(listing string) ([]byte, error) {
	object, err := asm.Assemble(listing)
	if err != nil {
		return nil, err
	}
	var buf bytes.Buffer
	z := zip.NewWriter(&buf)
	for _, e := range []struct {
		name string
		data []byte
	}{{"data.pkl", object}, {"byteorder", []byte("little")}, {"version", []byte("3\n")}} {
		w, err := z.CreateHeader(&zip.FileHeader{Name: path.Join("reranker", e.name), Method: zip.Store})
		if err != nil {
			return nil, err
		}
		if _, err := w.Write(e.data); err != nil {
			return nil, err
		}
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	return buf.Bytes(), nil
}

// safetensors is a file with one tensor of zeros: length of the header, header, data.
func safetensors(name string, rows, columns int) []byte {
	n := rows * columns * 4
	header := fmt.Sprintf(`{"__metadata__":{"format":"pt"},%q:{"dtype":"F32","shape":[%d,%d],"data_offsets":[0,%d]}}`, name, rows, columns, n)
	header += strings.Repeat(" ", (8-len(header)%8)%8)
	out := binary.LittleEndian.AppendUint64(nil, uint64(len(header)))
	return append(append(out, header...), make([]byte, n)...)
}
