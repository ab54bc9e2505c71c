package pickle

const (
	nodeBytes  = 96
	valueBytes = 24
	useBytes   = 88
)

// arena hands out nodes and lists of values in blocks and keeps count of them.
type arena struct {
	nodes []Node
	items []Value
	used  int64
}

func (a *arena) node() *Node {
	if len(a.nodes) == 0 {
		a.nodes = make([]Node, 32)
	}
	n := &a.nodes[0]
	a.nodes = a.nodes[1:]
	a.used += nodeBytes
	return n
}

// copy returns a copy of v that appending to does not spill into its neighbour.
func (a *arena) copy(v []Value) []Value {
	n := len(v)
	if n == 0 {
		return nil
	}
	a.used += int64(n) * valueBytes
	if n > 16 {
		return append([]Value(nil), v...)
	}
	if len(a.items) < n {
		a.items = make([]Value, 128)
	}
	out := a.items[:n:n]
	a.items = a.items[n:]
	copy(out, v)
	return out
}

// memo is the loader's: mostly dense, and hostile streams may use any index. The dense part is in blocks, which never move.
type memo struct {
	blocks []*[memoBlock]Value
	dense  int64 // entries of the blocks in use
	sparse map[int64]Value
	count  int64 // entries, which is also the index that MEMOIZE writes
}

const memoBlock = 256

func (m *memo) get(i int64) (Value, bool) {
	if uint64(i) < uint64(m.dense) {
		return m.blocks[i/memoBlock][i%memoBlock], true
	}
	v, ok := m.sparse[i]
	return v, ok
}

// put returns the bytes that the entry costs.
func (m *memo) put(i int64, v Value) (cost int64) {
	switch {
	case uint64(i) < uint64(m.dense):
		m.blocks[i/memoBlock][i%memoBlock] = v
		return 0
	case i == m.dense:
		if i%memoBlock == 0 {
			m.blocks = append(m.blocks, new([memoBlock]Value))
			cost = memoBlock * valueBytes
		}
		if _, ok := m.sparse[i]; ok {
			delete(m.sparse, i)
			m.count--
		}
		m.blocks[i/memoBlock][i%memoBlock] = v
		m.dense++
		m.count++
		return cost
	}
	if m.sparse == nil {
		m.sparse = map[int64]Value{}
	}
	if _, ok := m.sparse[i]; !ok {
		m.count++
		cost = 4 * valueBytes
	}
	m.sparse[i] = v
	return cost
}
