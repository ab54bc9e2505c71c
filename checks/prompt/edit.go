package prompt

import "bakedin/internal/repo"

func edit(e ...repo.TextEdit) []repo.TextEdit { return e }
