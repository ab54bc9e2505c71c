package pickle

import (
	"math/big"
	"slices"
	"strings"
)

// maxDigits is what is read of a long integer: more of it is refused.
const maxDigits = 1 << 10

// Integer returns the number of an Int or a Big. It is nil for other kinds and for more than a kibibyte of digits.
func (f *File) Integer(v Value) *big.Int {
	switch v.Kind() {
	case Int:
		return big.NewInt(v.n)
	case Big:
	default:
		return nil
	}
	off, n := v.Range()
	if n > maxDigits {
		return nil
	}
	b := make([]byte, n)
	b = b[:f.src.at(b, off)]
	if v.encoding() == decimal {
		i, ok := new(big.Int).SetString(strings.TrimSpace(strings.TrimSuffix(string(b), "L")), 10)
		if !ok {
			return nil
		}
		return i
	}
	slices.Reverse(b)
	i := new(big.Int).SetBytes(b)
	if len(b) > 0 && b[0]&0x80 != 0 {
		i.Sub(i, new(big.Int).Lsh(big.NewInt(1), uint(8*len(b))))
	}
	return i
}
