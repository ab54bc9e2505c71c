package code

import (
	"bytes"
	"context"
	"iter"
	"net/netip"
	"regexp"
	"strings"

	"bakedin/checks"
	"bakedin/internal/lang/python"
	"bakedin/internal/repo"
)

// plainURL is an address without TLS of something that is loaded, unpacked, installed or run.
var plainURL = regexp.MustCompile(`^(?i)http://[^\s"'` + "`" + `<>(){}|\\]+?\.(?:pt|pth|ckpt|safetensors|gguf|onnx|h5|keras|pkl|pickle|joblib|npz?|pb|tflite|bin|model|parquet|csv|jsonl?|tsv|tar|tar\.(?:gz|bz2|xz)|tgz|gz|bz2|xz|zip|7z|whl|egg|jar|deb|rpm|sh|py|exe|dmg)(?:[?#][^\s"'<>)]*)?(?:["'` + "`" + `\s)\]},;<>]|$)`)

// plainIndex is a package index without TLS, or one that is trusted without it.
var plainIndex = regexp.MustCompile(`(?im)(?:--(?:extra-)?index-url[= ]\s*|(?:^|[ \t])-i[ \t=]+|(?:extra-)?index-url\s*=\s*|^\s*url\s*=\s*["'])(http://[^\s"']+)|--trusted-host[= ]\s*([\w.-]+)`)

// tlsHosts are known to serve the same over TLS.
var tlsHosts = regexp.MustCompile(`(?i)^(?:www\.)?(?:huggingface\.co|github\.com|raw\.githubusercontent\.com|pypi\.org|files\.pythonhosted\.org|storage\.googleapis\.com|[\w.-]*\.?s3[\w.-]*\.amazonaws\.com|zenodo\.org|dl\.fbaipublicfiles\.com|download\.pytorch\.org|images\.cocodataset\.org|nlp\.stanford\.edu|download\.tensorflow\.org|[\w-]+\.blob\.core\.windows\.net|archive\.ics\.uci\.edu)$`)

// plainDownload reports downloads that whoever is on the way can exchange.
func plainDownload(_ context.Context, p *checks.Pass) error {
	text, err := p.File.Bytes()
	if err != nil {
		return err
	}
	if !mayFetch(text) {
		return nil
	}
	if p.File.Asset(repo.Code) != nil && p.File.Asset(repo.Code).Format == "python" {
		src, err := checks.Python.Of(p.File)
		if src == nil || src.File == nil {
			return err
		}
		for i := range src.Toks {
			if t := &src.Toks[i]; t.Kind == python.Str && mayFetch(text[t.Start:t.End]) && !docstring(src, i) && bytes.Count(text[t.Start:t.End], []byte("\n")) < 3 {
				plainIn(p, text, int(t.Start), int(t.End))
			}
		}
		return err
	}
	for start, end := range codeLines(text) {
		if !mayFetch(text[start:end]) {
			continue
		}
		plainIn(p, text, start, end)
	}
	return nil
}

// mayFetch tells apart, quickly, a text that names no address.
func mayFetch(text []byte) bool {
	return bytes.Contains(text, []byte("http://")) || bytes.Contains(text, []byte("HTTP://")) || bytes.Contains(text, []byte("--trusted-host"))
}

func plainIn(p *checks.Pass, text []byte, start, end int) {
	for from := range plainSchemes(text, start, end) {
		m := plainURL.FindIndex(text[from:min(end, from+longestURL)])
		if m == nil {
			continue
		}
		url := string(text[from : from+m[1]])
		url = strings.TrimRight(url, "\"'`\t\r\n )]},;<>")
		host := hostOf(url)
		if near(host) {
			continue
		}
		f := p.At(from, from+len(url), "What is downloaded from "+short(host)+" can be exchanged on the way: the address has no TLS.")
		f.Anchor = "plain " + url
		f.InAI = weightsName.MatchString(url)
		fix := checks.Fix{ID: "https", Title: "Write https://", Applicability: checks.Unsafe, Edits: []repo.TextEdit{p.Replace(from, from+len("http"), "https")},
			Breaks: "A host that does not serve TLS is not reached any more: then compare a digest instead."}
		if tlsHosts.MatchString(host) {
			fix.Applicability, fix.Breaks = checks.Safe, "Nothing: the host is known to serve the same over TLS."
		}
		if p.File.Asset(repo.Notebook) != nil {
			fix.Applicability, fix.Edits, fix.Steps = checks.Manual, nil, []string{"Write https:// in the cell."}
		}
		f.Fixes = []checks.Fix{fix}
	}
	if end-start > longestURL {
		return // no command and no setting, but a script that was made small
	}
	for _, m := range plainIndex.FindAllSubmatchIndex(text[start:end], -1) {
		message, from, to := "Packages are installed from an index without TLS.", m[2], m[3]
		if from < 0 {
			message, from, to = "pip is told to trust this host whatever its certificate says.", m[4], m[5]
		}
		host := strings.TrimSpace(string(text[start+from : start+to]))
		if near(hostOf(host)) {
			continue
		}
		f := p.At(start+from, start+to, message)
		f.Anchor = "index " + host
		f.InAI = true // whatever is installed runs
		f.Fixes = []checks.Fix{checks.Steps("index-over-tls", "Reach the index over TLS", "Write https:// for the index.", "For an authority of your own, give pip its certificate (--cert, or PIP_CERT), in place of --trusted-host.")}
	}
}

