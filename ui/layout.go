package ui

// layout is how a frame is folded for a size.
type layout struct {
	w, h  int
	tiny  bool // below 40 x 10: only says what is needed
	small bool // one pane, no tabs, short header
	tabs  bool
	body  int // lines of the body
	list  int // width of the list when there are two panes
	side  int // width of the detail, 0 with one pane
	under int // lines of a detail below the list, on portrait screens
}

// fold decides what a screen of w x h shows.
func fold(w, h int) layout {
	l := layout{w: w, h: h, list: w}
	if w < 40 || h < 10 {
		l.tiny = true
		return l
	}
	l.small = w < 60 || h < 16
	l.tabs = !l.small
	l.body = h - 6
	if l.small {
		l.body = h - 5
	}
	switch {
	case h >= 40 && w < 90:
		l.under = l.body / 3
	case w >= 80 && h >= 16:
		switch {
		case w < 100:
			l.list = 42 + (w-80)/2
		default:
			l.list = max(53, w*2/5)
		}
		l.side = w - l.list - 2
	}
	return l
}
