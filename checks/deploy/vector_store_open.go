package deploy

import (
	"context"
	"regexp"
	"strings"

	"bakedin/checks"
	"bakedin/rules"
)

// storeKind is a store of vectors or records, and what makes it ask who calls.
type storeKind struct {
	name     string
	programs *regexp.Regexp // over the command line
	images   *regexp.Regexp
	keyEnv   []string
	key      *regexp.Regexp // over the command line
	open     *regexp.Regexp // over NAME=value: open although it has a login
}

// Chroma 1.0 and later has no login of its own and ignores CHROMA_SERVER_AUTHN_*: those variables never count.
var storeKinds = []storeKind{
	{"Qdrant", nil, regexp.MustCompile(`(?:^|/)qdrant/qdrant\b`), []string{"QDRANT__SERVICE__API_KEY"}, nil, nil},
	{"Chroma", regexp.MustCompile(`^chroma(?:db)? run\b`), regexp.MustCompile(`(?:^|/)chromadb/chroma\b|chroma-core/chroma\b`), nil, nil, nil},
	{"Milvus", nil, regexp.MustCompile(`(?:^|/)milvusdb/milvus\b`), []string{"COMMON_SECURITY_AUTHORIZATIONENABLED"}, nil, nil},
	{"Weaviate", nil, regexp.MustCompile(`(?:semitechnologies|weaviate)/weaviate\b`), []string{"AUTHENTICATION_APIKEY_ENABLED", "AUTHENTICATION_OIDC_ENABLED"}, nil, regexp.MustCompile(`(?i)^AUTHENTICATION_ANONYMOUS_ACCESS_ENABLED=true$`)},
	{"Redis", nil, regexp.MustCompile(`^(?:docker\.io/)?(?:library/)?(?:redis|redis/redis-stack(?:-server)?|valkey/valkey)(?::|@|$)`), []string{"REDIS_PASSWORD", "REDIS_ARGS"}, regexp.MustCompile(`--requirepass|--aclfile|redis\.conf`), nil},
	{"Elasticsearch", nil, regexp.MustCompile(`elasticsearch/elasticsearch\b|^elasticsearch:`), []string{"ELASTIC_PASSWORD"}, nil, regexp.MustCompile(`(?i)^xpack\.security\.enabled=false$`)},
	{"OpenSearch", nil, regexp.MustCompile(`opensearchproject/opensearch(?::|@|$)`), []string{"OPENSEARCH_INITIAL_ADMIN_PASSWORD"}, nil, regexp.MustCompile(`(?i)^(?:DISABLE_SECURITY_PLUGIN|plugins\.security\.disabled)=true$`)},
	{"Postgres", nil, regexp.MustCompile(`(?:^|/)(?:pgvector/pgvector|ankane/pgvector|postgres|timescale/timescaledb\S*)(?::|@|$)`), []string{"POSTGRES_PASSWORD", "POSTGRES_PASSWORD_FILE"}, nil, regexp.MustCompile(`(?i)^POSTGRES_HOST_AUTH_METHOD=trust$`)},
}

// vectorsOnly are the stores that nothing but a system with a model needs; the others speak where there is one.
var vectorsOnly = map[string]bool{"Qdrant": true, "Chroma": true, "Milvus": true, "Weaviate": true}

// vectorImages are builds of the others that are made for vectors.
var vectorImages = regexp.MustCompile(`pgvector|redis-stack`)

var plainRedis = regexp.MustCompile(`^(?:docker\.io/)?(?:library/)?(?:redis|valkey/valkey)(?::|@|$)`)

// vectorStoreOpen reports stores that are published and ask nobody for a login.
func vectorStoreOpen(_ context.Context, p *checks.Pass) error {
	list, err := processes.Of(p.File)
	if err != nil {
		return err
	}
	told := map[string]bool{}
	for i := range list {
		s := &list[i]
		for _, k := range storeKinds {
			if !s.isStore(&k) || s.inside && s.exposure != published {
				continue
			}
			if host, given := s.option("--host"); !s.inside && (s.image != "" || s.listens(host, given, true) != published) {
				continue
			}
			open := false
			for name, v := range s.env {
				open = open || k.open != nil && k.open.MatchString(name+"="+strings.Trim(v, `"'`))
			}
			asks := s.hasEnv(k.keyEnv...) || k.key != nil && k.key.MatchString(s.line)
			for _, name := range k.keyEnv {
				asks = asks && !strings.EqualFold(s.env[name], "false")
			}
			if k.name == "Postgres" || k.name == "Elasticsearch" || k.name == "OpenSearch" { // ask by themselves
				asks = asks || !open
			}
			if asks && !open {
				continue
			}
			anchor := "store " + k.name + " " + s.label
			if told[anchor] && s.inside {
				continue
			}
			told[anchor] = true
			start, end := s.place()
			f := p.At(start, end, s.called(k.name)+" is published and asks nobody for a login: who reaches it reads and writes what the model is told.")
			f.Anchor = anchor
			switch { // a cache or the queue of something else is as likely
			case plainRedis.MatchString(s.image):
				f.Lower(rules.Medium, "Redis alone is as often a cache as a store of the system")
			case strings.Contains("/"+p.File.Path, "/.devcontainer/"):
				f.Lower(rules.Medium, "it is published on the machine of a developer")
			}
			f.InAI = vectorsOnly[k.name] || vectorImages.MatchString(s.image)
			if open && (k.name == "Elasticsearch" || k.name == "OpenSearch") { // switched off by name
				f.InAI = true
				f.Lower(rules.Medium, "it may be the search engine of something else")
			}
			how := "Set " + strings.Join(k.keyEnv, " or ") + " from the environment."
			if len(k.keyEnv) == 0 {
				how = "Put an authenticating proxy in front: the server has no login of its own."
			}
			f.Fixes = serverFixes(p, s, how)
		}
	}
	return nil
}

// isStore tells whether a process is a store of that kind: by its program, or by its image where that decides what runs.
func (s *process) isStore(k *storeKind) bool {
	return k.programs != nil && k.programs.MatchString(s.line) || s.image != "" && !s.replaced && k.images.MatchString(s.image)
}
