// Package policy reads what people decided: .bakedin.toml (settings, waivers, facts, trust) and .bakedin/attestations.toml
// (answers). It validates strictly, reports all errors at once with file and line, and judges nothing.
package policy
