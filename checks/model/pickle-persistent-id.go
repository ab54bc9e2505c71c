package model

import (
	"fmt"
	"strings"

	"bakedin/checks"
	"bakedin/internal/format/pickle"
	"bakedin/rules"
)

// persistentID reports ids that only the loading program can resolve, unless they are the storages of a torch file.
func persistentID(pass *checks.Pass, c *contents) {
	r := reporting(pass)
	c.each(func(p *part, _ *verdict) {
		for _, s := range p.pickle.Streams {
			for _, id := range s.PersIDs {
				if !p.torch {
					r.at(p, id.At, "persistent-id", fmt.Sprintf("a persistent id %s: the program that loads decides what it means", where(p, id.At)))
					continue
				}
				if why := oddStorage(p.pickle, id); why != "" {
					severity(r.at(p, id.At, "storage "+why, fmt.Sprintf("a storage %s %s", where(p, id.At), why)), rules.High, "torch takes any class with Storage in its name for a storage")
				}
			}
		}
	})
}

// oddStorage tells what is wrong with the id of a torch storage: ('storage', torch.XStorage, key, location, count …).
func oddStorage(f *pickle.File, id pickle.PersID) string {
	items := id.Value.Items()
	if id.Value.Kind() == pickle.Tuple && len(items) >= 2 && items[0].Kind() == pickle.Str && f.Text(items[0], 16) == "module" {
		return "" // source code of a container, which old torch compares and never runs
	}
	if id.Value.Kind() != pickle.Tuple || len(items) < 5 || f.Text(items[0], 16) != "storage" {
		if id.Value.Plain() {
			return "" // the key of a tensor in older files
		}
		return "is no storage tuple"
	}
	i := items[1].Import()
	if i == nil {
		return "has a class that is made at load time"
	}
	switch i.Module {
	case "torch", "torch.storage", "torch.cuda":
		if strings.HasSuffix(i.Name, "Storage") && !strings.Contains(i.Name, ".") {
			return ""
		}
	}
	return "is of class " + spelled(i.Module, i.Name)
}
