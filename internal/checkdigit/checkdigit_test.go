package checkdigit

import "testing"

func TestNumbersThatAddUp(t *testing.T) {
	for s, want := range map[string]bool{"4111 1111 1111 1111": true, "4111 1111 1111 1112": false, "378282246310005": true, "4111": false, "9111111111111111": false, "4111x11111111111": false, "": false} {
		if got := Card(s); got != want {
			t.Errorf("Card(%q) = %v", s, got)
		}
	}
	for s, want := range map[string]bool{"GB82 WEST 1234 5698 7654 32": true, "GB82 WEST 1234 5698 7654 33": false, "de89370400440532013000": true, "DE8937040044053201300": false, "ZZ82WEST12345698765432": false, "GB82 WE\u0405T 1234": false, "": false} {
		if got := Account(s); got != want {
			t.Errorf("Account(%q) = %v", s, got)
		}
	}
}
