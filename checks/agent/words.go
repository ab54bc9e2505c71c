package agent

import (
	"bakedin/internal/repo"
	"bakedin/internal/safe"
)

func safeName(s string) safe.Text { return safe.Line(s) }

func editList(e ...repo.TextEdit) []repo.TextEdit { return e }
