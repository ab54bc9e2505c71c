package pickle

import (
	"math"
	"strings"
)

// collect makes a container of the values, which are copied.
func (m *machine) collect(k Kind, items []Value) Value {
	if m.full() && m.allPlain(items) {
		// Structure of plain data is what is given up when memory runs out: nobody decides by it.
		n := &Node{At: m.at, Count: len(items), lost: true}
		m.grow(n, items)
		return Value{head: uint64(k), node: n}
	}
	n := m.arena.node()
	n.At = m.at
	v := Value{head: uint64(k), node: n}
	m.keep(k, n, items)
	return v
}

// full tells whether the soft limit of memory was passed.
func (m *machine) full() bool {
	if m.arena.used <= m.lim.Memory {
		return false
	}
	m.s.Lost = true
	return true
}

func (m *machine) allPlain(items []Value) bool {
	for _, v := range items {
		if !v.Plain() {
			return false
		}
	}
	return true
}

// tuple replaces the n values on top by a tuple of them.
func (m *machine) tuple(n int) {
	from := len(m.stack) - n
	if from < m.fence {
		for range n {
			m.pop()
		}
		m.push(Value{})
		return
	}
	v := m.collect(Tuple, m.stack[from:])
	m.stack = append(m.stack[:from], v)
}

// keep adds members to a container: all that may matter, and as many plain ones as the limit says. Tuples are kept whole
// up to a size, because the arguments of calls are tuples.
func (m *machine) keep(k Kind, n *Node, items []Value) {
	m.grow(n, items)
	n.Count += len(items)
	most := m.lim.Keep
	if k == Tuple || k == Dict {
		most = max(most, 16) // states and arguments are judged by their members
	}
	if k == Dict {
		most *= 2
	}
	switch {
	case m.lim.Keep < 0 || len(n.Items)+len(items) <= most:
		if n.Items == nil {
			n.Items = m.arena.copy(items)
		} else {
			n.Items = append(n.Items, items...)
			m.arena.used += int64(len(items)) * valueBytes
		}
	case k == Dict:
		for i := 0; i+1 < len(items); i += 2 {
			if len(n.Items) < most || !items[i].Plain() || !items[i+1].Plain() {
				n.Items = append(n.Items, items[i], items[i+1])
				m.arena.used += 2 * valueBytes
			}
		}
	default:
		for _, v := range items {
			if len(n.Items) < most || !v.Plain() {
				n.Items = append(n.Items, v)
				m.arena.used += valueBytes
			}
		}
	}
}

// grow adds the weight of the members to that of their container.
func (m *machine) grow(n *Node, items []Value) {
	n.weight = max(n.weight, 1)
	if len(items) > 0 {
		n.depth = max(n.depth, 1)
	}
	for i := range items {
		if items[i].node == nil {
			n.weight = saturate(n.weight, 1)
			n.open = n.open || items[i].Kind() == Unknown
			continue
		}
		w, d := items[i].measure()
		n.weight = saturate(n.weight, w)
		if d >= n.depth && d < math.MaxInt32 {
			n.depth = d + 1
		}
		n.open = n.open || !items[i].Plain()
	}
	m.s.Weight = max(m.s.Weight, n.weight)
	m.s.Depth = max(m.s.Depth, int(n.depth))
}

func saturate(a, b uint64) uint64 {
	if a+b < a {
		return math.MaxUint64
	}
	return a + b
}

// extend puts members into the container below them. When what lies there is not of kind k, a method of it is called.
func (m *machine) extend(k Kind, items []Value) {
	if k == Dict && len(items)%2 != 0 {
		m.fault(OddStack, "an odd number of keys and values")
	}
	target, ok := m.top()
	if !ok || len(items) == 0 {
		return
	}
	if target.Kind() == k {
		m.keep(k, target.node, items)
		return
	}
	if target.Kind() == Unknown && m.s.Lost && m.allPlain(items) {
		return
	}
	args := m.collect(Tuple, items)
	m.use(Use{Via: Write, Target: target, Args: args})
	m.attach(target, args)
}

// attach remembers what was put on an object that is no container.
func (m *machine) attach(target, v Value) {
	if n := target.node; n != nil && !n.lost {
		if n.State == nil {
			n.State = new([]Value)
			m.arena.used += valueBytes
		}
		*n.State = append(*n.State, v)
		m.arena.used += valueBytes
		m.grow(n, []Value{v})
	}
}

