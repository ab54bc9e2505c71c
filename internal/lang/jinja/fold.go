package jinja

import (
	"math"
	"strconv"
	"strings"
)

type valueKind int

const (
	isUnknown valueKind = iota
	isText
	isNumber
	isList
)

// value is what is known of an expression without running it.
type value struct {
	kind valueKind
	text string
	num  float64
	list []value
}

func (v value) known() bool { return v.kind != isUnknown }

// string is the value as ~ and join write it; not ok when it is not known.
func (v value) string() (string, bool) {
	switch v.kind {
	case isText:
		return v.text, true
	case isNumber:
		return strconv.FormatFloat(v.num, 'g', -1, 64), true
	}
	return "", false
}

// fold applies an operator to two constants.
func (p *parser) fold(op string, a, b value, start int) value {
	switch {
	case op == "**" && a.kind == isNumber && b.kind == isNumber:
		v := value{kind: isNumber, num: math.Pow(a.num, b.num)}
		p.use(Use{Kind: Size, Name: "**", Count: v.num, Start: start, End: start})
		return v
	case op == "*" && a.kind == isNumber && b.kind == isNumber:
		return value{kind: isNumber, num: a.num * b.num}
	case op == "*" && (a.kind == isText && b.kind == isNumber || a.kind == isNumber && b.kind == isText):
		s, n := a.text, b.num
		if a.kind == isNumber {
			s, n = b.text, a.num
		}
		size := float64(len(s)) * n
		p.use(Use{Kind: Size, Name: "*", Count: size, Start: start, End: start})
		// "" times infinity is not a number, which no comparison holds for.
		if limit := float64(p.lim.Folded); !(n >= 0 && n <= limit && size <= limit) {
			return value{}
		}
		return p.told(value{kind: isText, text: strings.Repeat(s, int(n))}, start)
	case op == "%" && a.kind == isText:
		return p.told(a.percent(b, p.lim.Folded), start)
	case op == "+" && a.kind == isNumber && b.kind == isNumber:
		return value{kind: isNumber, num: a.num + b.num}
	case op == "+" && a.kind == isText && b.kind == isText, op == "~":
		s, ok := a.string()
		t, ok2 := b.string()
		if ok && ok2 && len(s)+len(t) <= p.lim.Folded {
			return p.told(value{kind: isText, text: s + t}, start)
		}
	case op == "+" && a.kind == isList && b.kind == isList:
		return value{kind: isList, list: append(append([]value{}, a.list...), b.list...)}
	}
	return value{}
}

// percent is the old formatting of Python.
func (v value) percent(arg value, most int) value {
	args := []value{arg}
	if arg.kind == isList {
		args = arg.list
	}
	var b strings.Builder
	for i := 0; i < len(v.text); i++ {
		if v.text[i] != '%' || i+1 == len(v.text) {
			b.WriteByte(v.text[i])
			continue
		}
		i++
		if v.text[i] == '%' {
			b.WriteByte('%')
			continue
		}
		if len(args) == 0 || b.Len() > most {
			return value{}
		}
		s, ok := args[0].string()
		if v.text[i] == 'c' && args[0].kind == isNumber {
			s, ok = string(rune(int32(args[0].num))), true
		}
		if !ok {
			return value{}
		}
		b.WriteString(s)
		args = args[1:]
	}
	return limited(b.String(), most)
}

func limited(s string, most int) value {
	if len(s) > most {
		return value{}
	}
	return value{kind: isText, text: s}
}

