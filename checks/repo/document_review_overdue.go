package repo

import (
	"time"

	"bakedin/checks"
)

// documentReviewOverdue reports a date of the next review that has passed.
func documentReviewOverdue(p *checks.Pass, m checks.TextMatch) {
	day, err := time.Parse(time.DateOnly, m.Group(1))
	if err != nil || !day.Before(p.Repo.Now.AddDate(0, 0, -1)) || len(p.Found()) > 0 {
		return
	}
	f := p.At(m.Groups[2], m.Groups[3], "The document was to be looked at again by "+m.Group(1)+".")
	f.Anchor = "review overdue"
	f.Fixes = []checks.Fix{checks.Steps("review", "Look at it again", "Compare the document with what it describes today, and correct it.", "Write the date of the next review.")}
}
