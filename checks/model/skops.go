package model

import (
	"path"
	"strings"

	"bakedin/internal/lang/keys"
	"bakedin/rules"
)

// readSkops judges the types that the schema of a skops archive names. Loading it makes objects of them; nodes of methods and
// operators call.
func readSkops(r *reading) {
	a := r.archive()
	if a == nil {
		return
	}
	found := false
	for _, e := range a.Entries {
		if !strings.EqualFold(path.Base(e.Name), "schema.json") {
			continue
		}
		found = true
		for _, text := range memberTexts(r, e) {
			root, err := keys.Parse("json", []byte(text), keys.Limits{Depth: 400, Nodes: 5_000_000})
			if err != nil {
				r.left("parse", "%s: %v", e.Name, err)
				continue
			}
			part := &part{member: join(r.member, e.Name), name: path.Base(e.Name), r: strings.NewReader(text), size: int64(len(text)), depth: r.depth + 1, parent: r.part}
			s := &reading{part: part, c: r.c, format: r.format}
			seen := map[string]bool{}
			each(root, "", func(n *keys.Node, _ string) {
				if n.Kind == keys.Object {
					s.skopsNode(n, seen)
				}
			})
		}
	}
	if !found {
		r.left("parse", "no schema.json in the archive")
	}
}

// skopsCalls are the nodes whose loading calls a method or an operator.
var skopsCalls = map[string]bool{"MethodNode": true, "OperatorFuncNode": true, "PartialNode": true, "FunctionNode": true, "JsonNode": false}

// numeric are the packages whose types skops writes; a dangerous name in them is found before.
var numeric = map[string]bool{"sklearn": true, "numpy": true, "scipy": true, "builtins": true, "collections": true, "datetime": true,
	"pandas": true, "lightgbm": true, "xgboost": true, "catboost": true, "quantile_forest": true, "functools": true, "json": true, "operator": true}

func (r *reading) skopsNode(n *keys.Node, seen map[string]bool) {
	pol, err := loadPolicy()
	if err != nil {
		r.left("panic", "%v", err)
		return
	}
	calls := false
	for _, l := range texts(n, "__loader__") {
		calls = calls || skopsCalls[l]
	}
	for _, module := range texts(n, "__module__") {
		for _, name := range texts(n, "__class__") {
			full := module + "." + name
			if seen[full] {
				continue
			}
			seen[full] = true
			class, _ := pol.judge(module, name)
			off, size := int64(n.Start), int64(max(1, n.End-n.Start))
			switch root, _, _ := strings.Cut(module, "."); {
			case class == dangerous && !(module == "builtins" && !calls):
				r.found("skops-type", off, size, "type "+full, "the schema names %s", full).weigh(rules.Critical, "it runs commands or code, or reaches files or the network")
			case class != harmless && !numeric[root]:
				r.found("skops-type", off, size, "type "+full, "the schema names the type %s, which is none that was looked at", full)
			}
		}
	}
}
