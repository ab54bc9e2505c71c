package convert

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"hash/crc32"
	"io"
	"slices"

	"bakedin/internal/format/safetensors"
)

// Receipt tells what was copied, with a digest of every tensor in logical element order. It is the same for the same source
// and options.
type Receipt struct {
	Format  string `json:"format"`
	Tool    string `json:"tool"`
	Level   Level  `json:"policy"`
	Source  Source `json:"source"`
	Checked string `json:"source_checked"` // against what the bytes of the source were held
	Output  struct {
		Size   int64  `json:"size"`
		SHA256 string `json:"sha256,omitempty"`
	} `json:"output"`
	Reread   bool            `json:"reread"` // the written file was read again and is as planned
	Tensors  []ReceiptTensor `json:"tensors"`
	Ties     []Tie           `json:"ties"`
	Unshared [][]string      `json:"unshared"`
	Dropped  int             `json:"dropped"`
	Left     int             `json:"left_behind"`
}

// ReceiptFormat names the form of a receipt.
const ReceiptFormat = "bakedin-receipt-v1"

// ReceiptTensor is a tensor with its digests.
type ReceiptTensor struct {
	Name    string  `json:"name"`
	DType   string  `json:"dtype"`
	Shape   []int64 `json:"shape"`
	Storage string  `json:"storage"`
	Way     string  `json:"way"`
	CRC32   string  `json:"crc32"`
	SHA256  string  `json:"sha256,omitempty"`
}

func (p *Plan) newReceipt() *Receipt {
	r := &Receipt{Format: ReceiptFormat, Tool: tool(p.Source.Tool), Level: p.Level, Source: p.Source,
		Checked: "the CRC-32 of the archive, of every storage that a tensor was taken from",
		Ties:    list(p.Ties), Unshared: list(p.Unshared), Dropped: len(p.Dropped), Left: len(p.Left)}
	if p.Source.Container == "torch legacy" {
		r.Checked = "nothing: the legacy format has no checksums"
	}
	r.Output.Size = p.Size
	for _, e := range p.Tensors {
		r.Tensors = append(r.Tensors, ReceiptTensor{Name: e.Name, DType: e.DType, Shape: list(e.Shape), Storage: e.Storage, Way: e.Way})
	}
	return r
}

// Verify holds a safetensors file to a receipt: the strict reader finds no fault in it, it has exactly those tensors, and
// their bytes have those digests.
func Verify(ctx context.Context, r io.ReaderAt, size int64, name string, receipt *Receipt) error {
	bad := func(format string, args ...any) error {
		return refuse(name, ErrVerify, "", -1, format, args...)
	}
	f, err := safetensors.Parse(r, size, safetensors.Limits{Header: maxHeader, Depth: 16})
	switch {
	case err != nil:
		return bad("the strict reader says: %v", err)
	case len(f.Problems) > 0:
		return bad("the strict reader says: byte %d: %s", f.Problems[0].Off, f.Problems[0].Msg)
	case size != receipt.Output.Size:
		return bad("it has %d bytes, the receipt %d", size, receipt.Output.Size)
	case len(f.Tensors) != len(receipt.Tensors):
		return bad("it has %d tensors, the receipt %d", len(f.Tensors), len(receipt.Tensors))
	}
	found := make(map[string]*safetensors.Tensor, len(f.Tensors))
	for i := range f.Tensors {
		found[f.Tensors[i].Name] = &f.Tensors[i]
	}
	buf := make([]byte, chunkBytes)
	for _, want := range receipt.Tensors {
		t := found[want.Name]
		if t == nil || t.DType != want.DType || !slices.Equal(t.Shape, want.Shape) {
			return bad("tensor %q is not there as the receipt says", want.Name)
		}
		crc, sum256, err := digests(ctx, io.NewSectionReader(r, f.Data+t.Begin, t.End-t.Begin), buf, want.SHA256 != "")
		if err != nil {
			return err
		}
		if crc != want.CRC32 || sum256 != want.SHA256 {
			return bad("the bytes of tensor %q are not those of the receipt", want.Name)
		}
	}
	return nil
}

func digests(ctx context.Context, r io.Reader, buf []byte, with256 bool) (crc, sum256 string, err error) {
	var h hash.Hash
	if with256 {
		h = sha256.New()
	}
	sum := uint32(0)
	for {
		if err := ctx.Err(); err != nil {
			return "", "", err
		}
		n, err := io.ReadFull(r, buf)
		sum = crc32.Update(sum, crc32.IEEETable, buf[:n])
		if h != nil {
			h.Write(buf[:n])
		}
		switch {
		case err == io.EOF || errors.Is(err, io.ErrUnexpectedEOF):
			if h != nil {
				sum256 = hex.EncodeToString(h.Sum(nil))
			}
			return hex32(sum), sum256, nil
		case err != nil:
			return "", "", fmt.Errorf("read what was written: %w", err)
		}
	}
}
