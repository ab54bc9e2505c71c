//go:build unix

package repo

import "syscall"

const nonBlock = syscall.O_NONBLOCK
