package needle

// machine is the automaton of Aho and Corasick over bytes in lower case, with a full transition table. Bytes that occur in
// no word share one class, which keeps the table small.
type machine struct {
	class  [256]uint8
	width  int32
	next   []int32   // state*width + class to state*width
	output [][]int32 // state to the words that end there
}

var lower = func() (t [256]byte) {
	for i := range t {
		t[i] = byte(i)
		if i >= 'A' && i <= 'Z' {
			t[i] = byte(i) + 'a' - 'A'
		}
	}
	return t
}()

func newMachine(words []string) *machine {
	m := &machine{}
	classes := uint8(1) // 0: every other byte
	for _, w := range words {
		for i := 0; i < len(w); i++ {
			if m.class[w[i]] == 0 {
				m.class[w[i]] = classes
				classes++
			}
		}
	}
	for c := 'A'; c <= 'Z'; c++ {
		m.class[c] = m.class[lower[byte(c)]]
	}
	m.width = int32(classes)
	most := 1
	for _, w := range words {
		most += len(w)
	}
	m.next = make([]int32, 0, most*int(m.width)) // the words share their beginnings, so that this is more than enough
	m.addState()
	for id, w := range words {
		s := int32(0)
		for i := 0; i < len(w); i++ {
			at := s*m.width + int32(m.class[w[i]])
			if m.next[at] == 0 {
				m.next[at] = m.addState()
			}
			s = m.next[at]
		}
		m.output[s] = append(m.output[s], int32(id))
	}
	m.link()
	return m
}

func (m *machine) addState() int32 {
	m.next = m.next[:len(m.next)+int(m.width)]
	m.output = append(m.output, nil)
	return int32(len(m.output) - 1)
}

// link fills the missing transitions with those of the longest proper suffix, breadth first.
func (m *machine) link() {
	fail := make([]int32, len(m.output))
	var queue []int32
	for c := int32(0); c < m.width; c++ {
		if s := m.next[c]; s != 0 {
			queue = append(queue, s)
		}
	}
	for len(queue) > 0 {
		s := queue[0]
		queue = queue[1:]
		m.output[s] = append(m.output[s], m.output[fail[s]]...)
		for c := int32(0); c < m.width; c++ {
			at := s*m.width + c
			if t := m.next[at]; t != 0 {
				fail[t] = m.next[fail[s]*m.width+c]
				queue = append(queue, t)
			} else {
				m.next[at] = m.next[fail[s]*m.width+c]
			}
		}
	}
}

// scan calls yield for every word that ends, with the byte after it.
func (m *machine) scan(text []byte, yield func(word int32, at int)) {
	s := int32(0)
	for i, b := range text {
		s = m.next[s*m.width+int32(m.class[b])]
		if out := m.output[s]; out != nil {
			for _, w := range out {
				yield(w, i+1)
			}
		}
	}
}
