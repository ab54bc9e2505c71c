package dockerfile

import (
	"strings"
	"testing"
)

func TestStagesUsersAndContinuations(t *testing.T) {
	src := `# syntax=docker/dockerfile:1
ARG BASE=python:3.11
FROM ${BASE} AS build
USER app
RUN pip install \
    # why
    torch && \
    ls
RUN <<EOF
USER nobody
EOF

FROM --platform=linux/amd64 build
COPY a b
CMD ["python", "-m", "app"]
`
	f := Parse([]byte(src))
	if len(f.Stages) != 2 || f.Stages[0].Image != "python:3.11" || f.Stages[0].Name != "build" || f.Stages[1].Base != &f.Stages[0] {
		t.Fatalf("%+v", f.Stages)
	}
	if n := len(f.Stages[0].Instructions); n != 3 {
		t.Errorf("%d instructions in the first stage", n)
	}
	if user, _ := f.Last().User(); user != "app" {
		t.Errorf("user %q", user)
	}
	if run := f.Stages[0].Instructions[1]; !strings.HasSuffix(run.Text, "ls") || src[run.Start:run.Start+3] != "RUN" {
		t.Errorf("%q", run.Text)
	}
	if got := f.Last().Instructions[1].Exec(); len(got) != 3 || got[2] != "app" {
		t.Errorf("%q", got)
	}
	if s := f.Stages[0]; src[s.ImageStart:s.ImageEnd] != "${BASE}" {
		t.Errorf("image at %q", src[s.ImageStart:s.ImageEnd])
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"FROM a\nRUN b\\\n#c\n\nd", "from a as b\nFROM b\nUSER", "RUN <<E <<F\nE\n", "FROM", "ARG A\nFROM ${A:-x}"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		file := Parse([]byte(s))
		for i := range file.Stages {
			st := &file.Stages[i]
			st.User()
			st.Root()
			for _, in := range append(st.Instructions, st.From) {
				if in.Start < 0 || in.ArgsStart < in.Start || in.End < in.ArgsStart || in.Text != s[min(in.ArgsStart, len(s)):min(in.End, len(s))] {
					t.Fatalf("%+v", in)
				}
			}
		}
	})
}
