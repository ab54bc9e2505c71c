package model

// Description is what a part of a model file holds, for people who inspect it. Its strings are those of the file: whoever
// shows them makes them safe.
type Description struct {
	Tensors  []Tensor
	Metadata []Pair
	Members  []Member // of an archive
	Extents  []Extent // what accounts for the bytes of the part
}

// Member is a file in an archive.
type Member struct {
	Name    string
	Bytes   int64
	Packing string // how it is packed; empty when it stands as it is
}

// Tensor is one tensor. Off is in bytes of the part, -1 when its bytes are elsewhere.
type Tensor struct {
	Name  string
	DType string
	Shape []int64
	Off   int64
	Bytes int64
}

// Pair is a piece of metadata.
type Pair struct{ Key, Value string }

// Extent is a range of bytes of the part and what it is.
type Extent struct {
	Off, Len int64
	What     string
}
