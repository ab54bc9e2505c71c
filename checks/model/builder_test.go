package model_test

import (
	"archive/tar"
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash/crc32"
	"io"
	"strconv"
	"strings"

	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"
	"github.com/rogpeppe/go-internal/txtar"
	"github.com/ulikunitz/xz"

	binasm "bakedin/internal/format/asm"
	"bakedin/internal/format/pickle/asm"
)

// build makes the files of a vector. A section is called "name = kind", in order: the later may use the earlier by name.
//
//	asm     a listing of package asm
//	text    as it stands
//	hex     hexadecimal
//	bin     a listing of package asm for other formats than pickles
//	cat     sections one behind the other, a name a line
//	gzip, zlib, xz, lz4, zstd, z-file     one section, packed
//	tar     file NAME SECTION · link NAME TARGET · device NAME
//	zip     entry NAME SECTION key=value …  and  bytes SECTION  between entries, and  nodir
//
// Keys of an entry set a field of both headers (method, flags, crc, size, mode), or of one (local.name, local.method,
// local.flags, central.flags, central.size …). "deflate" packs the data, "hide" leaves the entry out of the directory.
func build(vector *txtar.Archive) (map[string][]byte, error) {
	made, out := map[string][]byte{}, map[string][]byte{}
	for _, section := range vector.Files {
		name, kind, ok := strings.Cut(section.Name, " = ")
		if !ok {
			return nil, fmt.Errorf("section %q has no kind", section.Name)
		}
		b, err := make1(kind, string(section.Data), made)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		made[name] = b
		if !strings.HasPrefix(name, "$") {
			out[name] = b
		}
	}
	return out, nil
}

func make1(kind, text string, made map[string][]byte) ([]byte, error) {
	one := strings.TrimSpace(text)
	switch kind {
	case "asm":
		return asm.Assemble(text)
	case "bin":
		return binasm.Assemble(text)
	case "text":
		return []byte(text), nil
	case "hex":
		return hex.DecodeString(strings.Join(strings.Fields(text), ""))
	case "cat":
		var out []byte
		for _, name := range strings.Fields(text) {
			if made[name] == nil {
				return nil, fmt.Errorf("no section %q", name)
			}
			out = append(out, made[name]...)
		}
		return out, nil
	case "tar":
		return buildTar(text, made)
	case "zip":
		return buildZip(text, made)
	case "z-file":
		packed, err := pack("zlib", made[one])
		return append(fmt.Appendf(nil, "ZF%-19s", "0x"+strconv.FormatInt(int64(len(made[one])), 16)), packed...), err
	}
	return pack(kind, made[one])
}

func pack(kind string, content []byte) ([]byte, error) {
	var b bytes.Buffer
	var w io.WriteCloser
	var err error
	switch kind {
	case "gzip":
		w = gzip.NewWriter(&b)
	case "zlib":
		w = zlib.NewWriter(&b)
	case "xz":
		w, err = xz.NewWriter(&b)
	case "lz4":
		w = lz4.NewWriter(&b)
	case "zstd":
		w, err = zstd.NewWriter(&b)
	default:
		return nil, fmt.Errorf("no kind %q", kind)
	}
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(content); err != nil {
		return nil, err
	}
	err = w.Close()
	return b.Bytes(), err
}

func buildTar(text string, made map[string][]byte) ([]byte, error) {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for line := range strings.Lines(text) {
		words := strings.Fields(line)
		if len(words) < 2 {
			continue
		}
		h := &tar.Header{Name: words[1], Mode: 0o644, Typeflag: tar.TypeReg}
		switch words[0] {
		case "link":
			h.Typeflag, h.Linkname = tar.TypeSymlink, words[2]
		case "device":
			h.Typeflag = tar.TypeChar
		default:
			h.Size = int64(len(made[words[2]]))
		}
		if err := w.WriteHeader(h); err != nil {
			return nil, err
		}
		if h.Typeflag == tar.TypeReg {
			if _, err := w.Write(made[words[2]]); err != nil {
				return nil, err
			}
		}
	}
	err := w.Close()
	return b.Bytes(), err
}

// zipEntry is an entry with what its two headers say.
type zipEntry struct {
	local, central zipHeader
	hide           bool
	off            int
}

type zipHeader struct {
	name                string
	flags, method, mode uint64
	crc, packed, size   uint64
	extra               []byte
}

