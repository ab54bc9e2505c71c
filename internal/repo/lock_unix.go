//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package repo

import (
	"errors"
	"os"
	"syscall"
)

// lockFile takes a lock that the system lets go of when the process ends, however it ends.
func lockFile(f *os.File) error {
	err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return ErrBusy
	}
	return err
}
