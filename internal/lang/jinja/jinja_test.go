package jinja

import (
	"slices"
	"strings"
	"testing"
)

var limits = Limits{Bytes: 4 << 20, Depth: 200, Folded: 64 << 10}

func uses(t *testing.T, src string, k UseKind) []string {
	t.Helper()
	f, err := Parse(src, limits)
	if err != nil {
		t.Fatalf("%s: %v", src, err)
	}
	var out []string
	for _, b := range f.Blocks {
		for _, u := range b.Uses {
			if u.Kind == k {
				name := u.Name
				if u.Computed {
					name = "?"
				}
				out = append(out, name)
			}
		}
	}
	return out
}

func TestAttributesHoweverTheyAreSpelled(t *testing.T) {
	for src, want := range map[string]string{
		`{{ x.__class__ }}`:                                                 "__class__",
		`{{ x | attr('__class__') }}`:                                       "__class__",
		`{{ x|attr('__cla' ~ 'ss__') }}`:                                    "__class__",
		`{{ x|attr('\x5f\x5fclass\u005f_') }}`:                              "__class__",
		`{{ x|attr('_' * 2 + 'class' + '_' * 2) }}`:                         "__class__",
		`{{ x|attr(['__','class','__']|join) }}`:                            "__class__",
		`{{ x|attr('%c%cclass%s' % (95, 95, '__')) }}`:                      "__class__",
		`{{ x|attr('{}class{}'.format('__', '__')) }}`:                      "__class__",
		`{{ x|attr('__ssalc__'[::-1]) }}`:                                   "__class__",
		`{{ x|attr('__ssalc__'|reverse) }}`:                                 "__class__",
		`{{ x|attr(dict(__class__=1)|join) }}`:                              "__class__",
		`{{ x|attr('--class--'|replace('-', '_')) }}`:                       "__class__",
		`{% set a = '__class__' %}{{ x|attr(a) }}`:                          "__class__",
		`{{ [x]|map(attribute='a.__class__')|list }}`:                       "__class__",
		`{{ x|attr(messages[0].content) }}`:                                 "?",
		`{% for a in ().__class__.__base__.__subclasses__() %}{% endfor %}`: "__subclasses__",
		`{%- if x.y is defined and (x.__init__) -%}{%- endif -%}`:           "__init__",
	} {
		if got := uses(t, src, Attribute); !slices.Contains(got, want) {
			t.Errorf("%s: attributes %q, want %q", src, got, want)
		}
	}
}

func TestSubscriptsAndCalls(t *testing.T) {
	src := `{{ x['__glob' ~ 'als__']['os'].popen('id').read() }}`
	if got := uses(t, src, Item); !slices.Equal(got, []string{"__globals__", "os"}) {
		t.Errorf("items %q", got)
	}
	if got := uses(t, src, Call); !slices.Equal(got, []string{"popen", "read"}) {
		t.Errorf("calls %q", got)
	}
}

func TestTextOutsideOfBlocksIsNoUse(t *testing.T) {
	src := "use x.__class__ {# {{ x.__class__ }} #}{% raw %}{{ x.__class__ }}{% endraw %} done"
	if got := uses(t, src, Attribute); len(got) > 0 {
		t.Errorf("attributes %q", got)
	}
}

func TestMembership(t *testing.T) {
	f, err := Parse(`{% if 'invoice' in m['content'] and 'a' not in m.role %}x{% endif %}`, limits)
	if err != nil || len(f.Blocks[0].Tests) != 2 {
		t.Fatalf("%v %+v", err, f.Blocks[0].Tests)
	}
	if m := f.Blocks[0].Tests[0]; m.Text != "invoice" || m.In != "content" {
		t.Errorf("%+v", m)
	}
	if m := f.Blocks[0].Tests[1]; m.Text != "a" || m.In != "role" {
		t.Errorf("%+v", m)
	}
}

func TestBrokenTemplatesKeepWhatWasRead(t *testing.T) {
	for _, src := range []string{"{{ x.__class__ }}{{ 'a", "{{ x.__class__ }}{% if", "{{ x.__class__ }}{# a"} {
		f, err := Parse(src, limits)
		if err == nil {
			t.Errorf("%s: no error", src)
		}
		if len(f.Blocks) == 0 || len(f.Blocks[0].Uses) == 0 {
			t.Errorf("%s: nothing kept", src)
		}
	}
	if _, err := Parse("{{ "+strings.Repeat("(", 500)+" }}", limits); err == nil {
		t.Error("no limit of depth")
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"{{ a.b['c']|d(e=1)|join('x') }}", "{% set a = 'b' * 3 %}{{ '%s' % a }}", "{# c #}{% raw %}{{{% endraw %}", "{%''*09227000000000000000", "{{ 'a'[::-1] ~ {'a': 1}.b if c else -d ** 2 }}"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, src string) {
		file, _ := Parse(src, limits)
		for _, b := range file.Blocks {
			if b.Start < 0 || b.End > len(src) || b.Start > b.End {
				t.Fatalf("block %d..%d of %d", b.Start, b.End, len(src))
			}
			for _, u := range b.Uses {
				if u.Start < 0 || u.End > len(src) {
					t.Fatalf("use %d..%d of %d", u.Start, u.End, len(src))
				}
			}
		}
	})
}
