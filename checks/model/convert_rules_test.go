package model

import "testing"

func TestRulesThatOfferAConversionCanPlanIt(t *testing.T) {
	for id, check := range Registry() {
		if _, ok := check.(converted); ok != convertible[id] {
			t.Errorf("%s: the registry says converts(…): %v, the table of convertible rules: %v", id, ok, convertible[id])
		}
	}
}
