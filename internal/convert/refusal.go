package convert

import (
	"errors"
	"fmt"
	"strings"

	"bakedin/internal/format/pickle"
)

// Code names a reason why nothing was written. It is an error, so that errors.Is finds it in a Refusal.
type Code string

func (c Code) Error() string { return string(c) }

// The codes. They are stable and stand in JSON.
const (
	ErrNotCheckpoint     Code = "not-checkpoint"
	ErrOldTar            Code = "old-tar"
	ErrTorchScript       Code = "torchscript"
	ErrLayout            Code = "layout"
	ErrCode              Code = "code"
	ErrOpcode            Code = "opcode"
	ErrLimit             Code = "limit"
	ErrDuplicateEntry    Code = "duplicate-entry"
	ErrZipMismatch       Code = "zip-mismatch"
	ErrCompressed        Code = "compressed"
	ErrChecksum          Code = "checksum"
	ErrStorageSize       Code = "storage-size"
	ErrStorageRedeclared Code = "storage-redeclared"
	ErrMissingStorage    Code = "missing-storage"
	ErrTensor            Code = "tensor" // a rebuild function with arguments that torch never writes
	ErrOutOfBounds       Code = "out-of-bounds"
	ErrNegative          Code = "negative"
	ErrDtype             Code = "dtype"
	ErrBool              Code = "bool"
	ErrQuantised         Code = "quantised"
	ErrSparse            Code = "sparse"
	ErrNoTensors         Code = "no-tensors"
	ErrNameClash         Code = "name-clash"
	ErrName              Code = "name" // no text that can be the name of a tensor
	ErrBlowup            Code = "blow-up"
	ErrHeaderTooLarge    Code = "header-too-large"
	ErrObjectArray       Code = "object-array"
	ErrChanged           Code = "changed"
	ErrExists            Code = "exists"
	ErrVerify            Code = "verify"
)

// next is what a person can do about a code, when the problem itself does not know better.
var next = map[Code]string{
	ErrOldTar:            "load and save it again with a newer torch, in an isolated environment",
	ErrTorchScript:       "export the state dict where its code is trusted, and convert that",
	ErrCode:              "--rescue copies the weights alone and leaves the code behind",
	ErrDuplicateEntry:    "get the file again from its publisher",
	ErrZipMismatch:       "get the file again from its publisher",
	ErrCompressed:        "get the file as torch.save writes it, without compression",
	ErrChecksum:          "the file is damaged or was altered; get it again from its publisher",
	ErrStorageSize:       "the file is damaged or was altered; get it again from its publisher",
	ErrStorageRedeclared: "the file is damaged or was altered; get it again from its publisher",
	ErrMissingStorage:    "the file is damaged or was altered; get it again from its publisher",
	ErrOutOfBounds:       "the file is damaged or was altered; get it again from its publisher",
	ErrQuantised:         "--rescue writes the raw integers beside their scales",
	ErrSparse:            "--rescue writes indices and values as tensors of their own",
	ErrBlowup:            "--allow-growth permits it",
	ErrHeaderTooLarge:    "save the model in shards",
	ErrChanged:           "run again when nothing writes to it",
	ErrNameClash:         "--root KEY takes one part of the file",
}

// Problem is one reason, with its place.
type Problem struct {
	Code  Code   `json:"code"`
	Entry string `json:"entry,omitempty"` // member of an archive
	Off   int64  `json:"byte"`            // in the entry, else in the file; -1 when there is no place
	Msg   string `json:"message"`
	Next  string `json:"next,omitempty"`
}

// Refusal says why a file was not converted. Nothing was written. Strings of the file stand in it quoted.
type Refusal struct {
	File     string    `json:"file"`
	Problems []Problem `json:"problems"`
	More     int       `json:"more,omitempty"` // that were counted and not kept
}

const maxProblems = 20

func (r *Refusal) Error() string {
	var b strings.Builder
	for i, p := range r.Problems {
		if i > 0 {
			b.WriteByte('\n')
		}
		fmt.Fprintf(&b, "%s: ", r.File)
		if p.Entry != "" {
			fmt.Fprintf(&b, "%s: ", p.Entry)
		}
		if p.Off >= 0 {
			fmt.Fprintf(&b, "byte %d: ", p.Off)
		}
		b.WriteString(p.Msg)
		if p.Next != "" && (i+1 == len(r.Problems) || r.Problems[i+1].Next != p.Next) {
			fmt.Fprintf(&b, "; %s", p.Next)
		}
	}
	if r.More > 0 {
		fmt.Fprintf(&b, "\n%s: and %d more problems", r.File, r.More)
	}
	return b.String()
}

// Is finds a Code.
func (r *Refusal) Is(target error) bool {
	for _, p := range r.Problems {
		if target == p.Code {
			return true
		}
	}
	return false
}

// Failed tells a failure (a limit, a source that changed, a written file that is not as planned) from a refusal.
func (r *Refusal) Failed() bool {
	return r.Is(ErrLimit) || r.Is(ErrChanged) || r.Is(ErrVerify)
}

func (r *Refusal) add(c Code, entry string, off int64, format string, args ...any) {
	if len(r.Problems) >= maxProblems {
		r.More++
		return
	}
	r.Problems = append(r.Problems, Problem{c, entry, off, fmt.Sprintf(format, args...), next[c]})
}

// err is the refusal when it has a reason.
func (r *Refusal) err() error {
	if len(r.Problems) == 0 {
		return nil
	}
	return r
}

func refuse(file string, c Code, entry string, off int64, format string, args ...any) error {
	r := &Refusal{File: file}
	r.add(c, entry, off, format, args...)
	return r
}

// refusePickle turns an error of the pickle machine into a problem.
func (r *Refusal) refusePickle(entry string, base int64, err error) {
	var limit *pickle.LimitError
	var syntax *pickle.SyntaxError
	switch {
	case errors.As(err, &limit):
		r.add(ErrLimit, entry, base+limit.Off, "the limit of %s in a pickle was reached", limit.Limit)
	case errors.As(err, &syntax):
		r.add(ErrOpcode, entry, base+syntax.Off, "%s", syntax.Msg)
	default:
		r.add(ErrOpcode, entry, -1, "%v", err)
	}
}
