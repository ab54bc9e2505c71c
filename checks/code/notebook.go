package code

import (
	"context"
	"regexp"
	"strings"

	"bakedin/checks"
	"bakedin/internal/checkdigit"
	"bakedin/internal/lang/keys"
	"bakedin/rules"
)

// eachCell calls visit for the code cells of a notebook.
func eachCell(p *checks.Pass, visit func(cell *keys.Node)) error {
	text, err := p.File.Bytes()
	if err != nil {
		return err
	}
	root, err := checks.Keys.Of(p.File)
	if root == nil || err != nil {
		if root, err = keys.Parse("json", text, keys.Limits{}); err != nil {
			return &checks.Skip{Kind: "parse", Detail: err.Error()}
		}
	}
	cells := root.Child("cells")
	if cells == nil {
		return nil
	}
	for _, c := range cells.Items {
		if kind := c.Child("cell_type"); kind != nil && kind.Value == "code" {
			visit(c)
		}
	}
	return nil
}

// eachText calls visit for the texts of a value that the notebook format lets be one text or a list of lines.
func eachText(n *keys.Node, visit func(line *keys.Node)) {
	if n == nil {
		return
	}
	if n.Kind == keys.Scalar {
		visit(n)
	}
	for _, i := range n.Items {
		if i.Kind == keys.Scalar {
			visit(i)
		}
	}
}

// runsDownload is a line of a cell that runs what it fetches, or fetches a program to run it.
var runsDownload = regexp.MustCompile(`(?:curl|wget)\b[^|\n]*\|\s*(?:sudo\s+)?(?:\S*/)?(?:(?:ba|z)?sh|python3?|perl|node)\b|^\s*[!%].*(?:wget|curl)\s[^\n]*https?://\S+\.(?:sh|py|run|exe|deb)\b|^\s*%(?:load|run)\s+https?://|(?:ba)?sh\s+<\(\s*(?:curl|wget)`)

// notebookDownload reports cells that run what an address holds today.
func notebookDownload(_ context.Context, p *checks.Pass) error {
	return eachCell(p, func(cell *keys.Node) {
		eachText(cell.Child("source"), func(line *keys.Node) {
			for _, text := range strings.Split(line.Value, "\n") {
				if !runsDownload.MatchString(text) || strings.HasPrefix(strings.TrimSpace(text), "#") {
					continue
				}
				f := p.At(line.Start, line.End, "The cell runs what an address holds today.")
				f.Anchor = "cell " + strings.TrimSpace(text)
				f.Fixes = []checks.Fix{checks.Steps("check-first", "Check before it runs", "Download a version by name into a file.", "Compare its digest: !echo '<sha256>  install.sh' | sha256sum -c", "Run the file. Better: install the tool as a package with a pinned version.")}
			}
		})
	})
}

// commonScripts are hosts from which the libraries that draw plots load their own scripts.
var (
	remoteScript  = regexp.MustCompile(`(?i)<script[^>]*\ssrc\s*=\s*["']?(?:https?:)?//([\w.-]+)`)
	commonScripts = regexp.MustCompile(`(?i)(?:^|\.)(?:plot\.ly|bokeh\.org|pydata\.org|cloudflare\.com|jsdelivr\.net|unpkg\.com|googleapis\.com|jquery\.com|mathjax\.org|d3js\.org|gstatic\.com|holoviz\.org)$`)
)

// notebookHTML reports outputs that make whoever opens the notebook load a script from elsewhere.
func notebookHTML(_ context.Context, p *checks.Pass) error {
	text, err := p.File.Bytes()
	if err != nil || !bytesHave(text, "<script", "<SCRIPT") {
		return err
	}
	return eachCell(p, func(cell *keys.Node) {
		out := cell.Child("outputs")
		if out == nil {
			return
		}
		for _, o := range out.Items {
			data := o.Child("data")
			if data == nil {
				continue
			}
			for _, kind := range []string{"text/html", "application/javascript"} {
				eachText(data.Child(kind), func(line *keys.Node) {
					m := remoteScript.FindStringSubmatch(line.Value)
					if m == nil || commonScripts.MatchString(m[1]) {
						return
					}
					f := p.At(line.Start, line.End, "The output loads a script from "+m[1]+" into the page of whoever opens the notebook.")
					f.Anchor = "script " + m[1]
					f.Fixes = []checks.Fix{clearOutput(p, cell)}
				})
			}
		}
	})
}

func clearOutput(p *checks.Pass, cell *keys.Node) checks.Fix {
	return checks.Fix{ID: "clear-output", Title: "Clear the output of the cell", Applicability: checks.Safe, Edits: p.ClearOutput(cell)}
}

var (
	mailAddress = regexp.MustCompile(`\b[A-Za-z0-9._%+-]+@([A-Za-z0-9-]+\.)+[A-Za-z]{2,}\b`)
	plainMail   = regexp.MustCompile(`(?i)@(?:[\w-]+\.)*(?:example|test|invalid|localhost)(?:\.\w+)?$|@users\.noreply|^(?:git|info|noreply|no-reply|support)@|\.(?:png|jpe?g|gif|svg)$`)
	accountID   = regexp.MustCompile(`\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,7}(?: ?[A-Z0-9]{1,3})?\b`)
	cardNumber  = regexp.MustCompile(`\b(?:4\d{3}|5[1-5]\d{2}|3[47]\d{2}|6011)[ -]?\d{4}[ -]?\d{4}[ -]?\d{3,4}\b`)
	homeFolder  = regexp.MustCompile(`(?:/home/|/Users/|[A-Z]:\\Users\\)([A-Za-z][\w.-]+)`)
	commonUsers = regexp.MustCompile(`(?i)^(?:user|username|ubuntu|jovyan|root|runner|ec2-user|me|you|your\w*|vscode|codespace|admin|sagemaker-user|shared|public|docker|app|name)$`)
)

// notebookLeaks reports outputs that show people's data, and names of machines and folders.
func notebookLeaks(_ context.Context, p *checks.Pass) error {
	return eachCell(p, func(cell *keys.Node) {
		out := cell.Child("outputs")
		if out == nil || len(out.Items) == 0 {
			return
		}
		mails, folder := map[string]bool{}, ""
		what := ""
		for _, o := range out.Items {
			look := func(line *keys.Node) {
				for _, m := range mailAddress.FindAllString(line.Value, 50) {
					if !plainMail.MatchString(m) {
						mails[strings.ToLower(m)] = true
					}
				}
				for _, m := range accountID.FindAllString(line.Value, 50) {
					if checkdigit.Account(m) {
						what = "an account number (IBAN)"
					}
				}
				for _, m := range cardNumber.FindAllString(line.Value, 50) {
					if checkdigit.Card(m) {
						what = "the number of a payment card"
					}
				}
				if m := homeFolder.FindStringSubmatch(line.Value); m != nil && !commonUsers.MatchString(m[1]) {
					folder = "the folder of a person on a machine"
				}
			}
			eachText(o.Child("text"), look)
			if data := o.Child("data"); data != nil {
				eachText(data.Child("text/plain"), look)
				eachText(data.Child("text/html"), look)
			}
			eachText(o.Child("traceback"), look)
		}
		if len(mails) >= 3 {
			what = "addresses of people"
		}
		if what == "" && folder == "" {
			return
		}
		shown := what
		if what == "" {
			shown = folder
		}
		f := p.At(out.Start, out.End, "The output of a cell shows "+shown+".")
		f.Anchor = "output " + shown
		if what == "" {
			f.Lower(rules.Low, "it names a person and a machine, no more")
		}
		f.Fixes = []checks.Fix{clearOutput(p, cell)}
	})
}
