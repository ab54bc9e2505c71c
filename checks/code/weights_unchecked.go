package code

import (
	"bytes"
	"context"
	"regexp"
	"slices"
	"strings"
	"sync"

	"bakedin/checks"
	"bakedin/internal/lang/python"
)

// weightsUnchecked reports downloads of weights whose digest nobody compares.
type weightsUnchecked struct{}

// download is a function that fetches a file.
type download struct {
	url      string // keyword of the address
	position int    // or its position
	to       int    // position of the name it is kept under; -1: it has none
	loads    bool   // it loads what it fetched: whatever the address, it is weights
}

var downloads = map[string]download{
	"torch.hub.load_state_dict_from_url":                      {"url", 0, -1, true},
	"torch.utils.model_zoo.load_url":                          {"url", 0, -1, true},
	"torch.hub.download_url_to_file":                          {"url", 0, 1, false},
	"torchvision.datasets.utils.download_url":                 {"url", 0, 2, false},
	"torchvision.datasets.utils.download_and_extract_archive": {"url", 0, 3, false},
	"keras.utils.get_file":                                    {"origin", 1, 0, false},
	"urllib.request.urlretrieve":                              {"url", 0, 1, false},
	"urllib.request.urlopen":                                  {"url", 0, -1, false},
	"wget.download":                                           {"url", 0, 1, false},
	"gdown.download":                                          {"url", 0, 1, false},
	"gdown.cached_download":                                   {"url", 0, 1, false},
	"requests.get":                                            {"url", 0, -1, false},
	"httpx.get":                                               {"url", 0, -1, false},
	"httpx.stream":                                            {"url", 1, -1, false},
}

// digestKeywords are those by which such functions take a digest.
var digestKeywords = []string{"hash_prefix", "file_hash", "md5_hash", "md5", "check_hash", "hash", "known_hash"}

var (
	weightsName = regexp.MustCompile(`(?i)\.(?:pth?|ckpt|bin|h5|hdf5|keras|pkl|pickle|joblib|onnx|safetensors|gguf|tflite|pb|caffemodel|weights)(?:\?|$)`)

	// hashSuffix is how torch names a file whose name carries the start of its digest.
	hashSuffix = regexp.MustCompile(`-[0-9a-f]{8,}\.\w+$`)
	dateSuffix = regexp.MustCompile(`-(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])\.\w+$`)

	// digestNamed is a hint that a file compares digests itself.
	digestNamed = []string{"sha256", "sha512", "blake2b", "hashlib", "md5", "verify_checksum", "check_integrity"}

	commitInURL = regexp.MustCompile(`/[0-9a-f]{40}/`)
)

// Run implements checks.Check over Python.
func (weightsUnchecked) Run(_ context.Context, p *checks.Pass) error {
	src, err := checks.Python.Of(p.File)
	if src == nil || src.File == nil {
		return err
	}
	names := make([]string, 0, len(downloads))
	for n := range downloads {
		names = append(names, n)
	}
	slices.Sort(names)
	compared := sync.OnceValue(func() bool { return usesAny(src, digestNamed) })
	return eachCall(p, names, func(c call) {
		d := downloads[c.name]
		url := c.src.Argument(c.Call, d.url, d.position)
		if url.Kind == python.Absent {
			url = c.src.Keyword(c.Call, "url")
		}
		named := url.Kind == python.String && weightsName.MatchString(url.Str)
		if d.to >= 0 && !named {
			to := c.src.Argument(c.Call, "output", d.to)
			named = to.Kind == python.String && weightsName.MatchString(to.Str)
		}
		switch {
		case d.loads && url.Kind == python.Other, !d.loads && !named, commitInURL.MatchString(url.Str), c.hasDigest(), compared():
			return
		}
		f := c.report("Weights are downloaded, and nothing compares their digest.")
		if d.loads && src.Editable() && url.Kind == python.String && hashSuffix.MatchString(url.Str) && !dateSuffix.MatchString(url.Str) {
			fix := checks.Fix{ID: "check-hash", Title: "Compare the digest in the file's name", Applicability: checks.Safe, Edits: c.setKeyword("check_hash", "True")}
			if c.spreads() {
				fix.Applicability, fix.Breaks = checks.Unsafe, "The call is given arguments that cannot be seen here; if check_hash is one of them, it fails."
			}
			f.Fixes = []checks.Fix{fix}
			return
		}
		f.Fixes = []checks.Fix{recordDigest()}
	})
}

func (c call) hasDigest() bool {
	for _, k := range digestKeywords {
		switch c.src.Keyword(c.Call, k).Kind {
		case python.Absent, python.False, python.None, python.Unknown:
		default:
			return true
		}
	}
	return false
}

var digestCommand = regexp.MustCompile(`(?i)sha(?:256|512)sum|shasum|md5sum|openssl dgst|--checksum=|b2sum|b3sum|hashlib|Get-FileHash`)

// Judge implements checks.Judge over scripts and notebooks: a command that fetches weights.
func (weightsUnchecked) Judge(p *checks.Pass, m checks.TextMatch) {
	at := m.Groups[0]
	line := bytes.LastIndexByte(m.Text[:at], '\n') + 1
	head := bytes.TrimSpace(m.Text[line:at])
	url := m.Group(1)
	if bytes.HasPrefix(head, []byte("#")) || bytes.Contains(head, []byte("echo ")) || commitInURL.MatchString(url) || ownNetwork(hostOf(strings.TrimPrefix(strings.ToLower(url), "https://"))) || digestCommand.Match(m.Text) {
		return
	}
	f := p.At(at, m.Groups[1], "Weights are downloaded, and nothing compares their digest.")
	f.Anchor = "download " + url
	f.Fixes = []checks.Fix{recordDigest()}
}

func recordDigest() checks.Fix {
	return checks.Steps("record-digest", "Record the digest and compare it",
		"Write the SHA-256 of the file you tested into the source or a manifest.",
		"Compare it after the download and before anything reads the file; refuse what differs. In a script: echo '<sha256>  model.bin' | sha256sum -c")
}
