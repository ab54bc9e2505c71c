package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"bakedin/checks/builtin"
	"bakedin/checks/model"
	"bakedin/internal/safe"
	"bakedin/rules"
)

// inspectFlags are the flags of bakedin inspect.
type inspectFlags struct {
	format           string
	disassemble, all bool
}

func (a *app) inspectCommand() *cobra.Command {
	o := &inspectFlags{}
	cmd := &cobra.Command{
		Use:   "inspect FILE...",
		Short: "what a model file is: format, tensors, metadata, imports, and where every byte belongs",
		Long: `inspect reads model files as a scan does, and tells what is in them: the formats of the file and of every file inside of it,
tensors, metadata, the imports of its pickles with what is done with each and the verdict, what the rules say with the
opcodes about it, what was not read, and which bytes belong to nothing. Nothing of the file is run or written to disk.

Exit codes: 0 clean, or proved to hold weights only; 1 there are findings; 2 usage; 3 not all of it could be read.`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return a.inspect(cmd.Context(), o, args) },
	}
	f := cmd.Flags()
	f.StringVarP(&o.format, "format", "f", "text", "text, json")
	f.BoolVar(&o.disassemble, "disassemble", false, "list the opcodes of each pickle; the listing can be assembled again")
	f.BoolVar(&o.all, "all", false, "list all tensors, members and ranges, not the first of each")
	return cmd
}

// onDisk is a regular file that is read by ranges.
type onDisk struct {
	*os.File
	size int64
}

func (d onDisk) Size() int64 { return d.size }

func openModel(path string) (onDisk, error) {
	info, err := os.Stat(path)
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("%s: not a regular file", path)
	}
	if err != nil {
		return onDisk{}, err
	}
	f, err := os.Open(path)
	return onDisk{f, info.Size()}, err
}

func (a *app) inspect(ctx context.Context, o *inspectFlags, paths []string) error {
	if o.format != "text" && o.format != "json" {
		return usage("", "--format %q: it is one of text, json", o.format)
	}
	rs, err := builtin.Ruleset()
	if err != nil {
		return err
	}
	seen := map[model.Outcome]bool{}
	all := make([]*model.Inspection, 0, len(paths))
	for _, path := range paths {
		x, err := inspectFile(ctx, rs.Set, path, o)
		if err != nil {
			return usage("bakedin inspect FILE", "%v", err)
		}
		seen[x.Outcome] = true
		seen[model.Inconclusive] = seen[model.Inconclusive] || !x.Complete
		if all = append(all, x); o.format == "text" {
			writeInspection(a.streams.Out, x, o)
		}
	}
	if o.format == "json" {
		e := json.NewEncoder(a.streams.Out)
		e.SetIndent("", "  ")
		e.SetEscapeHTML(false)
		if err := e.Encode(all); err != nil {
			return err
		}
	}
	switch {
	case seen[model.Findings]:
		a.code = exitFindings
	case seen[model.Inconclusive]:
		a.code = exitIncomplete
	}
	return nil
}

