package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"bakedin/internal/convert"
	"bakedin/internal/safe"
)

// convertFlags are the flags of bakedin convert.
type convertFlags struct {
	output, root, keep, receipt, verify, hash, format string
	rescue, dryRun, noReread, allowGrowth             bool
}

func (a *app) convertCommand() *cobra.Command {
	o := &convertFlags{}
	cmd := &cobra.Command{
		Use:   "convert FILE",
		Short: "turn a checkpoint into safetensors without running it",
		Long: `convert reads the pickle of a PyTorch checkpoint symbolically and copies the bytes of its tensors: nothing of the file is
imported, called or executed, and no Python is needed. Everything that is no tensor goes to a JSON file beside the output.
The output is read again and held to the plan before it gets its name; the source is never changed.

A file that holds code is refused. --rescue copies its weights alone, and lists what was left behind: that the weights are
trustworthy is not shown by it. A *.bin.index.json converts all of its shards. An object array (.npy, .npz) becomes a plain
one where all of its members have one type.

Exit codes: 0 written and verified; 1 refused, nothing was written; 2 usage; 3 failed, nothing is left behind.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return a.convert(cmd.Context(), o, args[0]) },
	}
	f := cmd.Flags()
	f.StringVarP(&o.output, "output", "o", "", "file to write (default: the source's name with .safetensors)")
	f.BoolVar(&o.rescue, "rescue", false, "copy the weights of a file that holds code")
	f.StringVar(&o.root, "root", "", "write only the tensors below this key")
	f.StringVar(&o.keep, "keep", "auto", "two names of one tensor: auto (all, when that costs less than 5 %), alias, all")
	f.BoolVar(&o.allowGrowth, "allow-growth", false, "the output may be larger than the source")
	f.BoolVar(&o.dryRun, "dry-run", false, "show the plan and write nothing")
	f.BoolVar(&o.noReread, "no-reread", false, "do not read the written file again")
	f.StringVar(&o.hash, "hash", "crc32", "digest of each tensor in the receipt: crc32, sha256")
	f.StringVar(&o.receipt, "receipt", "", "also write the receipt, JSON, to this file")
	f.StringVar(&o.verify, "verify", "", "hold FILE, which is safetensors, to this receipt; write nothing")
	f.StringVarP(&o.format, "format", "f", "text", "text, json")
	return cmd
}

func (o *convertFlags) options(name string) (convert.Options, error) {
	opt := convert.Options{Level: convert.Strict, Name: name, Root: o.root, AllowGrowth: o.allowGrowth, Tool: Version}
	if o.rescue {
		opt.Level = convert.Rescue
	}
	switch o.keep {
	case "auto":
	case "alias", "all":
		opt.Keep = convert.Keep(o.keep)
	default:
		return opt, usage("", "--keep %q: it is one of auto, alias, all", o.keep)
	}
	if o.format != "text" && o.format != "json" {
		return opt, usage("", "--format %q: it is one of text, json", o.format)
	}
	if o.hash != "crc32" && o.hash != "sha256" {
		return opt, usage("", "--hash %q: it is one of crc32, sha256", o.hash)
	}
	return opt, nil
}

func (a *app) convert(ctx context.Context, o *convertFlags, file string) error {
	opt, err := o.options(filepath.Base(file))
	if err != nil {
		return err
	}
	src, err := convert.OpenSource(file)
	if err != nil {
		return usage("", "%v", err)
	}
	defer src.Close()
	if o.verify != "" {
		return a.refused(o, a.verifyReceipt(ctx, src, o.verify))
	}
	job, err := convert.NewJob(src, o.output, opt)
	if err != nil {
		return a.refused(o, err)
	}
	defer job.Close()
	if o.dryRun {
		return a.printConversion(o, job, nil)
	}
	save := convert.SaveOptions{NoReread: o.noReread, WriteOptions: convert.WriteOptions{SHA256: o.hash == "sha256"}}
	if err := job.Save(ctx, save, o.receipt); err != nil {
		return a.refused(o, err)
	}
	return a.printConversion(o, job, job.Receipts())
}

func (a *app) verifyReceipt(ctx context.Context, src *convert.File, path string) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return usage("", "%v", err)
	}
	var receipt convert.Receipt
	if err := json.Unmarshal(text, &receipt); err != nil || receipt.Format != convert.ReceiptFormat {
		return usage("", "%s is no receipt of bakedin convert", path)
	}
	if err := convert.Verify(ctx, src, src.Size(), src.Name(), &receipt); err != nil {
		return err
	}
	fmt.Fprintf(a.streams.Out, "%s: %d tensors are as the receipt says\n", safe.Path(src.Name()), len(receipt.Tensors))
	return nil
}

// refused gives an error its exit code: 1 when the file is at fault, 3 when something failed.
func (a *app) refused(o *convertFlags, err error) error {
	var f *failure
	if err == nil || errors.As(err, &f) || errors.Is(err, context.Canceled) {
		return err
	}
	code := exitIncomplete
	var r *convert.Refusal
	if errors.As(err, &r) && !r.Failed() {
		code = exitFindings
	}
	if r != nil && o.format == "json" {
		writeJSON(a.streams.Out, struct {
			Status string `json:"status"`
			*convert.Refusal
		}{"refused", r})
	}
	return &failure{code: code, err: err, hint: "nothing was written"}
}

func writeJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	return e.Encode(v)
}

// printConversion shows the plan, and, once it is written, the receipt.
func (a *app) printConversion(o *convertFlags, job *convert.Job, receipts []*convert.Receipt) error {
	if o.format == "json" {
		status := "planned"
		if receipts != nil || !o.dryRun {
			status = "written"
		}
		return writeJSON(a.streams.Out, struct {
			Status   string             `json:"status"`
			Outputs  []string           `json:"outputs"`
			Plans    []*convert.Plan    `json:"plans,omitempty"`
			Receipts []*convert.Receipt `json:"receipts,omitempty"`
			Arrays   *convert.Arrays    `json:"arrays,omitempty"`
		}{status, job.Names(), job.Plans(), receipts, job.Arrays})
	}
	w := a.streams.Out
	for _, p := range job.Plans() {
		printPlan(w, p, o.dryRun)
	}
	if job.Arrays != nil {
		for _, m := range job.Arrays.Members {
			fmt.Fprintf(w, "  %s  object, then %s  %v\n", safe.Line(m.Name), m.DType, m.Shape)
		}
	}
	verb, how := "written", ", verified by reading it again"
	switch {
	case o.dryRun:
		verb, how = "would be written", ""
	case o.noReread || len(receipts) == 0:
		how = ""
	}
	for _, name := range job.Names() {
		fmt.Fprintf(w, "%s: %s%s\n", verb, safe.Path(name), how)
		how = ""
	}
	if o.dryRun {
		fmt.Fprintln(w, "nothing is written")
	}
	return nil
}

func printPlan(w io.Writer, p *convert.Plan, table bool) {
	types := map[string]int64{}
	var order []string
	for _, e := range p.Tensors {
		if _, ok := types[e.DType]; !ok {
			order = append(order, e.DType)
		}
		types[e.DType] += e.Bytes
		if table {
			fmt.Fprintf(w, "  %s\n", safe.Line(strings.Join(p.Row(e), "  ")))
		}
	}
	var by []string
	for _, d := range order {
		by = append(by, fmt.Sprintf("%s %d bytes", d, types[d]))
	}
	fmt.Fprintf(w, "%s (%s, %d bytes): %d tensors, %s\n", safe.Line(p.Source.Name), p.Source.Container, p.Source.Size, len(p.Tensors), strings.Join(by, ", "))
	if p.Root != "" {
		fmt.Fprintf(w, "  root: the tensors below %q\n", string(safe.Line(p.Root)))
	}
	for _, t := range p.Ties {
		fmt.Fprintf(w, "  tie: %s is %s\n", safe.Line(t.Name), safe.Line(t.Kept))
	}
	for _, names := range p.Unshared {
		fmt.Fprintf(w, "  unshared: %s were views of the same bytes\n", safe.Line(strings.Join(names, ", ")))
	}
	for _, l := range p.Left {
		fmt.Fprintf(w, "  left behind: %s, %d bytes, %s\n", safe.Line(l.Name), l.Bytes, l.Why)
	}
	for _, d := range p.Dropped {
		if d.Walked {
			fmt.Fprintf(w, "  read as a module: %s (byte %d)\n", safe.Line(d.Global), d.Off)
			continue
		}
		fmt.Fprintf(w, "  dropped: %s, %s, byte %d %s\n", safe.Line(d.Global), d.Use, d.Off, safe.Line(d.With))
	}
	if len(p.Dropped) > 0 {
		fmt.Fprintf(w, "  %s\n", convert.RescueNote)
	}
}
