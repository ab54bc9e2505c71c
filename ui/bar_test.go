package ui

import (
	"math"
	"testing"
	"testing/quick"

	"bakedin/internal/posture"
)

func TestSharesAreWholeAndAddUpTo100(t *testing.T) {
	for name, c := range map[string]struct {
		in   posture.Shares
		want shares
	}{
		"as they are":                  {posture.Shares{Proven: 11, Attested: 42, Gap: 18, Open: 29}, shares{11, 42, 18, 29}},
		"the largest remainder":        {posture.Shares{Proven: 10.4, Attested: 10.4, Gap: 10.4, Open: 68.8}, shares{10, 10, 11, 69}},
		"a tie goes to the gap":        {posture.Shares{Proven: 12.5, Attested: 12.5, Gap: 12.5, Open: 62.5}, shares{12, 12, 13, 63}},
		"nothing is nothing":           {posture.Shares{}, shares{}},
		"a broken report is not drawn": {posture.Shares{Proven: math.NaN(), Gap: -3, Open: math.Inf(1)}, shares{}},
	} {
		if got := wholeShares(c.in); got != c.want {
			t.Errorf("%s: %+v, want %+v", name, got, c.want)
		}
	}
	sum := func(a, b, c, d uint16) bool {
		n := wholeShares(posture.Shares{Proven: float64(a) / 10, Attested: float64(b) / 10, Gap: float64(c) / 10, Open: float64(d) / 10})
		total := n.proven + n.attested + n.gap + n.open
		return total == 100 || a == 0 && b == 0 && c == 0 && d == 0 && total == 0
	}
	if err := quick.Check(sum, nil); err != nil {
		t.Error(err)
	}
}

func TestTheBarHasAsManyCellsAsItWasGiven(t *testing.T) {
	for _, cells := range []int{0, 1, 7, 64} {
		r := newRow(newTheme(true, false, false), 100)
		drawBar(r, newTheme(true, false, false), posture.Shares{Proven: 1, Attested: 1, Gap: 97, Open: 1}, cells)
		if r.used != cells {
			t.Errorf("%d cells drawn as %d", cells, r.used)
		}
	}
}
