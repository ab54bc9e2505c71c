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

func mkfifo(path string) error { return syscall.Mkfifo(path, 0o644) }

// endless makes a device that never ends, as /dev/zero is one; not every account may.
func endless(path string) error { return syscall.Mknod(path, syscall.S_IFCHR|0o600, 1<<8|5) }
