package secret

import (
	"bytes"
	"strings"
)

// words and marks that a value holds which somebody else is to fill in
var stands = []string{
	"xxxx", "0000", "1234567", "your", "example", "placeholder", "dummy", "fake", "sample", "changeme", "change_me", "change-me", "redacted",
	"replace", "insert", "_here", "-here", "todo", "notreal", "not_real", "not-real", "<", ">", "${", "{{", "***", "...", "…", "abcdef",
}

// published by their issuers in documentation
var published = map[string]bool{
	"AKIAIOSFODNN7EXAMPLE":                     true,
	"wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY": true,
	"uV3F3YluFJax1cknvbcGwgjvx4QpvB+leU8dUj2o": true, // of the first guide to S3
	"16C7e42F292c6912E7710c838347Ae178B4a":     true, // behind gho_, https://docs.github.com/en/apps/oauth-apps
	"xz7yzju2SZjGPa0dUNMAx0SH4xDOCS31LXQW":     true, // behind ghp_, of the tests of several scanners
	"4eC39HqLyjWDarjtT1zdp7dc":                 true, // the test key of a payment provider's guide
	"SyDaGmWKa4JsXZ-HjGw7ISLn_3namBGewQe":      true, // behind AIza, https://cloud.google.com/docs/authentication/api-keys
}

// prefixes of keys that their issuers mean to stand in programs that everybody has: PostHog, Stripe and Clerk, Supabase, Mapbox
var public = []string{"phc_", "pk_live_", "pk_test_", "sb_publishable_", "pk.eyJ"}

// Placeholder tells whether a value is one that people write where a credential goes, or a key that is meant to be seen. It is
// judged on the value alone: a line that says "test" may hold a live key.
func Placeholder(v string) bool {
	if v == "" || published[v] {
		return true
	}
	for _, p := range public {
		if strings.HasPrefix(v, p) {
			return true
		}
	}
	lower := strings.ToLower(v)
	for _, s := range stands {
		if strings.Contains(lower, s) {
			return true
		}
	}
	return oneCharacter(lower) || counting(lower)
}

// oneCharacter: six of ten characters are the same.
func oneCharacter(s string) bool {
	var count [256]int
	most := 0
	for i := 0; i < len(s); i++ {
		count[s[i]]++
		most = max(most, count[s[i]])
	}
	return most*10 >= len(s)*6
}

// counting: eight characters that go up or down by one, such as 12345678.
func counting(s string) bool {
	up, down := 1, 1
	for i := 1; i < len(s); i++ {
		switch int(s[i]) - int(s[i-1]) {
		case 1:
			up, down = up+1, 1
		case -1:
			up, down = 1, down+1
		default:
			up, down = 1, 1
		}
		if up >= 8 || down >= 8 {
			return true
		}
	}
	return false
}

// redacted tells whether the value is what somebody left of a credential.
func redacted(text []byte, start, end int) bool {
	around := text[max(0, start-12):min(len(text), end+12)]
	return bytes.Contains(bytes.ToUpper(around), []byte("[REDACTED")) || bytes.HasPrefix(text[end:], []byte("...")) || bytes.HasPrefix(text[end:], []byte("…"))
}

// Reference tells whether a value points to where the credential is instead of being it.
func Reference(v string) bool {
	v = strings.TrimSpace(v)
	for _, mark := range []string{"${", "$(", "$env:", "{env:", "{file:", "{{", "op://", "vault:", "file://", "env:", "secret:", "secrets.", "process.env", "os.environ", "os.getenv", "import.meta", "!Ref", "sm://", "arn:aws:"} {
		if strings.Contains(v, mark) {
			return true
		}
	}
	if strings.HasPrefix(v, "$") && len(v) > 1 || strings.HasPrefix(v, "%") && strings.HasSuffix(v, "%") {
		return true
	}
	return strings.HasPrefix(v, "<") || strings.HasPrefix(v, "[")
}
