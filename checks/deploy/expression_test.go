package deploy

import (
	"strings"
	"testing"
)

func TestConditionsThatKeepStrangersOut(t *testing.T) {
	for _, c := range []struct {
		event, condition string
		want             bool
	}{
		{"issue_comment", "github.event.comment.author_association == 'MEMBER'", true},
		{"issue_comment", "'OWNER' == github.event.comment.author_association", true},
		{"issue_comment", "github.event.comment.author_association != 'NONE'", false},
		{"issue_comment", "github.event.issue.author_association == 'MEMBER'", false},
		{"issues", "github.event.issue.author_association == 'MEMBER'", true},
		{"issues", `contains(fromJSON('["OWNER","MEMBER"]'), github.event.issue.author_association)`, true},
		{"issues", `contains(fromJSON('["OWNER","CONTRIBUTOR"]'), github.event.issue.author_association)`, false},
		{"issues", `!contains(fromJSON('["OWNER"]'), github.event.issue.author_association)`, false},
		{"issue_comment", "github.event.comment.author_association == 'OWNER' || startsWith(github.event.comment.body, '/fix')", false},
		{"issue_comment", "github.event.comment.author_association == 'OWNER' || true", false},
		{"issue_comment", "contains(github.event.comment.body, '@x') && (github.event.comment.author_association == 'OWNER' || github.actor == 'me')", true},
		{"issue_comment", "github.event_name == 'push'", true},
		{"issue_comment", "github.event_name == 'issue_comment'", false},
		{"pull_request_target", "github.event.pull_request.head.repo.full_name == github.repository", true},
		{"pull_request_target", "!github.event.pull_request.head.repo.fork", true},
		{"pull_request_target", "github.repository == 'acme/app'", false},
		{"pull_request_target", "contains(github.event.pull_request.labels.*.name, 'safe')", true},
		{"workflow_run", "github.event.workflow_run.event == 'push'", true},
		{"workflow_run", "github.event.workflow_run.conclusion == 'success'", false},
		{"issues", "github.actor == (", false},
		{"issues", "", false},
	} {
		if got := parseExpression(c.condition).keepsOut(c.event); got != c.want {
			t.Errorf("%s: %s: %v", c.event, c.condition, got)
		}
	}
}

func TestTextThatAnExpressionGives(t *testing.T) {
	for condition, want := range map[string]string{
		"github.event['comment'].body":                         "github.event.comment.body",
		"format('{0} {1}', github.head_ref, 'it''s')":          "github.head_ref",
		"toJSON(github.event.issue)":                           "github.event.issue",
		"join(github.event.commits.*.message, ' ')":            "github.event.commits.*.message",
		"contains(github.event.issue.body, 'x') && 'a' || 'b'": "",
		"github.event.issue.title || 'none'":                   "github.event.issue.title",
		"github.event.issue.title == 'x'":                      "",
		"fromJSON(env.A).b":                                    "env.A",
	} {
		if got := strings.Join(parseExpression(condition).flows(), " "); got != want {
			t.Errorf("%s: %q, want %q", condition, got, want)
		}
	}
}

func FuzzExpression(f *testing.F) {
	f.Add("a.b['c'] == 'd' && !contains(fromJSON('[]'), e.*.f) || (g)")
	f.Add("((((")
	f.Add("f(,)[")
	f.Fuzz(func(t *testing.T, s string) {
		e := parseExpression(s)
		e.flows()
		e.keepsOut("issues")
		e.choosesOwn("issues")
		expressionsIn(s)
	})
}
