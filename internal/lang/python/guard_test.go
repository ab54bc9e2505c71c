package python

import "testing"

// A check settles a value when it compares that value, with a closed list, and the way that leads on is the one of the list.
func TestChecksOnTheWay(t *testing.T) {
	const left = "ask"
	for name, c := range map[string]struct {
		use  Use
		src  string
		want string
	}{
		"listed, else it leaves":           {AsText, "if r not in OK:\n    raise E\nsink(r)", ""},
		"listed, inside":                   {AsText, "if r in OK:\n    sink(r)", ""},
		"listed, behind else":              {AsText, "if r not in OK:\n    pass\nelse:\n    sink(r)", ""},
		"not listed, inside":               {AsText, "if r not in OK:\n    sink(r)", left},
		"a list of what is refused":        {AsText, "if r in BAD:\n    raise E\nsink(r)", left},
		"one word is refused":              {AsText, "if r == 'rm':\n    raise E\nsink(r)", left},
		"the empty text is refused":        {AsText, "if r == '':\n    raise E\nsink(r)", left},
		"not the empty text":               {AsText, "if r != '':\n    sink(r)", left},
		"the check does not lead there":    {AsText, "if a:\n    if r not in OK:\n        raise E\nsink(r)", left},
		"the check does not leave":         {AsText, "if r not in OK:\n    log(r)\nsink(r)", left},
		"a part of it":                     {AsText, "if r['kind'] not in OK:\n    raise E\nsink(r['cmd'])", left},
		"that part of it":                  {AsText, "if r['cmd'] not in OK:\n    raise E\nsink(r['cmd'])", ""},
		"that part, taken by get":          {AsText, "if r.get('cmd') not in OK:\n    raise E\nsink(r['cmd'])", ""},
		"an attribute beside it":           {AsText, "if r.type == 'tool':\n    sink(r.input['cmd'])", left},
		"its folded form":                  {AsText, "if r.strip().lower() not in OK:\n    raise E\nsink(r)", ""},
		"or":                               {AsText, "if a or r not in OK:\n    raise E\nsink(r)", ""},
		"and does not do":                  {AsText, "if a and r not in OK:\n    raise E\nsink(r)", left},
		"one of two lists":                 {AsText, "if not (r in OK or r in FINE):\n    raise E\nsink(r)", ""},
		"replaced when not listed":         {AsText, "if r not in OK:\n    r = 'a'\nsink(r)", ""},
		"asserted":                         {AsText, "assert r in OK, r\nsink(r)", ""},
		"in a loop":                        {AsText, "while True:\n    if r in OK:\n        break\n    raise E\nsink(r)", ""},
		"until it is listed":               {AsText, "while r not in OK:\n    r = ask()\nsink(r)", ""},
		"looked for":                       {AsText, "for x in OK:\n    if r == x:\n        break\nelse:\n    raise E\nsink(r)", ""},
		"each word":                        {AsText, "for w in r.split():\n    if w not in OK:\n        raise E\nsink(r)", ""},
		"all words":                        {AsText, "if not all(w in OK for w in r.split()):\n    raise E\nsink(r)", ""},
		"any word is refused":              {AsText, "if any(w in BAD for w in r.split()):\n    raise E\nsink(r)", left},
		"a flag":                           {AsText, "ok = r in OK\nif not ok:\n    raise E\nsink(r)", ""},
		"a flag of a loop":                 {AsText, "ok = False\nfor x in OK:\n    if r == x:\n        ok = True\nif not ok:\n    raise E\nsink(r)", ""},
		"a case of a match":                {AsText, "match r:\n    case 'a' | 'b':\n        sink(r)", ""},
		"another case":                     {AsText, "match r:\n    case 'a':\n        pass\n    case _:\n        sink(r)", left},
		"an expression":                    {AsText, "sink(r if r in OK else 'a')", ""},
		"an expression, the other way":     {AsText, "sink('a' if r in OK else r)", left},
		"beside it":                        {AsText, "r in OK and sink(r)", ""},
		"seen before":                      {AsText, "if r in SEEN:\n    return\nsink(r)", left},
		"its length":                       {AsText, "if len(r) > 9:\n    raise E\nsink(r)", left},
		"a function of this file":          {AsText, "def check(x):\n    if x not in OK:\n        raise E\ncheck(r)\nsink(r)", ""},
		"that says so":                     {AsText, "def good(x):\n    return x in OK\nif not good(r):\n    raise E\nsink(r)", ""},
		"that says no":                     {AsText, "def bad(x):\n    return x not in OK\nif bad(r):\n    raise E\nsink(r)", ""},
		"that says so in branches":         {AsText, "def good(x):\n    if x not in OK:\n        return False\n    return True\nif not good(r):\n    raise E\nsink(r)", ""},
		"that gives it back":               {AsText, "def check(x):\n    if x not in OK:\n        raise E\n    return x\nsink(check(r))", ""},
		"that gives back a pair":           {AsText, "def check(x):\n    if x not in OK:\n        return False, 'no'\n    return True, ''\nok, why = check(r)\nif not ok:\n    raise E\nsink(r)", ""},
		"that gives back what is wrong":    {AsText, "def check(x):\n    if x not in OK:\n        return 'no'\n    return None\nwrong = check(r)\nif wrong:\n    raise E\nsink(r)", ""},
		"that checks nothing":              {AsText, "def validate(x):\n    x = x.strip()\n    return True\nif not validate(r):\n    raise E\nsink(r)", left},
		"that only returns early":          {AsText, "def validate(x):\n    if x not in OK:\n        return\nvalidate(r)\nsink(r)", left},
		"a function of another file":       {AsText, "if not is_safe(r):\n    raise E\nsink(r)", ""},
		"its result is asked":              {AsText, "result = is_safe(r)\nif not result.ok:\n    raise E\nsink(r)", ""},
		"a person is asked before":         {AsText, "answer = input('run? ')\nif answer != 'y':\n    raise E\nsink(r)", ""},
		"letters only":                     {AsText, "if not r.isalnum():\n    raise E\nsink(r)", ""},
		"a pattern":                        {AsText, "if not re.match(r'^[a-z-]+$', r):\n    raise E\nsink(r)", ""},
		"a pattern without an end":         {AsText, "if not re.match(r'[a-z-]+', r):\n    raise E\nsink(r)", left},
		"a pattern that admits all":        {AsText, "if not re.fullmatch(r'.+', r):\n    raise E\nsink(r)", left},
		"a compiled pattern":               {AsText, "P = re.compile(r'^[a-z]+\\Z')\nif P.match(r) is None:\n    raise E\nsink(r)", ""},
		"its first word, for a shell":      {AsText, "if r.split()[0] not in OK:\n    raise E\nsink(r)", left},
		"its first word, without a shell":  {AsProgram, "a = r.split()\nif a[0] not in OK:\n    raise E\nsink(a)", ""},
		"the host":                         {AsAddress, "if urlparse(r).hostname not in OK:\n    raise E\nsink(r)", ""},
		"the host, by name":                {AsAddress, "p = urlsplit(r)\nh = p.netloc.lower()\nif h not in OK:\n    raise E\nsink(r)", ""},
		"its end":                          {AsAddress, "h = urlparse(r).hostname\nif h != 'a.example' and not h.endswith('.a.example'):\n    raise E\nsink(r)", ""},
		"the host, for a shell":            {AsText, "if urlparse(r).hostname not in OK:\n    raise E\nsink(r)", left},
		"some hosts are refused":           {AsAddress, "if urlparse(r).hostname in ('localhost',):\n    raise E\nsink(r)", left},
		"the scheme":                       {AsAddress, "if urlparse(r).scheme not in ('http', 'https'):\n    raise E\nsink(r)", left},
		"a scheme before it":               {AsAddress, "sink('https://' + r)", left},
		"a host before it":                 {AsAddress, "sink('https://a.example/' + r)", ""},
		"how it begins":                    {AsAddress, "if not r.startswith('https://a.example/'):\n    raise E\nsink(r)", ""},
		"how it begins, without a host":    {AsAddress, "if not r.startswith(('http://', 'https://')):\n    raise E\nsink(r)", left},
		"a private address is refused":     {AsAddress, "ip = ipaddress.ip_address(socket.gethostbyname(urlparse(r).hostname))\nif ip.is_private:\n    raise E\nsink(r)", ""},
		"below a folder":                   {AsPath, "p = (ROOT / r).resolve()\nif not p.is_relative_to(ROOT):\n    raise E\nsink(p)", ""},
		"below a folder, not resolved":     {AsPath, "p = ROOT / r\nif not p.is_relative_to(ROOT):\n    raise E\nsink(p)", left},
		"a folder above":                   {AsPath, "p = (ROOT / r).resolve()\nif ROOT not in p.parents:\n    raise E\nsink(p)", ""},
		"relative to, caught":              {AsPath, "p = (ROOT / r).resolve()\ntry:\n    p.relative_to(ROOT)\nexcept ValueError:\n    raise E\nsink(p)", ""},
		"relative to, caught and let pass": {AsPath, "p = (ROOT / r).resolve()\ntry:\n    p.relative_to(ROOT)\nexcept ValueError:\n    pass\nsink(p)", left},
		"a common path":                    {AsPath, "p = os.path.realpath(r)\nif os.path.commonpath([ROOT, p]) != ROOT:\n    raise E\nsink(p)", ""},
		"no dots and not absolute":         {AsPath, "if '..' in r or os.path.isabs(r):\n    raise E\nsink(r)", ""},
		"no dots":                          {AsPath, "if '..' in r:\n    raise E\nsink(r)", left},
		"no slash":                         {AsPath, "if '/' in r:\n    raise E\nsink(r)", ""},
		"the suffix":                       {AsPath, "if os.path.splitext(r)[1] not in OK:\n    raise E\nsink(r)", left},
		"the suffix, of a path":            {AsPath, "if Path(r).suffix != '.md':\n    raise E\nsink(r)", left},
		"one kind of statement":            {AsQuery, "s = sqlglot.parse(r)\nif len(s) != 1 or not isinstance(s[0], exp.Select):\n    raise E\nsink(s[0])", ""},
		"the first word of a statement":    {AsQuery, "if not r.lower().startswith('select'):\n    raise E\nsink(r)", left},
	} {
		src := "r = ask()\n" + c.src
		if got := reachesAs(t, src, c.use); got != c.want {
			t.Errorf("%s: got %q, want %q\n%s", name, got, c.want, src)
		}
	}
}

func TestPatternsThatAdmitLittle(t *testing.T) {
	for pattern, want := range map[string]bool{
		`^[a-z0-9-]+$`: true, `\A\w+\Z`: true, `^(?:get|set)$`: true, `^v\d+\.\d+$`: true,
		`[a-z]+`: false, `^[a-z]+`: false, `^.*$`: false, `^[^;]+$`: false, `^\S+$`: false, `^[a-z;]+$`: false, `^a\s$`: false, ``: false,
	} {
		if got := Closed(pattern, AsText); got != want {
			t.Errorf("%s: got %v", pattern, got)
		}
	}
	if Closed(`^[\w./-]+$`, AsPath) || !Closed(`^[\w./-]+$`, AsText) {
		t.Error("a path with dots and slashes leads out of a folder, and is harmless to a shell")
	}
}
