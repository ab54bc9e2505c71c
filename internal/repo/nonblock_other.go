//go:build !unix

package repo

const nonBlock = 0
