package prompt

import "testing"

func TestLettersInAnotherDress(t *testing.T) {
	for text, want := range map[string]string{
		"ig\u200bnore":                  "ignore",
		"\uff29\uff47\uff4e\uff4fre it": "Ignore it",
		"now i g n o r e it":            "now ignore it",
		"\U0001d422\U0001d420nore":      "ignore",
	} {
		plain, at, ok := undisguise([]byte(text))
		if !ok || string(plain) != want {
			t.Errorf("%q: %q, %v", text, plain, ok)
		}
		if len(at) != len(plain)+1 || at[len(plain)] != len(text) {
			t.Errorf("%q: the places do not fit: %v", text, at)
		}
	}
	if _, _, ok := undisguise([]byte("a plain line, e.g. of a list: a b c")); ok {
		t.Error("a plain text has no disguise")
	}
}