func (h *zipHeader) set(key, value string) error {
	n, err := strconv.ParseUint(value, 0, 32)
	switch key {
	case "name":
		h.name, err = value, nil
	case "extra":
		h.extra, err = hex.DecodeString(value)
	case "flags":
		h.flags = n
	case "method":
		h.method = n
	case "mode":
		h.mode = n
	case "crc":
		h.crc = n
	case "packed":
		h.packed = n
	case "size":
		h.size = n
	default:
		return fmt.Errorf("no field %q", key)
	}
	return err
}

func buildZip(text string, made map[string][]byte) ([]byte, error) {
	var out []byte
	var entries []*zipEntry
	dir := true
	for line := range strings.Lines(text) {
		words := strings.Fields(line)
		switch {
		case len(words) == 0:
		case words[0] == "nodir":
			dir = false
		case words[0] == "bytes":
			out = append(out, made[words[1]]...)
		case words[0] == "entry":
			content, ok := made[words[2]]
			if !ok {
				return nil, fmt.Errorf("no section %q", words[2])
			}
			e, data, err := entryOf(words[1], content, words[3:])
			if err != nil {
				return nil, err
			}
			e.off = len(out)
			out = append(append(out, e.local.bytes("PK\x03\x04")...), data...)
			entries = append(entries, e)
		default:
			return nil, fmt.Errorf("no line %q", words[0])
		}
	}
	if !dir {
		return out, nil
	}
	start, count := len(out), uint16(0)
	for _, e := range entries {
		if e.hide {
			continue
		}
		count++
		h := e.central.bytes("PK\x01\x02")
		binary.LittleEndian.PutUint32(h[42:], uint32(e.off))
		out = append(out, h...)
	}
	end := make([]byte, 22)
	copy(end, "PK\x05\x06")
	le := binary.LittleEndian
	le.PutUint16(end[8:], count)
	le.PutUint16(end[10:], count)
	le.PutUint32(end[12:], uint32(len(out)-start))
	le.PutUint32(end[16:], uint32(start))
	return append(out, end...), nil
}

func entryOf(name string, content []byte, keys []string) (*zipEntry, []byte, error) {
	data := content
	h := zipHeader{name: name, crc: uint64(crc32.ChecksumIEEE(content)), packed: uint64(len(content)), size: uint64(len(content))}
	e := &zipEntry{}
	for _, k := range keys {
		if k == "deflate" {
			var b bytes.Buffer
			w, _ := flate.NewWriter(&b, 9)
			_, _ = w.Write(content)
			_ = w.Close()
			data, h.method, h.packed = b.Bytes(), 8, uint64(b.Len())
		}
	}
	e.local, e.central = h, h
	for _, k := range keys {
		key, value, _ := strings.Cut(k, "=")
		var err error
		switch side, field, sided := strings.Cut(key, "."); {
		case key == "deflate":
		case key == "hide":
			e.hide = true
		case sided && side == "local":
			err = e.local.set(field, value)
		case sided:
			err = e.central.set(field, value)
		default:
			if err = e.local.set(key, value); err == nil {
				err = e.central.set(key, value)
			}
		}
		if err != nil {
			return nil, nil, err
		}
	}
	return e, data, nil
}

// bytes writes a local header, or a directory entry with its offset still open.
func (h zipHeader) bytes(sig string) []byte {
	le := binary.LittleEndian
	b := []byte(sig)
	if sig == "PK\x01\x02" {
		b = le.AppendUint16(b, 3<<8|20)
	}
	b = le.AppendUint16(b, 20)
	b = le.AppendUint16(b, uint16(h.flags))
	b = le.AppendUint16(b, uint16(h.method))
	b = append(b, 0, 0, 0x21, 0)
	b = le.AppendUint32(b, uint32(h.crc))
	b = le.AppendUint32(b, uint32(h.packed))
	b = le.AppendUint32(b, uint32(h.size))
	b = le.AppendUint16(b, uint16(len(h.name)))
	b = le.AppendUint16(b, uint16(len(h.extra)))
	if sig == "PK\x01\x02" {
		b = append(b, 0, 0, 0, 0, 0, 0)
		b = le.AppendUint32(b, uint32(h.mode)<<16)
		b = append(b, 0, 0, 0, 0)
	}
	return append(append(b, h.name...), h.extra...)
}
