package checks

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"golang.org/x/text/unicode/norm"
)

// fingerprints gives every finding its identity: content and meaning, never a position. Findings of one file with the same
// content are told apart by their order.
type fingerprints struct{ seen map[string]int }

func (fp *fingerprints) set(f *Finding, kind, anchor string) {
	path := ""
	if f.Location != nil {
		path = norm.NFC.String(strings.ReplaceAll(f.Location.Path, `\`, "/"))
	}
	in := strings.Join([]string{"bakedin/v1", f.Rule, path, kind, anchor}, "\x00")
	if fp.seen == nil {
		fp.seen = map[string]int{}
	}
	n := fp.seen[in]
	fp.seen[in]++
	full := digest40(fmt.Sprintf("%s\x00%d", in, n))
	f.ID = "bk1:" + full[:20]
	f.Group = "bk1:" + digest40(in + "\x000")[:20]
	f.Fingerprints = map[string]string{"bakedin/v1": full}
	if f.Says == "gap" {
		f.Fingerprints["bakedin/loose/v1"] = digest40(strings.Join([]string{"bakedin/v1", f.Rule, kind, anchor}, "\x00"))
	}
}

func digest40(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])[:40]
}

// MissingID is the id of a gap that has no finding: a required artefact that is not there. It can be waived by it.
func MissingID(recommendation, what string) string {
	var fp fingerprints
	f := Finding{Rule: "artefact-missing"}
	fp.set(&f, "repo", recommendation+" "+what)
	return f.ID
}

// textAnchor is the textual key of a match: white space collapsed, our own comments removed, a secret only as its digest.
func textAnchor(text string, secret bool) string {
	if secret {
		if len(text) >= 20 {
			return "sha256:" + digest40(text)
		}
		return fmt.Sprintf("…%s %d", text[max(0, len(text)-4):], len(text))
	}
	if i := strings.Index(text, "bakedin:"); i >= 0 {
		if j := strings.LastIndexAny(text[:i], "#<{"); j >= 0 {
			text = text[:j]
		}
	}
	return strings.Join(strings.Fields(text), " ")
}

// Digest is the base of an edit: sha256 (hex) of the content, or empty for a file that must not exist yet.
func Digest(content []byte, missing bool) string {
	if missing {
		return ""
	}
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}
