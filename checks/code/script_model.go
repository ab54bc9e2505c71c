package code

import (
	"bakedin/internal/lang/javascript"
)

var (
	protocol     = match(`^@modelcontextprotocol/`)
	asksWhenDone = match(`\.(?:asQueryEngine|asChatEngine|withStructuredOutput|bindTools)\(\)$`)
	pipelines    = match(`^(?:@huggingface|@xenova)/transformers$`)
)

// modelClasses are the names that a file imports from libraries of models.
func modelClasses(s *javascript.File) map[string]bool {
	names := map[string]bool{}
	for _, m := range s.Imports {
		if name := packageName(m.Module); modelModules.MatchString(name) && !protocol.MatchString(name) {
			names[m.Local] = true
		}
	}
	return names
}

// madeModel tells whether what is called, or whose method is, is a model by the way it was made: m = new ChatOpenAI(…),
// engine = index.asQueryEngine(), generate = await pipeline(…).
func madeModel(s *javascript.File, first, open int32, models map[string]bool) bool {
	name := s.Word(first)
	if method := open == first+3 && s.IsOp(first+1, '.'); !method && open != first+1 {
		return false
	} else if method && models[s.Made(name)] {
		return true
	}
	from, to, ok := s.Constant(first, first+1)
	if !ok {
		return false
	}
	if s.Word(from) == "await" {
		from++
	}
	made := s.Dotted(from, to)
	return asksWhenDone.MatchString(made) || made == "pipeline()" && open == first+1 && importsModule(s, pipelines)
}

// answeredTo is the call whose callback is told the answer: useChat({ onFinish: (message) => … }).
func answeredTo(s *javascript.File, e javascript.Expr) string {
	for _, h := range s.HandedTo(e.First) {
		callee := s.Callee(h.Call)
		switch {
		case h.Key != "onFinish" && h.Key != "onResponse" && h.Key != "onToken":
		case callee == "useCompletion" && e.Place == 1, callee != "useCompletion" && e.Place == 0 && scriptAskFunctions[callee]:
			return callee
		}
	}
	return ""
}