// most bytes of an address, and of a line that installs packages
const longestURL = 4096

// plainSchemes yields where an address without TLS begins. Looking for its few bytes first matters in scripts of one line.
func plainSchemes(text []byte, start, end int) iter.Seq[int] {
	return func(yield func(int) bool) {
		for at := start; at < end; {
			i := bytes.Index(text[at:end], []byte("://"))
			if i < 0 {
				return
			}
			from := at + i - len("http")
			at += i + len("://")
			if from < start || !bytes.EqualFold(text[from:from+len("http")], []byte("http")) || from > start && letter(text[from-1]) {
				continue
			}
			if !yield(from) {
				return
			}
		}
	}
}

func letter(b byte) bool { return b|0x20 >= 'a' && b|0x20 <= 'z' || b >= '0' && b <= '9' || b == '_' }

// hostOf is the host of an address, without port and credentials.
func hostOf(url string) string {
	h := strings.TrimPrefix(strings.ToLower(url), "http://")
	if i := strings.IndexAny(h, "/?#"); i >= 0 {
		h = h[:i]
	}
	h = h[strings.LastIndexByte(h, '@')+1:]
	if i := strings.LastIndexByte(h, ':'); i >= 0 && !strings.HasSuffix(h, "]") {
		h = h[:i]
	}
	return strings.Trim(h, "[]")
}

// near tells whether a host is this machine, a network of one's own, or a name that documentation uses.
func near(host string) bool { return ownNetwork(host) || documentationHost.MatchString(host) }

// ownNetwork tells whether a host is this machine, or one of a network of one's own.
func ownNetwork(host string) bool {
	if a, err := netip.ParseAddr(host); err == nil {
		return a.IsLoopback() || a.IsPrivate() || a.IsLinkLocalUnicast() || a.IsUnspecified()
	}
	return !strings.Contains(host, ".") || strings.ContainsAny(host, "$%*") || ownName.MatchString(host)
}

var (
	documentationHost = regexp.MustCompile(`(?i)(?:^|\.)(?:example\.(?:com|org|net)|w3\.org|schemas?\.[\w.-]+|[\w-]+\.(?:test|example|invalid))$`)
	ownName           = regexp.MustCompile(`(?i)(?:^|\.)(?:localhost|host\.docker\.internal|[\w-]+\.(?:local|internal|lan|localhost))$`)
)

// docstring tells whether a string stands alone as a statement.
func docstring(src *checks.PythonSource, i int) bool {
	before := i == 0 || src.Toks[i-1].Kind == python.Newline || src.Toks[i-1].Kind == python.Op && src.Toks[i-1].Op == ':' && src.Toks[i-1].Depth == 0
	after := i+1 >= len(src.Toks) || src.Toks[i+1].Kind == python.Newline || src.Toks[i+1].Kind == python.EOF
	return before && after
}

// codeLines yields the lines that are no comment, as ranges.
func codeLines(text []byte) func(yield func(start, end int) bool) {
	return func(yield func(start, end int) bool) {
		for start := 0; start < len(text); {
			end := len(text)
			if i := bytes.IndexByte(text[start:], '\n'); i >= 0 {
				end = start + i
			}
			line := bytes.TrimLeft(text[start:end], " \t\"")
			if !(bytes.HasPrefix(line, []byte("#")) || bytes.HasPrefix(line, []byte("//")) || bytes.HasPrefix(line, []byte("*")) || bytes.HasPrefix(line, []byte("<!--"))) && !yield(start, end) {
				return
			}
			start = end + 1
		}
	}
}
