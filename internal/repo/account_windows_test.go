package repo

import "os/exec"

func asNobody(*exec.Cmd) bool { return false }
