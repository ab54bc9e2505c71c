package ui

import (
	"sort"
	"strconv"

	"bakedin/internal/posture"
)

// shares are the four shares as whole numbers that add up to 100, in the order they are drawn.
type shares struct{ proven, attested, gap, open int }

// wholeShares rounds by largest remainder; ties go to gap, open, attested, proven.
func wholeShares(s posture.Shares) shares {
	n := apportion([4]float64{s.Proven, s.Attested, s.Gap, s.Open}, 100)
	return shares{n[0], n[1], n[2], n[3]}
}

// low and high are the interval a reader would compute from the numbers on the screen.
func (s shares) low() int  { return s.proven + s.attested }
func (s shares) high() int { return s.low() + s.open }

// apportion splits total into whole parts in proportion to the weights. All parts are 0 when no weight is above 0.
func apportion(weights [4]float64, total int) [4]int {
	sum := 0.0
	for i, w := range weights {
		if !(w > 0) || w > 1e12 { // negative, NaN, infinite: a saved report can hold anything
			weights[i] = 0
			continue
		}
		sum += w
	}
	var parts [4]int
	if sum == 0 || total <= 0 {
		return parts
	}
	order := []int{2, 3, 1, 0} // who wins a tie
	var rest [4]float64
	left := total
	for i, w := range weights {
		exact := w / sum * float64(total)
		parts[i] = int(exact)
		rest[i] = exact - float64(parts[i])
		left -= parts[i]
	}
	sort.SliceStable(order, func(a, b int) bool { return rest[order[a]] > rest[order[b]]+1e-9 })
	for k := 0; left > 0; k++ {
		if i := order[k%4]; weights[i] > 0 {
			parts[i]++
			left--
		}
	}
	return parts
}

// drawBar draws the posture as one stacked bar.
func drawBar(r *row, t *theme, s posture.Shares, cells int) {
	n := apportion([4]float64{s.Proven, s.Attested, s.Gap, s.Open}, cells)
	r.put(t.good, repeat(t.barProven, n[0])).put(t.vouched, repeat(t.barAttested, n[1])).
		put(t.bad, repeat(t.barGap, n[2])).put(t.dim, repeat(t.barOpen, n[3]))
}

// drawProgress draws a count of a known total; of an unknown total it draws an empty bar.
func drawProgress(r *row, t *theme, done, total, cells int) {
	n := 0
	if total > 0 {
		n = max(0, min(cells, cells*done/total))
	}
	r.put(t.accent, repeat(t.done, n)).put(t.dim, repeat(t.todo, cells-n))
}

func repeat(s string, n int) string {
	if n <= 0 {
		return ""
	}
	b := make([]byte, 0, n*len(s))
	for range n {
		b = append(b, s...)
	}
	return string(b)
}

// digits is the width of a count.
func digits(n int) int {
	w := 1
	for n > 9 {
		n, w = n/10, w+1
	}
	return w
}

func number(n int) string { return strconv.Itoa(n) }
