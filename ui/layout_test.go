package ui

import "testing"

func TestScreensFoldBySize(t *testing.T) {
	for _, c := range []struct {
		w, h                     int
		tiny, small, tabs, panes bool
	}{
		{120, 40, false, false, true, true}, {100, 30, false, false, true, true}, {80, 24, false, false, true, true}, {79, 24, false, false, true, false},
		{60, 16, false, false, true, false}, {60, 15, false, true, false, false}, {59, 30, false, true, false, false}, {40, 10, false, true, false, false},
		{39, 10, true, false, false, false}, {40, 9, true, false, false, false}, {1, 1, true, false, false, false}, {0, 0, true, false, false, false},
	} {
		l := fold(c.w, c.h)
		if l.tiny != c.tiny || l.small != c.small || l.tabs != c.tabs || l.side > 0 != c.panes {
			t.Errorf("%dx%d folds to %+v", c.w, c.h, l)
		}
		if !l.tiny && (l.body < 1 || l.side > 0 && l.list+2+l.side != c.w) {
			t.Errorf("%dx%d: the panes of %+v do not add up", c.w, c.h, l)
		}
	}
	if l := fold(80, 50); l.under == 0 || l.side != 0 {
		t.Errorf("a portrait screen folds to %+v", l)
	}
}

// Whatever the size was in between, nothing is forgotten.
func TestResizingKeepsTheState(t *testing.T) {
	m := acmeModel(t, nil)
	size(m, 100, 30)
	press(m, "2", "]", "]", "l", "j")
	before := plainFrame(m)
	for _, wh := range [][2]int{{60, 15}, {30, 6}, {1, 1}, {0, 0}, {200, 60}, {100, 30}} {
		size(m, wh[0], wh[1])
		if why := wrongWith(m); why != "" {
			t.Errorf("%v: %s", wh, why)
		}
	}
	m.lists[tabChecklist].top = 0 // the window may have moved; the cursor may not
	if after := plainFrame(m); after != before {
		t.Errorf("before\n%s\nafter\n%s", before, after)
	}
}

func TestATinyScreenSaysWhatItNeeds(t *testing.T) {
	m := acmeModel(t, nil)
	size(m, 30, 6)
	if got := plainFrame(m); got != "30x6 is too small\nneeds 40x10; q quits" {
		t.Errorf("it says %q", got)
	}
	if cmd := m.key(keyOf("q")); cmd == nil {
		t.Error("q does not quit")
	}
}
