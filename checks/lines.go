package checks

type lineIndex struct{}
