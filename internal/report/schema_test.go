package report

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"bakedin/internal/posture"
)

var update = flag.Bool("update", false, "write the golden files anew")

// enums are the closed lists of words of the document, by type or by field.
var enums = map[string][]string{
	"rules.Severity": {"critical", "high", "medium", "low"}, "rules.Strength": {"E0", "E1", "E2", "E3", "E4"},
	"rules.Confidence": {"high", "medium", "low"}, "rules.Audience": {"essential", "standard", "strict"}, "rules.Says": {"gap", "evidence"},
	"rules.Mode": {"prove", "refute", "assist", "ask"}, "checks.Status": {"open", "waived", "baselined", "ignored-inline"},
	"checks.State": {"completed", "partly", "failed", "skipped", "disabled"}, "checks.Applicability": {"safe", "unsafe", "manual"},
	"repo.Kind":      {"model", "prompt", "agent", "manifest", "dataset", "code", "notebook", "deploy", "ci", "doc"},
	"posture.Status": {"pass", "gap", "needs-you", "waived", "not-applicable", "unknown"},
	"posture.Basis":  {"proven", "attested", "likely", "missing", "declared"},
	"Skipped.kind":   {"unreadable", "parse", "limit", "timeout", "panic", "encrypted", "object-missing", "unsupported", "submodule", "link-escapes"},
	"Location.kind":  {"text", "binary", "member", "repo"}, "Finding.scope": {"file", "repo"}, "Next.verb": {"fix", "attest", "waive", "rescan", "read"},
	"Report.schema": {SchemaName},
}

// schemaOf makes the schema of a type. Fields may be added in later minor versions, so unknown ones are allowed.
func schemaOf(t reflect.Type, words []string) map[string]any {
	if words == nil {
		words = enums[t.String()]
	}
	switch t.Kind() {
	case reflect.Pointer:
		return map[string]any{"anyOf": []any{schemaOf(t.Elem(), nil), map[string]any{"type": "null"}}}
	case reflect.Struct:
		properties, required := map[string]any{}, []string{}
		for i := range t.NumField() {
			f := t.Field(i)
			name, opts, _ := strings.Cut(f.Tag.Get("json"), ",")
			if name == "-" || name == "" {
				continue
			}
			properties[name] = schemaOf(f.Type, enums[t.Name()+"."+name])
			if opts != "omitempty" {
				required = append(required, name)
			}
		}
		return map[string]any{"type": "object", "properties": properties, "required": required}
	case reflect.Slice:
		return map[string]any{"type": "array", "items": schemaOf(t.Elem(), nil)}
	case reflect.Map:
		return map[string]any{"type": "object", "additionalProperties": schemaOf(t.Elem(), nil)}
	case reflect.Bool:
		return map[string]any{"type": "boolean"}
	case reflect.String:
		if words != nil {
			return map[string]any{"enum": words}
		}
		return map[string]any{"type": "string"}
	case reflect.Float64:
		return map[string]any{"type": "number"}
	}
	return map[string]any{"type": "integer"}
}

func TestTheSchemaIsThatOfTheTypes(t *testing.T) {
	s := schemaOf(reflect.TypeFor[posture.Report](), nil)
	s["$schema"], s["title"] = "https://json-schema.org/draft/2020-12/schema", "bakedin report, version 1"
	want, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	want = append(want, '\n')
	if *update {
		if err := os.WriteFile(filepath.Join("schema", "report-v1.schema.json"), want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(Schema(), want) && !*update {
		t.Error("schema/report-v1.schema.json is stale; a change other than a new field needs version 2; run go test ./internal/report -update")
	}
}

// validate holds a document against a schema.
func validate(t *testing.T, schema, document []byte) error {
	t.Helper()
	parse := func(b []byte) any {
		v, err := jsonschema.UnmarshalJSON(bytes.NewReader(b))
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("schema.json", parse(schema)); err != nil {
		t.Fatal(err)
	}
	compiled, err := c.Compile("schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return compiled.Validate(parse(document))
}
