package posture

import (
	"math"
	"slices"

	"bakedin/rules"
)

// amounts are weights by share, in the order proven, attested, gap, open.
type amounts [4]float64

// the order in which a tie in rounding goes: gap, then open, attested, proven
var tieOrder = [4]int{3, 2, 0, 1}

// round makes percentages of the amounts in steps of unit, by largest remainder, so that they add up to exactly 100.
func (a amounts) round(unit float64) Shares {
	total := a[0] + a[1] + a[2] + a[3]
	if total == 0 {
		return Shares{}
	}
	steps := int(math.Round(100 / unit))
	var whole [4]int
	var rest [4]float64
	left := steps
	for i, x := range a {
		exact := x / total * float64(steps)
		whole[i] = int(math.Floor(exact + 1e-9))
		rest[i] = exact - float64(whole[i])
		left -= whole[i]
	}
	order := []int{0, 1, 2, 3}
	slices.SortStableFunc(order, func(i, j int) int {
		if d := rest[j] - rest[i]; math.Abs(d) > 1e-9 {
			return int(math.Copysign(1, d))
		}
		return tieOrder[i] - tieOrder[j]
	})
	for k := range left {
		whole[order[k%4]]++
	}
	scale := func(n int) float64 { return math.Round(float64(n)*unit*10) / 10 }
	return Shares{Proven: scale(whole[0]), Attested: scale(whole[1]), Gap: scale(whole[2]), Open: scale(whole[3])}
}

// Interval of the shares: what is met, and what is met plus what nobody has looked at yet.
func (s Shares) Interval() Interval {
	low := s.Proven + s.Attested
	return Interval{Low: math.Round(low*10) / 10, High: math.Round((low+s.Open)*10) / 10}
}

// Whole rounds shares to whole numbers that add up to 100, for a screen.
func (s Shares) Whole() Shares { return amounts{s.Proven, s.Attested, s.Gap, s.Open}.round(1) }

func weigh(recs []Recommendation, keep func(*Recommendation) bool) (a amounts, na, waived, unknown float64, c Counts) {
	for i := range recs {
		r := &recs[i]
		if !keep(r) {
			continue
		}
		switch r.Status {
		case Pass:
			if r.Basis != nil && *r.Basis == Proven {
				a[0] += r.Weight
				c.PassProven++
			} else {
				a[1] += r.Weight
				c.PassAttested++
			}
		case Gap:
			a[2] += r.Weight
			c.Gap++
		case Waived:
			a[2] += r.Weight
			waived += r.Weight
			c.Waived++
		case NotApplicable:
			na += r.Weight
			c.NotApplicable++
		case Unknown:
			a[3] += r.Weight
			unknown += r.Weight
			c.Unknown++
		default:
			a[3] += r.Weight
			c.NeedsYou++
		}
	}
	return a, na, waived, unknown, c
}

func (a amounts) sum() float64 { return a[0] + a[1] + a[2] + a[3] }

// measure computes the numbers of the whole and of the sections. It returns nil when nothing applies.
func measure(g *rules.Guideline, recs []Recommendation) *Posture {
	all, na, waived, unknown, counts := weigh(recs, func(*Recommendation) bool { return true })
	total := all.sum()
	if total == 0 {
		return nil
	}
	p := &Posture{
		ApplicableWeight: total, NotApplicableWeight: na, NotApplicableShare: math.Round(na/(total+na)*1000) / 10,
		Shares: all.round(0.1), Counts: counts, CriticalGaps: []string{}, Sections: []SectionPosture{},
		Within: Within{Waived: math.Round(waived/total*1000) / 10, Unknown: math.Round(unknown/total*1000) / 10},
	}
	p.Interval = p.Shares.Interval()
	p.NothingOpen = p.Shares.Gap == 0 && p.Shares.Open == 0
	for _, s := range g.Sections {
		a, _, _, _, _ := weigh(recs, func(r *Recommendation) bool { return r.Section == s.ID })
		shares := a.round(0.1)
		p.Sections = append(p.Sections, SectionPosture{ID: s.ID, ApplicableWeight: a.sum(), Shares: shares, Interval: shares.Interval()})
	}
	for i := range recs {
		if r := &recs[i]; r.Severity == rules.Critical && r.Status == Gap {
			p.CriticalGaps = append(p.CriticalGaps, r.ID)
		}
	}
	return p
}
