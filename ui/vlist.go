package ui

// vlist is the cursor and the window of a list whose rows are drawn only when they are seen.
type vlist struct {
	cursor int
	top    int
}

// move steps the cursor and keeps it inside n rows.
func (l *vlist) move(delta, n int) { l.cursor = max(0, min(l.cursor+delta, n-1)) }

// window returns the rows to draw in height lines, with the cursor among them.
func (l *vlist) window(n, height int) (from, to int) {
	if n <= 0 || height <= 0 {
		l.cursor, l.top = 0, 0
		return 0, 0
	}
	l.cursor = max(0, min(l.cursor, n-1))
	if l.cursor < l.top {
		l.top = l.cursor
	}
	if l.cursor >= l.top+height {
		l.top = l.cursor - height + 1
	}
	l.top = max(0, min(l.top, n-height))
	return l.top, min(n, l.top+height)
}

// scroll is the window of text that has no cursor.
type scroll struct{ top int }

func (s *scroll) move(delta, n, height int) { s.top = max(0, min(s.top+delta, n-height)) }

func (s *scroll) window(n, height int) (from, to int) {
	s.top = max(0, min(s.top, n-height))
	return s.top, min(n, s.top+max(0, height))
}
