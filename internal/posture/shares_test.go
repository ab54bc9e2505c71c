package posture

import (
	"math"
	"math/rand/v2"
	"testing"
)

func TestSharesAddUpToHundred(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 20000 {
		var a amounts
		for i := range a {
			if r.IntN(3) > 0 {
				a[i] = float64(r.IntN(80)) * 2.5
			}
		}
		for _, unit := range []float64{0.1, 1} {
			s := a.round(unit)
			sum := s.Proven + s.Attested + s.Gap + s.Open
			if a.sum() == 0 {
				if sum != 0 {
					t.Fatalf("nothing applies, shares %v", s)
				}
				continue
			}
			if math.Abs(sum-100) > 1e-6 {
				t.Fatalf("%v in steps of %v: %v adds up to %v", a, unit, s, sum)
			}
			if i := s.Interval(); math.Abs(i.High-i.Low-s.Open) > 1e-6 || i.High > 100.0001 {
				t.Fatalf("interval %v of %v", i, s)
			}
		}
	}
}

func TestTiesGoToTheGap(t *testing.T) {
	if s := (amounts{1, 1, 1, 0}).round(1); s.Gap != 34 || s.Proven != 33 || s.Attested != 33 {
		t.Errorf("got %+v", s)
	}
	if s := (amounts{1, 0, 0, 1}).round(100); s.Open != 100 {
		t.Errorf("between open and proven the rest goes to open, got %+v", s)
	}
}

func TestWholeNumbersAgreeWithTheirInterval(t *testing.T) {
	s := Shares{Proven: 10.5, Attested: 42.3, Gap: 17.8, Open: 29.4}.Whole()
	if s.Proven+s.Attested+s.Gap+s.Open != 100 {
		t.Errorf("%+v", s)
	}
	if i := s.Interval(); i.Low != s.Proven+s.Attested || i.High != i.Low+s.Open {
		t.Errorf("%+v of %+v", i, s)
	}
}
