// Package report writes a posture.Report in the formats that people and programs read, and reads a saved one back. Every
// format is made of the same value, so that a replayed run and a direct one give the same bytes. It knows how things look
// and what each reader demands; it does not decide what is wrong, never scans, and prints no string of a repository that
// has not been through internal/safe.
package report