func (m *machine) use(u Use) {
	u.At, u.Behind = m.at, m.behind()
	m.s.Uses = append(m.s.Uses, u)
	m.arena.used += useBytes
}

// call makes the symbol for the result of a call, and notes the call.
func (m *machine) call(via Via, fn, args, kwargs Value) Value {
	if i := fn.Import(); i != nil {
		i.Called++
		if m.full() && args.Plain() && kwargs.Kind() == Unknown {
			i.Elided++
			return Value{head: uint64(Call), node: &Node{At: m.at, open: true, lost: true, Import: nil}}
		}
		if isOne(i, "copyreg", "copy_reg", "add_extension") {
			m.register(args)
		}
	}
	n := m.arena.node()
	n.At, n.open = m.at, true
	n.Items = m.arena.copy([]Value{fn, args, kwargs})
	n.Count = 3
	m.grow(n, n.Items)
	v := Value{head: uint64(Call), node: n}
	m.use(Use{Via: via, Target: fn, Args: args, call: n})
	return v
}

func (m *machine) obj() {
	items := m.popMark()
	if len(items) == 0 {
		m.fault(OddStack, "OBJ finds no class above the mark")
		m.push(Value{})
		return
	}
	fn := items[0]
	args := m.collect(Tuple, items[1:])
	m.push(m.call(Calls, fn, args, Value{}))
}

// build hands a state to the object below it. It returns false when joblib's array bytes that follow end the stream.
func (m *machine) build() bool {
	state := m.pop()
	target, ok := m.top()
	if !ok {
		return true
	}
	if key, ok := m.dunder(state, target.Import() == nil); ok {
		m.odd(OddDunder, "a state that sets "+key)
	}
	if i := buildable(target); i == nil || !(m.full() && state.Plain()) {
		m.use(Use{Via: SetState, Target: target, Args: state})
	} else {
		i.Elided++
	}
	m.attach(target, state)
	if m.s.Reading != NoArrays && isArrayWrapper(target) {
		return m.array(target, state)
	}
	return true
}

// buildable returns the class of an object that was made by calling it.
func buildable(v Value) *Import {
	fn, _, _ := v.Function()
	return fn.Import()
}

// dunder looks for a key such as __setstate__ in a state: a dict, or the two-tuple (dict, slots). Slots are set as attributes,
// whatever they are called. The dict of an instance goes into its __dict__, where only what is looked up on the instance
// matters; pydantic hands its own __dict__ to its __setstate__ there, which is looked into instead.
func (m *machine) dunder(state Value, instance bool) (string, bool) {
	if state.Kind() == Tuple {
		for i, part := range state.Items() {
			if part.Kind() == Dict {
				if key, ok := m.dunder(part, instance && i == 0); ok {
					return key, true
				}
			}
		}
		return "", false
	}
	if state.Kind() != Dict {
		return "", false
	}
	items := state.Items()
	for i := 0; i+1 < len(items); i += 2 {
		if items[i].Kind() != Str {
			continue
		}
		off, n := items[i].Range()
		if n <= 4 || n > 64 {
			continue
		}
		if b := m.peek(off, n); !hasUnderscores(b) && items[i].encoding() == utf8Text {
			continue
		}
		key := m.stringOf(items[i])
		switch {
		case !isDunder(key):
		case instance && key == "__dict__":
			if items[i+1].Kind() == Dict {
				if key, ok := m.dunder(items[i+1], false); ok { // once: a dict may hold itself
					return key, true
				}
			}
		case instance && (strings.HasPrefix(key, "__pydantic_") || inert[key]):
		default:
			return key, true
		}
	}
	return "", false
}

// inert are names that nothing looks up on an instance: of pydantic's first version, and what decorators copy.
var inert = map[string]bool{
	"__fields_set__": true, "__private_attribute_values__": true,
	"__doc__": true, "__module__": true, "__name__": true, "__qualname__": true, "__wrapped__": true, "__annotations__": true,
}

func hasUnderscores(b []byte) bool { return len(b) > 4 && b[0] == '_' && b[1] == '_' }

func isDunder(s string) bool {
	return len(s) > 4 && s[:2] == "__" && s[len(s)-2:] == "__"
}

func (m *machine) persistent(id Value, asText bool) {
	m.s.PersIDs = append(m.s.PersIDs, PersID{Value: id, Text: asText, At: m.at})
	m.arena.used += useBytes
	n := m.arena.node()
	n.At, n.open = m.at, true
	n.Items = m.arena.copy([]Value{id})
	n.Count = 1
	m.push(Value{head: uint64(Persistent), node: n})
}
