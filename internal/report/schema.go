package report

import _ "embed"

//go:embed schema/report-v1.schema.json
var schema []byte

// Schema is the JSON Schema (draft 2020-12) of the document that JSON writes. A test holds it against the types and validates
// real reports with it.
func Schema() []byte { return schema }
