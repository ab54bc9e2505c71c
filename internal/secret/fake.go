package secret

import (
	"fmt"
	"math/rand/v2"
	"regexp/syntax"
	"strings"
)

// Fake makes a credential of a format for an example or a test, always the same one. No credential-shaped text stands in
// the sources: the push protection of code hosts would refuse it, rightly.
func (f *Format) Fake() (string, error) {
	for seed := range uint64(200) {
		v, err := fake(f.re().String(), rand.New(rand.NewPCG(seed, 7)))
		if err != nil {
			return "", err
		}
		text := []byte(v)
		if f.near != nil {
			word, err := fake(f.near().String(), rand.New(rand.NewPCG(seed, 7)))
			if err != nil {
				return "", err
			}
			text = []byte(word + " " + v)
		}
		for range f.Find(text) {
			return v, nil
		}
	}
	return "", fmt.Errorf("secret %s: no value of the pattern is found by it", f.ID)
}

func fake(expr string, r *rand.Rand) (string, error) {
	re, err := syntax.Parse(expr, syntax.Perl)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	write(&b, re, r)
	return b.String(), nil
}

func write(b *strings.Builder, re *syntax.Regexp, r *rand.Rand) {
	repeat := func(n int) {
		for range n {
			write(b, re.Sub[0], r)
		}
	}
	switch re.Op {
	case syntax.OpLiteral:
		b.WriteString(string(re.Rune))
	case syntax.OpCharClass:
		b.WriteRune(oneOf(re.Rune, r))
	case syntax.OpConcat, syntax.OpCapture:
		for _, sub := range re.Sub {
			write(b, sub, r)
		}
	case syntax.OpAlternate:
		write(b, re.Sub[r.IntN(len(re.Sub))], r)
	case syntax.OpPlus:
		repeat(1 + r.IntN(8))
	case syntax.OpRepeat:
		repeat(max(re.Min, 1))
	}
}

// oneOf picks from a class, evenly over its characters.
func oneOf(ranges []rune, r *rand.Rand) rune {
	total := 0
	for i := 0; i < len(ranges); i += 2 {
		total += int(min(ranges[i+1], '~') - ranges[i] + 1)
	}
	n := r.IntN(max(total, 1))
	for i := 0; i < len(ranges); i += 2 {
		size := int(min(ranges[i+1], '~') - ranges[i] + 1)
		if n < size {
			return ranges[i] + rune(n)
		}
		n -= size
	}
	return ranges[0]
}
