package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"reflect"
	"unicode/utf16"
	"unicode/utf8"

	"bakedin/internal/posture"
	"bakedin/internal/safe"
)

// The names of the document that JSON writes.
const (
	SchemaName    = "bakedin/report-v1"
	SchemaVersion = "1.0"
)

// JSON writes the report as json-v1, whole or not at all: the document is built first and written in one call. Lists are
// never null. Markup and every character that a terminal could obey or a person could not see is escaped.
func JSON(w io.Writer, r *posture.Report) error {
	full := filled(reflect.ValueOf(*r)).Interface().(posture.Report)
	full.Schema, full.SchemaVersion = SchemaName, SchemaVersion
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetIndent("", "  ")
	if err := e.Encode(full); err != nil {
		return fmt.Errorf("encode report: %w", err)
	}
	_, err := w.Write(escape(b.Bytes()))
	return err
}

// filled copies a value and puts empty lists and maps where there are nil ones: absent and empty are the same to us, and a
// reader should not have to ask twice.
func filled(v reflect.Value) reflect.Value {
	switch v.Kind() {
	case reflect.Struct:
		out := reflect.New(v.Type()).Elem()
		out.Set(v)
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				out.Field(i).Set(filled(v.Field(i)))
			}
		}
		return out
	case reflect.Slice:
		out := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
		for i := range v.Len() {
			out.Index(i).Set(filled(v.Index(i)))
		}
		return out
	case reflect.Map:
		if v.IsNil() {
			return reflect.MakeMap(v.Type())
		}
	case reflect.Pointer:
		if !v.IsNil() && v.Elem().Kind() == reflect.Struct {
			out := reflect.New(v.Type().Elem())
			out.Elem().Set(filled(v.Elem()))
			return out
		}
	}
	return v
}

// escape writes the hostile characters of a JSON text as \uXXXX. They can only stand in strings, where that is the same.
func escape(text []byte) []byte {
	clean := true
	for i := 0; i < len(text) && clean; i++ {
		clean = text[i] < 0x7f
	}
	if clean {
		return text
	}
	out := make([]byte, 0, len(text)+len(text)/16)
	for i := 0; i < len(text); {
		r, n := utf8.DecodeRune(text[i:])
		if r == '\n' || !safe.Hostile(r) {
			out = append(out, text[i:i+n]...)
		} else if a, b := utf16.EncodeRune(r); a != utf8.RuneError {
			out = fmt.Appendf(out, `\u%04x\u%04x`, a, b)
		} else {
			out = fmt.Appendf(out, `\u%04x`, r)
		}
		i += n
	}
	return out
}
