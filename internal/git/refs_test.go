package git

import (
	"errors"
	"path/filepath"
	"testing"
)

func TestRevisionsThatAreNoneAreRefused(t *testing.T) {
	dir := t.TempDir()
	history(t, dir)
	r := open(t, dir, Options{})
	for _, rev := range []string{"", "-", "--all", "nowhere", "HEAD\n", "HEAD:a.py", "HEAD^{tree}", "a\x00b", "HEAD..HEAD~1"} {
		if id, err := r.Resolve(t.Context(), rev); !errors.Is(err, ErrNoRevision) {
			t.Errorf("%q is %s (%v)", rev, id, err)
		}
	}
	for _, rev := range []string{"HEAD", "main", "HEAD~1", "main@{0}"} {
		if _, err := r.Resolve(t.Context(), rev); err != nil {
			t.Errorf("%q: %v", rev, err)
		}
	}
	shell(t, dir, "checkout", "-q", "--detach")
	if commit, branch, err := r.Head(t.Context()); err != nil || commit == "" || branch != "" {
		t.Errorf("detached: commit %q, branch %q (%v)", commit, branch, err)
	}
}

func TestRemotesLoseWhatCanHoldACredential(t *testing.T) {
	for raw, want := range map[string]string{
		"https://user:token@host.example/team/repo.git?private=1#x": "https://host.example/team/repo.git",
		"ssh://git@host.example:22/team/repo":                       "ssh://host.example:22/team/repo",
		"git@host.example:team/repo.git":                            "host.example:team/repo.git",
		"host.example:team/repo?token=1":                            "host.example:team/repo",
		"/srv/git/repo.git":                                         "",
		"../repo.git":                                               "",
		"https://%zz":                                               "",
		"":                                                          "",
	} {
		if got := stripURL(raw); got != want {
			t.Errorf("%q becomes %q, want %q", raw, got, want)
		}
	}
	dir := t.TempDir()
	history(t, dir)
	r := open(t, dir, Options{})
	if got, err := r.Remote(t.Context()); err != nil || got != "" {
		t.Errorf("no remote: %q (%v)", got, err)
	}
	shell(t, dir, "remote", "add", "origin", "https://user:token@host.example/r.git")
	if got, err := r.Remote(t.Context()); err != nil || got != "https://host.example/r.git" {
		t.Errorf("remote %q (%v)", got, err)
	}
}

func TestHooksLieWhereTheUserSaid(t *testing.T) {
	dir := t.TempDir()
	history(t, dir)
	r := open(t, dir, Options{})
	got, set, err := r.HooksPath(t.Context())
	if want := filepath.Join(r.Common, "hooks"); err != nil || set || got != want {
		t.Errorf("hooks in %s, want %s (%v)", got, want, err)
	}
	shell(t, dir, "config", "core.hooksPath", ".husky") // and not what this package sets for itself
	got, set, err = r.HooksPath(t.Context())
	if want := filepath.Join(r.Toplevel, ".husky"); err != nil || !set || got != want {
		t.Errorf("hooks in %s, want %s (%v)", got, want, err)
	}
}

func TestConfigurationIsReadWithItsStrongestValueLast(t *testing.T) {
	dir := t.TempDir()
	history(t, dir)
	shell(t, dir, "config", "--add", "demo.key", "one\ntwo")
	shell(t, dir, "config", "--add", "demo.key", "three")
	values, err := open(t, dir, Options{}).Config(t.Context(), "demo.key")
	if err != nil || len(values) != 2 || values[0] != "one\ntwo" || values[1] != "three" {
		t.Errorf("values %q (%v)", values, err)
	}
}
