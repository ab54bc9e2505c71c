package sniff

import (
	"bytes"
	"encoding/binary"
	"strconv"
	"strings"
)

const (
	localSig   = "PK\x03\x04"
	centralSig = "PK\x01\x02"
	endSig     = "PK\x05\x06"
)

func zipAtHead(head []byte) bool {
	return bytes.HasPrefix(head, []byte(localSig)) || bytes.HasPrefix(head, []byte(endSig)) || bytes.HasPrefix(head, []byte("PK\x07\x08"))
}

// zipAtTail looks for an end record whose comment fits into the file. Whatever stands at the start of the file, a zip reader
// opens it by this record.
func zipAtTail(tail []byte) bool {
	for b := tail; ; {
		i := bytes.LastIndex(b, []byte(endSig))
		if i < 0 {
			return false
		}
		if rest := tail[i:]; len(rest) >= 22 && 22+int(binary.LittleEndian.Uint16(rest[20:])) <= len(rest) {
			return true
		}
		b = b[:i]
	}
}

// directory is what of the tail the last end record calls its directory: that of an archive inside stands before it.
func directory(tail []byte) []byte {
	end := bytes.LastIndex(tail, []byte(endSig))
	if end < 0 || len(tail)-end < 22 {
		return tail
	}
	if n := int64(binary.LittleEndian.Uint32(tail[end+12:])); n <= int64(end) {
		return tail[int64(end)-n:]
	}
	return tail
}

// directoryAtTail asks for more than an end record: that of the directory it tells of, entries stand before it. A program that
// knows zip archives has the letters of an end record among its constants.
func directoryAtTail(tail []byte) bool {
	end := bytes.LastIndex(tail, []byte(endSig))
	if end < 0 || len(tail)-end < 22 {
		return false
	}
	n := int64(binary.LittleEndian.Uint32(tail[end+12:]))
	if n <= int64(end) {
		return bytes.HasPrefix(tail[int64(end)-n:], []byte(centralSig))
	}
	return bytes.Contains(tail[:end], []byte(centralSig)) // it begins before the tail
}

// zipKind names what is packed, by the names of the first local header and of the directory entries in the tail. It is a
// hint for routing and display; internal/format/torch and its siblings decide by reading the directory.
func zipKind(head, tail []byte) Format {
	var kinds [4]bool // pickle record, code, package, export
	kind := Format("")
	look := func(name string) {
		_, base, ok := strings.Cut(name, "/")
		if !ok {
			base = name
		}
		switch strings.ToLower(base) {
		case "data.pkl":
			kinds[0] = true
		case "constants.pkl":
			kinds[1] = true
		case ".data/extern_modules":
			kinds[2] = true
		case "archive_format", "serialized_exported_program.json", "models/model.json":
			kinds[3] = true
		}
		switch strings.ToLower(name) {
		case "metadata.json", "model.weights.h5":
			kind = Keras
		case "schema.json":
			kind = Skops
		case "mar-inf/manifest.json":
			kind = MAR
		case "serialized_exported_program.json", "archive_format":
			kinds[3] = true
		}
		if kind == "" && strings.HasSuffix(name, ".npy") {
			kind = NPZ
		}
	}
	if len(head) >= 30 && string(head[:4]) == localSig {
		n := int(binary.LittleEndian.Uint16(head[26:]))
		look(string(head[30:min(len(head), 30+n)]))
	}
	for b := directory(tail); ; {
		i := bytes.Index(b, []byte(centralSig))
		if i < 0 || len(b)-i < 46 {
			break
		}
		n := int(binary.LittleEndian.Uint16(b[i+28:]))
		look(string(b[i+46 : min(len(b), i+46+n)]))
		b = b[i+46:]
	}
	switch {
	case kinds[2]:
		return TorchPackage
	case kinds[3]:
		return TorchExport
	case kinds[1]:
		return TorchScript
	case kinds[0]:
		return TorchZip
	}
	return kind
}

// isTar accepts the ustar magic, and the header of older archives when its checksum holds.
func isTar(head []byte) bool {
	if len(head) < 512 {
		return false
	}
	if string(head[257:262]) == "ustar" {
		return true
	}
	if head[0] == 0 {
		return false
	}
	want, err := strconv.ParseInt(strings.Trim(string(head[148:156]), " \x00"), 8, 32)
	if err != nil {
		return false
	}
	var sum int64
	for i, c := range head[:512] {
		if i >= 148 && i < 156 {
			c = ' '
		}
		sum += int64(c)
	}
	return sum == want
}

// tarOfTorch knows the four members that torch before 0.1.10 wrote.
func tarOfTorch(head []byte) bool {
	name, _, _ := strings.Cut(string(head[:100]), "\x00")
	switch strings.TrimPrefix(name, "./") {
	case "sys_info", "pickle", "storages", "tensors":
		return true
	}
	return false
}
