package repo

// Kind is what a file, or a part of one, is to an AI system.
type Kind string

// The ten kinds of asset.
const (
	Model    Kind = "model"
	Prompt   Kind = "prompt"
	Agent    Kind = "agent"
	Manifest Kind = "manifest"
	Dataset  Kind = "dataset"
	Code     Kind = "code"
	Notebook Kind = "notebook"
	Deploy   Kind = "deploy"
	CI       Kind = "ci"
	Doc      Kind = "doc"
)

// Place says in which part of a repository a file lies. Findings in tests and examples are reported apart, one step
// lower; nothing outside Product is evidence.
type Place string

// The places, from the globs of rules/guideline.toml [places].
const (
	Product   Place = ""
	Tests     Place = "tests"
	Examples  Place = "examples"
	Documents Place = "documents"
	Vendored  Place = "vendored"
	Generated Place = "generated"
)

// Asset is a file, or a part of one, that an AI system is made of. The json names are those of report json-v1.
type Asset struct {
	ID       string            `json:"id"`       // Path, or Path#Fragment for a part of a file
	Kind     Kind              `json:"kind"`     //
	Path     string            `json:"path"`     // relative to the root, slashes
	Fragment *string           `json:"fragment"` // the part of the file, such as "L88"
	Format   string            `json:"format"`   // what the bytes say: pickle, torch-zip, safetensors, gguf, python, mcp, instructions, …
	Size     int64             `json:"size"`     // bytes
	SHA256   *string           `json:"sha256"`   // lower-case hex, only when the file was read whole
	LFS      *LFS              `json:"lfs"`      // set for a git-lfs pointer
	InTests  bool              `json:"in_tests"` // tests, examples, fixtures or vendored code
	Origin   *string           `json:"origin"`   // where it came from, when known
	Licence  *string           `json:"licence"`  // when known
	Signed   bool              `json:"signed"`   //
	Meta     map[string]string `json:"meta"`     // format specific

	Place Place `json:"-"`
}

// LFS is what a git-lfs pointer says about its object.
// Source: https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md
type LFS struct {
	OID     string `json:"oid"`  // sha256 as 64 hex digits
	Size    int64  `json:"size"` // bytes of the object
	Present bool   `json:"present"`
}
