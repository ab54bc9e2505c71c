package prompt

import (
	"bytes"
	"path"
	"regexp"
	"strings"

	"bakedin/checks"
	"bakedin/internal/lang/keys"
	"bakedin/internal/repo"
)

// role is who a piece of a prompt speaks for.
type role string

// The roles. An unmarked text that says who its reader is is taken for a system prompt, with less certainty.
const (
	system  role = "system"
	user    role = "user"
	likely  role = "likely system"
	unknown role = "unknown"
)

// block is a piece of a prompt file with one role.
type block struct {
	role       role
	start, end int
}

var (
	marker = regexp.MustCompile(`(?im)<\|im_start\|>\s*(system|developer|user|assistant|tool)|<\|start_header_id\|>\s*(system|developer|user|assistant|tool)\s*<\|end_header_id\|>|<\|(system|user|assistant)\|>|\{\{-?\s*role\s+["'](system|developer|user|assistant|model)["']\s*\}\}|^#{2,3}\s*(system|developer|instruction|user|human|assistant|response)\s*:?\s*$|^(system|developer|user|human|assistant):\s*$|^(SYSTEM)\s+"""|<(system|user|assistant)(?:-msg|_message)?>|(\[INST\])|(<<SYS>>)|(<</SYS>>)|^[#* ]*(?:<\|im_start\|>|<\|start_header_id\|>)?\{\{-?\s*[\w.]*\brole\b[^{}\n]*\}\}(?:<\|end_header_id\|>)?[:* ]*$`)
)

// prompts is the fact of the blocks of a prompt file.
var prompts = checks.NewFact(func(f *checks.File) ([]block, error) {
	a := f.Asset(repo.Prompt)
	if a == nil {
		return nil, nil
	}
	text, err := f.Bytes()
	if err != nil {
		return nil, err
	}
	switch a.Format {
	case "promptfoo", "chat-template": // what a model's format puts where, not what anybody tells the model
		return nil, nil
	case "crew":
		return ofKeys(f, func(key string) role {
			if key == "role" || key == "goal" || key == "backstory" {
				return system
			}
			return unknown
		})
	}
	switch keys.Format(f.Path) {
	case "json", "yaml", "toml":
		return ofKeys(f, roleOfKey)
	}
	return ofText(f.Path, text), nil
})

// roleOfKey is the role that a key of a structured prompt file gives its text.
func roleOfKey(key string) role {
	k := strings.ToLower(key)
	switch {
	case strings.Contains(k, "user") || strings.Contains(k, "human"):
		return user
	case strings.Contains(k, "system") || strings.Contains(k, "developer") || k == "instructions" || k == "pre_prompt" || strings.HasSuffix(k, "_instructions"):
		return system
	}
	return unknown
}

func ofKeys(f *checks.File, roleOf func(string) role) ([]block, error) {
	root, err := checks.Keys.Of(f)
	if root == nil || err != nil {
		return nil, err
	}
	var out []block
	var walk func(n *keys.Node, said role, depth int)
	walk = func(n *keys.Node, said role, depth int) {
		if depth > 60 {
			return
		}
		if r := n.Child("role"); r != nil && n.Child("content") != nil {
			said = roleOfKey(r.Value)
		}
		for _, c := range n.Items {
			here := said
			if c.KeyEnd > c.KeyStart {
				if r := roleOf(c.Key); r != unknown {
					here = r
				}
			}
			if c.Kind != keys.Scalar {
				walk(c, here, depth+1)
				continue
			}
			if len(c.Value) < 20 {
				continue
			}
			if here == unknown && checks.RolePhrase.MatchString(c.Value) {
				here = likely
			}
			out = append(out, block{here, c.Start, c.End})
		}
	}
	walk(root, unknown, 0)
	return out, nil
}

func ofText(p string, text []byte) []block {
	start := 0
	if bytes.HasPrefix(text, []byte("---")) { // front matter
		if i := bytes.Index(text[3:], []byte("\n---")); i >= 0 {
			start = 3 + i + 4
		}
	}
	marks := marker.FindAllSubmatchIndex(text[start:], -1)
	if len(marks) > 0 {
		var out []block
		for i, m := range marks {
			end := len(text)
			if i+1 < len(marks) {
				end = start + marks[i+1][0]
			}
			out = append(out, block{markedRole(text[start:], m), start + m[1], end})
		}
		return out
	}
	base := strings.ToLower(path.Base(p))
	switch {
	case strings.Contains(base, "user"):
		return []block{{user, start, len(text)}}
	case strings.Contains(base, "system") || strings.Contains(base, "developer"):
		return []block{{system, start, len(text)}}
	case checks.RolePhrase.Match(text[start:]):
		return []block{{likely, start, len(text)}}
	}
	return []block{{unknown, start, len(text)}}
}

func markedRole(text []byte, m []int) role {
	for g := 2; g+1 < len(m); g += 2 {
		if m[g] < 0 {
			continue
		}
		switch strings.ToLower(string(text[m[g]:m[g+1]])) {
		case "system", "developer", "instruction", "<<sys>>":
			return system
		}
	}
	return user
}
