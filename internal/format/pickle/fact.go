package pickle

// Import is a module and a name that the loader looks up, in the spelling of the stream.
type Import struct {
	Module, Name string
	At           Place // the first time
	Count        int
	Computed     bool // module or name is made at load time and not known here; the known part is filled in
	NotText      bool // an operand of STACK_GLOBAL is no text, or an odd name: a loader raises
	Behind       bool // stands behind a loader error
	Called       int  // times it is called, constructed or built
	Elided       int  // of those, calls over plain data that are not among the uses, because memory ran out

	node *Node
}

// Via is what a Use does.
type Via uint8

// The uses. Calls run the function, New makes an instance without its constructor, SetState hands a state to an object, and
// Write puts an item or attribute on something that is no container of this stream.
const (
	Calls Via = iota
	New
	SetState
	Write
)

func (v Via) String() string { return [...]string{"called", "constructed", "built", "written"}[v] }

// Use is one thing done with an object, at the moment when a loader would do it.
type Use struct {
	Via    Via
	Behind bool // stands behind a loader error
	At     Place
	Target Value // the function or class, or the object that is written to
	Args   Value // a tuple; for SetState the state, for Write a tuple of what is written

	call *Node
}

// Result is what a call or a construction makes.
func (u Use) Result() Value {
	if u.call == nil {
		return Value{}
	}
	return Value{head: uint64(Call), node: u.call}
}

// Kwargs are the keyword arguments of NEWOBJ_EX, else unknown.
func (u Use) Kwargs() Value {
	_, _, kwargs := u.Result().Function()
	return kwargs
}

// PersID is a persistent id, which the program that loads resolves.
type PersID struct {
	Value Value
	Text  bool // spelled by PERSID
	At    Place
}

// Extension is a use of the process-wide extension registry.
type Extension struct {
	Code int64
	At   Place
	Is   *Import // bound by a call of copyreg.add_extension in this file, or nil
}

// Constant is a string that begins like something that can be loaded.
type Constant struct {
	Value Value
	Hint  string // pickle, pickle-0, zip, npy, gzip, zlib, bz2, xz, base64, hex, code
	At    Place
}

// Array is raw array data of joblib between the opcodes.
type Array struct {
	Off, Len int64
	At       Place // the BUILD of its wrapper
}

// Anomaly is a form that no writer of pickles produces.
type Anomaly struct {
	Kind   string // one of the Odd constants
	Detail string
	At     Place
	Behind bool
}

// The kinds of anomaly.
const (
	OddFrameCrossing = "frame-crossing"   // an operand straddles the end of its frame
	OddFrame         = "frame"            // nested, or longer than the file
	OddInteger       = "integer"          // a base prefix, an underscore or a blank in a text integer
	OddMemo          = "memo"             // GET of what was never PUT
	OddMemoize       = "memoize"          // MEMOIZE after PUT with gaps writes an index that was used
	OddProtocol      = "protocol"         // repeated with another version
	OddVersion       = "protocol-version" // above 5
	OddComputedName  = "computed-name"    // module or name made at load time
	OddOperand       = "operand"          // cannot be parsed
	OddStack         = "stack"            // an opcode finds nothing on the stack
	OddName          = "name"             // empty, control bytes, not ASCII
	OddNameType      = "name-type"        // STACK_GLOBAL over something that is no text
	OddPersistent    = "text-persistent"  // PERSID
	OddDunder        = "dunder-state"     // a state that sets a name such as __setstate__
	OddArray         = "array"            // joblib padding or shape that does not add up
	OddBuffer        = "buffer"           // NEXT_BUFFER without a buffer
)

// maxAnomalies of a stream are kept, so that noise cannot fill memory.
const maxAnomalies = 256
