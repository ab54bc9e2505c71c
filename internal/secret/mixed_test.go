package secret

import "testing"

// Some issuers give out tokens of letters alone.
func TestLettersAtRandomAreNoWords(t *testing.T) {
	for s, want := range map[string]bool{
		"kVjQmWbTnRcXzLpGsDfHyAeUoIuYtReWqa": true,
		"wQzRtKbLmPxVnYcJhGfDsAqEuIoTiZkNbX": true,
		"ThisIsAPlaceholderTokenForTheDocsX": false,
		"abcdefghijklmnopqrstuvwxyzabcdefgh": false,
		"1B4xYzQw7RtUvSdFgHjKlMnBvCxZaQ2w3E": true,
	} {
		if got := mixed(s); got != want {
			t.Errorf("%s: %v, entropy %.2f", s, got, Entropy(s))
		}
	}
}