func inspectFile(ctx context.Context, set *rules.Set, path string, o *inspectFlags) (*model.Inspection, error) {
	f, err := openModel(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return model.Inspect(ctx, set, filepath.ToSlash(path), f, model.InspectOptions{Disassemble: o.disassemble})
}

// shown is how many of a kind are listed without --all.
const shown = 12

// writeInspection prints one file for people.
func writeInspection(w io.Writer, x *model.Inspection, o *inspectFlags) {
	fmt.Fprintf(w, "%s: %s, %s", x.Path, formatsOf(x.Parts), amount(x.Size))
	if x.Tensors > 0 {
		fmt.Fprintf(w, ", %d tensors of %d elements (%s)", x.Tensors, x.Elements, amount(x.Bytes))
	}
	fmt.Fprintf(w, "\noutcome: %s\n", x.Outcome)
	if x.Proof != "" {
		fmt.Fprintf(w, "  %s\n", x.Proof)
	}
	if x.Outcome != model.Inconclusive && !x.Complete {
		fmt.Fprintln(w, "  and not all of it could be read")
	}
	for _, f := range x.Findings {
		fmt.Fprintf(w, "\n%s[%s]%s\n  %s\n", f.Severity, f.Rule, in(f.Member), f.Message)
		for _, line := range strings.Split(string(f.Listing), "\n") {
			if line != "" {
				fmt.Fprintf(w, "    %s\n", line)
			}
		}
	}
	for _, l := range x.Left {
		fmt.Fprintf(w, "\nnot read (%s)%s\n  %s\n", l.Kind, in(l.Member), l.Detail)
	}
	for _, p := range x.Parts {
		writePart(w, p, o)
	}
	fmt.Fprintln(w)
}

func formatsOf(parts []model.Part) string {
	if len(parts) == 0 || len(parts[0].Formats) == 0 {
		return "no format that is known"
	}
	return strings.Join(parts[0].Formats, " and ")
}

func in(member safe.Text) string {
	if member == "" {
		return ""
	}
	return " in " + string(member)
}

// writePart prints a part that has something to say.
func writePart(w io.Writer, p model.Part, o *inspectFlags) {
	if p.Member != "" && len(p.Formats) == 0 && len(p.Imports)+len(p.Tensors)+len(p.Metadata) == 0 {
		return
	}
	name := string(p.Member)
	if name == "" {
		name = "the file itself"
	}
	fmt.Fprintf(w, "\n%s: %s, %s\n", name, strings.Join(append(p.Formats, "")[:max(1, len(p.Formats))], " and "), amount(p.Size))
	firstOf(w, o, "tensors", p.Tensors, func(t model.TensorInfo) string {
		return fmt.Sprintf("%s %s %v %s", t.Name, t.DType, t.Shape, amount(t.Bytes))
	})
	firstOf(w, o, "metadata", p.Metadata, func(m model.PairInfo) string { return fmt.Sprintf("%s = %s", m.Key, m.Value) })
	firstOf(w, o, "members", p.Members, func(m model.MemberInfo) string {
		return strings.TrimRight(fmt.Sprintf("%s %s %s", m.Name, amount(m.Bytes), m.Packing), " ")
	})
	firstOf(w, o, "imports", p.Imports, func(i model.ImportInfo) string {
		return fmt.Sprintf("%-9s %s, %s at byte %d (opcode %d)", i.Verdict, i.Import, i.Use, i.Offset, i.Opcode)
	})
	firstOf(w, o, "bytes", p.Extents, func(e model.ExtentInfo) string {
		return fmt.Sprintf("%d to %d: %s", e.Offset, e.Offset+e.Length, e.What)
	})
	switch {
	case len(p.Unaccounted) > 0:
		firstOf(w, o, "bytes that belong to nothing", p.Unaccounted, func(e model.ExtentInfo) string {
			return fmt.Sprintf("%d to %d", e.Offset, e.Offset+e.Length)
		})
	case len(p.Extents) > 0:
		fmt.Fprintf(w, "  every one of %d bytes is accounted for\n", p.Size)
	}
	if p.Listing != "" {
		fmt.Fprintf(w, "  opcodes\n%s\n", strings.TrimRight(string(p.Listing), "\n"))
	}
}

// firstOf prints the first of some things, or all of them.
func firstOf[T any](w io.Writer, o *inspectFlags, title string, things []T, line func(T) string) {
	if len(things) == 0 {
		return
	}
	fmt.Fprintf(w, "  %s\n", title)
	for i, x := range things {
		if i == shown && !o.all && len(things) > shown+1 {
			fmt.Fprintf(w, "    … and %d more (--all)\n", len(things)-i)
			return
		}
		fmt.Fprintf(w, "    %s\n", line(x))
	}
}

// amount writes a number of bytes as people do.
func amount(n int64) string {
	switch {
	case n >= 1<<30:
		return fmt.Sprintf("%.1f GiB", float64(n)/(1<<30))
	case n >= 1<<20:
		return fmt.Sprintf("%.1f MiB", float64(n)/(1<<20))
	case n >= 10<<10:
		return fmt.Sprintf("%.1f KiB", float64(n)/(1<<10))
	}
	return fmt.Sprintf("%d bytes", n)
}
