package convert

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"math"
	"strconv"
	"unicode/utf8"
)

// object is a JSON object that keeps its order.
type object []member

type member struct {
	key   string
	value any
}

// MarshalJSON implements json.Marshaler.
func (o object) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, m := range o {
		if i > 0 {
			b.WriteByte(',')
		}
		k, err := plainJSON(m.key)
		if err != nil {
			return nil, err
		}
		v, err := plainJSON(m.value)
		if err != nil {
			return nil, err
		}
		b.Write(k)
		b.WriteByte(':')
		b.Write(v)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// plainJSON is json.Marshal without the escapes for HTML.
func plainJSON(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// wrapped is {"$key": value, …}: how what JSON has no form for is written.
func wrapped(key string, value any, more ...member) object {
	return append(object{{"$" + key, value}}, more...)
}

func bytesJSON(b []byte) any { return wrapped("bytes", base64.StdEncoding.EncodeToString(b)) }

// textJSON keeps bytes that are no UTF-8, which JSON would replace.
func textJSON(s string) any {
	if !utf8.ValidString(s) {
		return wrapped("text", base64.StdEncoding.EncodeToString([]byte(s)))
	}
	return s
}

// floatJSON writes NaN and the infinities as text.
func floatJSON(f float64) any {
	switch {
	case math.IsNaN(f):
		return "NaN"
	case math.IsInf(f, 1):
		return "Infinity"
	case math.IsInf(f, -1):
		return "-Infinity"
	case f == math.Trunc(f) && math.Abs(f) < 1<<53:
		return json.RawMessage(strconv.FormatFloat(f, 'f', 1, 64)) // stays a float
	}
	return f
}

// intJSON writes integers that a reader of JSON may round as text.
func intJSON(n int64) any {
	if n > 1<<53 || n < -1<<53 {
		return strconv.FormatInt(n, 10)
	}
	return n
}
