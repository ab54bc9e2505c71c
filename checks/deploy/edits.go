package deploy

import "bakedin/internal/repo"

func edits(e ...repo.TextEdit) []repo.TextEdit { return e }