// format is str.format with plain fields.
func (v value) format(args []argument, most int) value {
	var b strings.Builder
	next := 0
	for s := v.text; s != ""; {
		i := strings.IndexByte(s, '{')
		if i < 0 {
			b.WriteString(s)
			break
		}
		end := strings.IndexByte(s[i:], '}')
		if end < 0 {
			return value{}
		}
		field := s[i+1 : i+end]
		b.WriteString(s[:i])
		s = s[i+end+1:]
		var arg *value
		for k := range args {
			n, err := strconv.Atoi(field)
			if field != "" && args[k].name == field || field == "" && k == next || err == nil && n == k && field != "" {
				arg = &args[k].value
				break
			}
		}
		next++
		if arg == nil {
			return value{}
		}
		text, ok := arg.string()
		if !ok || b.Len()+len(text) > most {
			return value{}
		}
		b.WriteString(text)
	}
	return limited(b.String(), most)
}

func (v value) reversed() value {
	switch v.kind {
	case isText:
		r := []rune(v.text)
		for i, j := 0, len(r)-1; i < j; i, j = i+1, j-1 {
			r[i], r[j] = r[j], r[i]
		}
		return value{kind: isText, text: string(r)}
	case isList:
		out := make([]value, len(v.list))
		for i, x := range v.list {
			out[len(out)-1-i] = x
		}
		return value{kind: isList, list: out}
	}
	return value{}
}

func (v value) index(key value) value {
	if key.kind != isNumber || key.num != math.Trunc(key.num) {
		return value{}
	}
	i := int(key.num)
	if v.kind == isText {
		r := []rune(v.text)
		if i < 0 {
			i += len(r)
		}
		if i >= 0 && i < len(r) {
			return value{kind: isText, text: string(r[i])}
		}
	}
	if v.kind == isList {
		if i < 0 {
			i += len(v.list)
		}
		if i >= 0 && i < len(v.list) {
			return v.list[i]
		}
	}
	return value{}
}

// join puts the items of a list, or the characters of a text, together.
func (v value) join(sep string, most int) value {
	if v.kind == isText {
		return v
	}
	if v.kind != isList {
		return value{}
	}
	var b strings.Builder
	for i, x := range v.list {
		s, ok := x.string()
		if !ok || b.Len() > most {
			return value{}
		}
		if i > 0 {
			b.WriteString(sep)
		}
		b.WriteString(s)
	}
	return limited(b.String(), most)
}

func arg(args []argument, i int) string {
	if i < len(args) {
		s, _ := args[i].string()
		return s
	}
	return ""
}

// method is a call of a method of str.
func (v value) method(name string, args []argument, most int) value {
	if v.kind != isText {
		return value{}
	}
	switch name {
	case "format":
		return v.format(args, most)
	case "join":
		if len(args) == 1 {
			return args[0].join(v.text, most)
		}
	case "replace", "lower", "upper", "strip", "title", "capitalize":
		return v.filter(name, args, most)
	}
	return value{}
}

// filter is a filter over a constant.
func (v value) filter(name string, args []argument, most int) value {
	switch name {
	case "join":
		return v.join(arg(args, 0), most)
	case "reverse":
		return v.reversed()
	case "list":
		if v.kind == isList {
			return v
		}
	case "first":
		return v.index(value{kind: isNumber})
	case "last":
		return v.index(value{kind: isNumber, num: -1})
	case "format":
		if v.kind == isText {
			all := value{kind: isList}
			for _, a := range args {
				all.list = append(all.list, a.value)
			}
			return v.percent(all, most)
		}
	}
	s, ok := v.string()
	if !ok {
		return value{}
	}
	switch name {
	case "string", "safe", "e", "escape", "forceescape":
	case "lower":
		s = strings.ToLower(s)
	case "upper":
		s = strings.ToUpper(s)
	case "trim", "strip":
		s = strings.TrimSpace(s)
	case "capitalize", "title":
		if s != "" {
			s = strings.ToUpper(s[:1]) + strings.ToLower(s[1:])
		}
	case "replace":
		if arg(args, 0) == "" {
			return value{}
		}
		if n := strings.Count(s, arg(args, 0)) * len(arg(args, 1)); n > most {
			return value{}
		}
		s = strings.ReplaceAll(s, arg(args, 0), arg(args, 1))
	default:
		return value{}
	}
	return limited(s, most)
}
