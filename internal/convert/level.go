package convert

import (
	"fmt"
	"strconv"
	"strings"

	"bakedin/internal/format/pickle"
)

// Level is how much of a file must be understood.
type Level string

// The levels. Strict refuses a file that holds anything but tensors and plain data. Rescue copies the tensors of any file,
// and lists what it left behind.
const (
	Strict Level = "strict"
	Rescue Level = "rescue"
)

// Dropped is an import that is no data: in a rescue it was left behind.
type Dropped struct {
	Off    int64  `json:"byte"` // in the object pickle, or in the file for a stack
	Global string `json:"global"`
	Use    string `json:"use"` // called, constructed, built, written, imported
	Count  int    `json:"count"`
	With   string `json:"with,omitempty"` // the arguments, cut short
	Walked bool   `json:"walked,omitempty"`

	of *pickle.Import
}

// judge lists everything in the pickle that is code. It goes by what the stream does, not by what is left of it at the end:
// a call whose result is thrown away was still made.
func (d *decoder) judge() []Dropped {
	var out []Dropped
	index := map[*pickle.Import]int{}
	note := func(i *pickle.Import, name, use, with string, at pickle.Place) {
		if i != nil {
			if k, ok := index[i]; ok {
				out[k].Count++
				if out[k].Use == "imported" || out[k].Use != "called" && use == "called" {
					out[k].Use, out[k].With, out[k].Off = use, with, d.c.base+at.Off
				}
				return
			}
			index[i] = len(out)
		}
		out = append(out, Dropped{Off: d.c.base + at.Off, Global: name, Use: use, Count: 1, With: with, of: i})
	}
	for _, i := range d.c.stream.Imports {
		if name, t := global(i); t == opaque {
			if name == "" {
				name = i.Module + "." + i.Name + " (a name that is made at load time)"
			}
			note(i, name, "imported", "", i.At)
			out[index[i]].Count = 0
		}
	}
	for _, u := range d.c.stream.Uses {
		switch u.Via {
		case pickle.Calls, pickle.New:
			name, t := globalOf(u.Target)
			if t != opaque && u.Args.Kind() == pickle.Tuple && u.Args.Whole() && u.Kwargs().Kind() == pickle.Unknown {
				continue
			}
			i := u.Target.Import()
			if i == nil {
				if i = d.container(u.Target); i != nil {
					name, _ = global(i)
				} else {
					name = "something that is made at load time"
				}
			}
			note(i, name, u.Via.String(), d.brief(u.Args, 3), u.At)
		default:
			switch u.Target.Kind() {
			case pickle.Call:
			case pickle.Global:
				name, _ := globalOf(u.Target)
				note(nil, name, u.Via.String()+" to, in the process that loads", "", u.At)
			case pickle.Dict, pickle.List, pickle.Tuple, pickle.Set, pickle.FrozenSet:
				// refused where the container is walked; one that is thrown away holds nothing
			default:
				note(nil, "something that is made at load time", u.Via.String(), "", u.At)
			}
		}
	}
	for _, a := range d.c.stream.Anomalies {
		if a.Kind == pickle.OddDunder {
			note(nil, a.Detail, "built", "", a.At)
		}
	}
	for _, p := range d.c.stream.PersIDs {
		if !d.knownID(p.Value) {
			note(nil, "a persistent id that torch does not write", "loaded", d.brief(p.Value, 2), p.At)
		}
	}
	return out
}

// knownID tells the ids of storages, and of modules with their source, from others.
func (d *decoder) knownID(v pickle.Value) bool {
	id := v.Items()
	if v.Kind() != pickle.Tuple || len(id) == 0 {
		return false
	}
	switch d.text(id[0]) {
	case "module":
		return len(id) == 4 && id[1].Kind() == pickle.Global
	case "storage":
		if len(id) < 5 {
			return false
		}
		name, _ := globalOf(id[1])
		_, _, ok := storageClass(name)
		return ok
	}
	return false
}

// refuseCode is what strict does with code.
func (d *decoder) refuseCode(dropped []Dropped) {
	for _, x := range dropped {
		with := ""
		if x.With != "" {
			with = " with " + x.With
		}
		d.refusal.add(ErrCode, d.c.entry, x.Off, "holds code, not only tensors: %s is %s%s", printable(x.Global), x.Use, with)
	}
}

// dropped stands in the sidecar for what is left behind. Strict leaves nothing behind.
func (w *walker) dropped(v pickle.Value) any {
	w.said = true
	if w.opt.Level != Rescue {
		w.refuse(ErrOpcode, offset(v), "something that is neither a tensor nor plain data: %s", w.brief(v, 2))
		return nil
	}
	name := "something that is made at load time"
	switch v.Kind() {
	case pickle.Global:
		name, _ = globalOf(v)
	case pickle.Call:
		if i := w.classOf(v); i != nil {
			name, _ = global(i)
		}
	}
	return wrapped("dropped", name, member{"byte", w.c.base + offset(v)})
}

// brief shows a value in a few words.
func (d *decoder) brief(v pickle.Value, depth int) string {
	const most = 40
	switch v.Kind() {
	case pickle.None:
		return "None"
	case pickle.Bool:
		if n, _ := v.Int(); n != 0 {
			return "True"
		}
		return "False"
	case pickle.Int:
		n, _ := v.Int()
		return strconv.FormatInt(n, 10)
	case pickle.Float:
		return strconv.FormatFloat(v.Float(), 'g', 6, 64)
	case pickle.Str, pickle.Bytes, pickle.ByteArray:
		s := d.c.pickle.Text(v, most)
		if _, n := v.Range(); n > most {
			s += "…"
		}
		return strconv.QuoteToASCII(s)
	case pickle.Global:
		name, _ := globalOf(v)
		return printable(name)
	case pickle.Call:
		fn, args, _ := v.Function()
		return d.brief(fn, 0) + d.brief(args, depth-1)
	case pickle.Tuple, pickle.List:
		if depth <= 0 {
			return "(…)"
		}
		var parts []string
		for i, item := range v.Items() {
			if i == 4 {
				parts = append(parts, "…")
				break
			}
			parts = append(parts, d.brief(item, depth-1))
		}
		return "(" + strings.Join(parts, ", ") + ")"
	}
	return "…"
}

// printable quotes a name that is not plain text.
func printable(s string) string {
	if q := strconv.QuoteToASCII(s); q != `"`+s+`"` {
		return q
	}
	return s
}

// problem of a file in which nothing is a tensor.
func (w *walker) nothing() {
	what := "nothing"
	if v := w.c.stream.Result; v.Kind() == pickle.Call {
		what = w.brief(v, 1)
	} else if n := v.Node(); n != nil {
		what = fmt.Sprintf("a container of %d", n.Count)
	}
	w.refuse(ErrNoTensors, 0, "there is no tensor to write; the file holds %s", what)
}
