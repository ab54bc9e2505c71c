package code

import (
	"strings"

	"bakedin/checks"
	"bakedin/internal/lang/javascript"
)

// scriptBounds are the properties that end an agent's loop in scripts, and a usual value.
var scriptBounds = map[string]string{"recursionLimit": "25", "maxIterations": "25", "maxSteps": "25", "maxTurns": "25"}

// scriptLoopUnbounded reports loops of agents in scripts whose limit is taken away, or that have none.
func scriptLoopUnbounded(p *checks.Pass) error {
	s, err := checks.Script.Of(p.File)
	if s == nil || !importsModule(s, modelModules) {
		return err
	}
	for i := int32(1); int(i) < len(s.Toks)-2; i++ {
		word := s.Word(i)
		if usual, ok := scriptBounds[word]; ok && s.IsOp(i+1, ':') && (s.Word(i+2) == "Infinity" || s.Toks[i+2].Kind == javascript.Number && number(s.Word(i+2)) >= boundless) && (s.IsOp(i+3, ',') || s.IsOp(i+3, '}')) {
			f := p.At(int(s.Toks[i].Start), int(s.Toks[i+2].End), word+" bounds nothing: the agent may go on, and spend, until somebody notices.")
			f.Anchor, f.InAI = "bound "+word, true
			f.Fixes = []checks.Fix{scriptEdit(p, s, i, "set-bound", "Set "+word+" to "+usual, usual, "A task that needs more rounds ends early: raise the number on purpose.")}
		}
		if (word == "while" && s.IsOp(i+1, '(') && s.Word(i+2) == "true" && s.IsOp(i+3, ')') || word == "for" && string(s.Text(i+1, min(i+5, int32(len(s.Toks))))) == "(;;)") && s.IsOp(s.Toks[i+1].Mate+1, '{') {
			scriptEndless(p, s, i, s.Toks[i+1].Mate+1)
		}
	}
	return err
}

// scriptEndless reports a loop that asks a model with tools, and counts nothing.
func scriptEndless(p *checks.Pass, s *javascript.File, loop, brace int32) {
	end, asks := s.Toks[brace].Mate, ""
	for i := range s.Calls {
		c := &s.Calls[i]
		if c.Open < brace || c.Close > end {
			continue
		}
		callee := s.Callee(c)
		if !scriptAskMethods.MatchString(callee) && !strings.HasSuffix(callee, "messages.create") && callee != "generateText" {
			continue
		}
		if args := s.Args(c.Open); len(args) > 0 {
			if _, _, ok := s.Property(args[0][0], "tools"); ok {
				asks = callee
			}
		}
	}
	if asks == "" {
		return
	}
	for k := brace; k < end; k++ {
		if word := snake(s.Word(k)); s.Toks[k].Kind == javascript.Name && counts.MatchString(word) && !strings.HasPrefix(word, "max_tokens") && !strings.HasPrefix(word, "max_completion") && !strings.HasPrefix(word, "max_output") {
			return
		}
	}
	f := p.At(int(s.Toks[loop].Start), int(s.Toks[brace-1].End), "The loop asks the model, with tools, until the model itself stops: nothing counts the rounds.")
	f.Anchor, f.InAI = "endless "+asks, true
	f.Fixes = []checks.Fix{checks.Steps("count-rounds", "Count the rounds", "Write for (let round = 0; round < 25; round++) in place of the endless loop, and say what happens when it is used up.", "Give the task a limit of time and of cost too.")}
}
