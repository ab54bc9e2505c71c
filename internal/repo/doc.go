// Package repo is the way to a repository's files. It opens a tree read-only (a directory, git's index, a revision, or a
// file system in memory), lists what is to be looked at, says which assets of an AI system a file holds, and turns edits
// into previews, differences, atomic writes and undo. It is the only package that writes into a user's repository. It
// judges nothing, and it trusts no byte, name, link or ignore rule of what it opens.
package repo
