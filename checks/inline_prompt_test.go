package checks

import "testing"

func TestAPromptInCodeIsOneByItsNameAndHowItSpeaks(t *testing.T) {
	for _, c := range []struct {
		name, text string
		model      bool
		want       bool
	}{
		{"SYSTEM_PROMPT", "You are a gardener. Recommend native plants only.", false, true},
		{"systemPrompt", "Answer in one sentence, and name what you read.", true, true},
		{"systemPrompt", "Answer in one sentence, and name what you read.", false, false},
		{"HELP", "You are a gardener. Recommend native plants only.", true, false},
		{"prompt", "Continue? [y/n]", true, false},
		{"content", "Name the capital of the country that the user names.", true, true},
	} {
		l := literal{name: c.name, text: c.text}
		if got := l.prompt(func() bool { return c.model }); got != c.want {
			t.Errorf("%s = %q (model %v): %v, want %v", c.name, c.text, c.model, got, c.want)
		}
	}
}
