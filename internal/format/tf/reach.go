package tf

// Reach tells which nodes are needed by others.
type Reach struct {
	byName    map[string]*Node     // of the main graph
	functions map[string]*Function //
	inside    map[*Function]map[string]*Node
}

// Reach indexes a graph.
func (g *Graph) Reach() *Reach {
	r := &Reach{byName: index(g.Nodes), functions: map[string]*Function{}, inside: map[*Function]map[string]*Node{}}
	for _, f := range g.Functions {
		r.functions[f.Name] = f
		r.inside[f] = index(f.Nodes)
	}
	return r
}

func index(nodes []*Node) map[string]*Node {
	m := make(map[string]*Node, len(nodes))
	for _, n := range nodes {
		m[n.Name] = n
	}
	return m
}

// From is every node that the named nodes of the main graph need: their inputs, and all of the functions that they call.
func (r *Reach) From(names ...string) map[*Node]bool {
	seen := map[*Node]bool{}
	called := map[*Function]bool{}
	var todo []*Node
	for _, n := range names {
		if n := r.byName[n]; n != nil {
			todo = append(todo, n)
		}
	}
	for len(todo) > 0 {
		n := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if seen[n] {
			continue
		}
		seen[n] = true
		for _, in := range n.Inputs {
			if m := r.byName[in]; m != nil && !seen[m] {
				todo = append(todo, m)
			}
		}
		for _, name := range append(n.Calls, n.Op) { // an operation may be the name of a function
			if f := r.functions[name]; f != nil && !called[f] {
				called[f] = true
				todo = append(todo, f.Nodes...)
			}
		}
	}
	return seen
}

// Texts are the constant texts that a node is given: its own attributes aside, those of Const nodes among its inputs, also
// through Identity. In is the function that holds the node, nil for the main graph. Constant tells whether all of its inputs
// are constants.
func (r *Reach) Texts(in *Function, n *Node) (texts []string, constant bool) {
	names := r.byName
	if in != nil {
		names = r.inside[in]
	}
	constant = len(n.Inputs) > 0
	for _, input := range n.Inputs {
		m := names[input]
		for hops := 0; m != nil && m.Op == "Identity" && len(m.Inputs) > 0 && hops < 16; hops++ {
			m = names[m.Inputs[0]]
		}
		if m == nil || m.Op != "Const" {
			constant = false
			continue
		}
		texts = append(texts, m.Values...)
	}
	return texts, constant
}
