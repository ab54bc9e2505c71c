package intact

import (
	"encoding/json"
	"errors"
	"slices"

	"bakedin/internal/lang/keys"
)

// keys holds the trees of a structured file against each other: equal but for what was edited.
func (e *edited) keys(format string) error {
	was, err := keys.Parse(format, e.before, keys.Limits{})
	if err != nil {
		return nil
	}
	is, err := keys.Parse(format, e.after, keys.Limits{})
	if err != nil || format == "json" && json.Valid(e.before) && !json.Valid(e.after) {
		return errors.New("the file would no longer be read")
	}
	old, fresh := values(nil, "", was), values(nil, "", is)
	if format == "toml" { // a table that lost its last key says nothing
		empty := func(v leaf) bool { return v.node.Kind == keys.Object }
		old, fresh = slices.DeleteFunc(old, empty), slices.DeleteFunc(fresh, empty)
	}
	for _, v := range old {
		for _, c := range e.changes {
			if err := v.refuses(e.before, c); err != nil {
				return err
			}
		}
	}
	if !sameTokens(untouched(old, e.old), untouched(fresh, e.new)) {
		return errors.New("more of the file would change than was meant")
	}
	if repeated(is) > repeated(was) {
		return errors.New("a key would stand there twice")
	}
	return nil
}

// leaf is a value without others in it, with the path that leads to it; items of lists have no number, so that one less
// leaves the others as they were.
type leaf struct {
	piece
	node  *keys.Node
	inner span // the value alone
}

func values(out []leaf, path string, n *keys.Node) []leaf {
	if len(n.Items) == 0 {
		start := n.Start
		if n.KeyEnd > n.KeyStart {
			start = min(start, n.KeyStart)
		}
		kind := [...]string{"=", "{}", "[]", ""}[n.Kind]
		return append(out, leaf{piece{span{start, n.End}, path + kind + n.Value}, n, span{n.Start, n.End}})
	}
	for _, c := range n.Items {
		label := c.Key
		if n.Kind != keys.Object {
			label = ""
		}
		out = values(out, path+"\x00"+label, c)
	}
	return out
}

// refuses tells why a value cannot be edited as text: it stands elsewhere, or over several lines.
func (v *leaf) refuses(text []byte, c Change) error {
	begins := c.Start <= v.inner.start && c.End >= v.inner.start && (v.start == v.inner.start || c.End > v.start)
	switch {
	case v.node.Alias && (begins || within(v.span, span{c.Start, c.End})):
		return errors.New("the value comes from an anchor: change it there")
	case c.Text == "" || !begins || v.inner.start == v.inner.end:
	case v.node.Quoted && (text[v.inner.start] == '|' || text[v.inner.start] == '>'):
		return errors.New("the value is a block of text")
	case !v.node.Quoted && !v.node.Template && v.node.Kind == keys.Scalar && string(text[v.inner.start:v.inner.end]) != v.node.Value:
		return errors.New("the value has a tag or an anchor, or stands on several lines")
	}
	return nil
}

func untouched(all []leaf, changes []span) (out []piece) {
	for _, v := range all {
		if !anyOf(v.span, changes, touches) {
			out = append(out, v.piece)
		}
	}
	return out
}

// repeated counts the keys that stand in one object more than once.
func repeated(n *keys.Node) (count int) {
	seen := map[string]bool{}
	for _, c := range n.Items {
		if n.Kind == keys.Object && seen[c.Key] {
			count++
		}
		seen[c.Key] = true
		count += repeated(c)
	}
	return count
}
