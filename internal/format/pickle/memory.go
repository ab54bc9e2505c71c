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

// memo is the loader's: mostly dense, and hostile streams may use any index.
type memo struct {
	dense  []Value
	sparse map[int64]Value
	count  int64 // entries, which is also the index that MEMOIZE writes
}

func (m *memo) get(i int64) (Value, bool) {
	if i >= 0 && i < int64(len(m.dense)) {
		return m.dense[i], true
	}
	v, ok := m.sparse[i]
	return v, ok
}

// put returns the bytes that the entry costs.
func (m *memo) put(i int64, v Value) (cost int64) {
	if i == int64(len(m.dense)) {
		if _, ok := m.sparse[i]; ok {
			delete(m.sparse, i)
			m.count--
		}
		m.dense = append(m.dense, v)
		m.count++
		return valueBytes
	}
	if i >= 0 && i < int64(len(m.dense)) {
		m.dense[i] = v
		return 0
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
