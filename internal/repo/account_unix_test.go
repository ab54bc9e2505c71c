//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package repo

import (
	"os/exec"
	"syscall"
)

// asNobody makes a command run as an account without rights.
func asNobody(cmd *exec.Cmd) bool {
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	return true
}
