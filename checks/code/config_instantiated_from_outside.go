package code

import (
	"context"

	"bakedin/checks"
	"bakedin/internal/lang/python"
)

var instantiators = []string{"hydra.utils.instantiate", "hydra.utils.call", "hydra.utils.get_class", "hydra.utils.get_method", "hydra.utils.get_object"}

// configInstantiatedFromOutside reports configs that were fetched and that name what is called.
// Source: https://hydra.cc/docs/advanced/instantiate_objects/overview/
func configInstantiatedFromOutside(_ context.Context, p *checks.Pass) error {
	src, err := checks.Python.Of(p.File)
	if src == nil || src.File == nil {
		return err
	}
	var flow *python.Flow
	return eachCall(p, instantiators, func(c call) {
		arg := c.src.Argument(c.Call, "config", 0)
		if arg.First == 0 {
			return
		}
		if flow == nil {
			flow = flowOf(src, strangerSource(src))
		}
		o := flow.From(arg.First, arg.Last, c.Scope)
		if o == nil {
			return
		}
		f := c.report(c.name + " calls whatever the config names, and the config comes from " + short(o.What) + ".")
		describe(f, p, src, o)
		f.Fixes = []checks.Fix{checks.Steps("list-targets", "Hold the targets against a list",
			"Write down the classes that a config may name.",
			"Walk the config before instantiate, and refuse every _target_ that is not among them.",
			"Pin what is fetched to a commit (revision=), so that the config stays the one you read.")}
	})
}
