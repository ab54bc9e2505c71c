package cli

// nearest returns the name that was probably meant: the one with the fewest edits, at most two or a third of its length.
func nearest(typed string, names []string) string {
	best, bestDistance := "", 0
	for _, n := range names {
		d := distance(typed, n)
		if d <= max(2, len(n)/3) && d < len(typed) && (best == "" || d < bestDistance) {
			best, bestDistance = n, d
		}
	}
	return best
}

// distance of Levenshtein, over bytes: the names are ASCII.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		diagonal := row[0]
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			diagonal, row[j] = row[j], min(row[j]+1, row[j-1]+1, diagonal+cost)
		}
	}
	return row[len(b)]
}
