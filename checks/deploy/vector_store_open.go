package deploy

import (
	"context"
	"fmt"
	"regexp"
	"strings"

	"bakedin/checks"
	"bakedin/rules"
)

// storeKind is a store of vectors or records, and what makes it ask who calls.
type storeKind struct {
	name   string
	images *regexp.Regexp
	keyEnv []string
	key    *regexp.Regexp // over the command line
	open   *regexp.Regexp // over NAME=value: open although it has a login
}

// Chroma 1.0 and later has no login of its own and ignores CHROMA_SERVER_AUTHN_*: those variables never count.
var storeKinds = []storeKind{
	{"Qdrant", regexp.MustCompile(`(?:^|/)qdrant/qdrant\b`), []string{"QDRANT__SERVICE__API_KEY"}, nil, nil},
	{"Chroma", regexp.MustCompile(`(?:^|/)chromadb/chroma\b|chroma-core/chroma\b`), nil, nil, nil},
	{"Milvus", regexp.MustCompile(`(?:^|/)milvusdb/milvus\b`), []string{"COMMON_SECURITY_AUTHORIZATIONENABLED"}, nil, nil},
	{"Weaviate", regexp.MustCompile(`(?:semitechnologies|weaviate)/weaviate\b`), []string{"AUTHENTICATION_APIKEY_ENABLED", "AUTHENTICATION_OIDC_ENABLED"}, nil, regexp.MustCompile(`(?i)^AUTHENTICATION_ANONYMOUS_ACCESS_ENABLED=true$`)},
	{"Redis", regexp.MustCompile(`^(?:docker\.io/)?(?:library/)?(?:redis|redis/redis-stack(?:-server)?|valkey/valkey)(?::|@|$)`), []string{"REDIS_PASSWORD", "REDIS_ARGS"}, regexp.MustCompile(`--requirepass|--aclfile|redis\.conf`), nil},
	{"Elasticsearch", regexp.MustCompile(`elasticsearch/elasticsearch\b|^elasticsearch:`), []string{"ELASTIC_PASSWORD"}, nil, regexp.MustCompile(`(?i)^xpack\.security\.enabled=false$`)},
	{"OpenSearch", regexp.MustCompile(`opensearchproject/opensearch(?::|@|$)`), []string{"OPENSEARCH_INITIAL_ADMIN_PASSWORD"}, nil, regexp.MustCompile(`(?i)^(?:DISABLE_SECURITY_PLUGIN|plugins\.security\.disabled)=true$`)},
	{"Postgres", regexp.MustCompile(`(?:^|/)(?:pgvector/pgvector|ankane/pgvector|postgres|timescale/timescaledb\S*)(?::|@|$)`), []string{"POSTGRES_PASSWORD", "POSTGRES_PASSWORD_FILE"}, nil, regexp.MustCompile(`(?i)^POSTGRES_HOST_AUTH_METHOD=trust$`)},
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
	for i := range list {
		s := &list[i]
		for _, k := range storeKinds {
			if s.image == "" || !k.images.MatchString(s.image) || s.exposure != published {
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
			start, end := s.at[0], s.at[1]
			if len(s.ports) > 0 {
				start, end = s.ports[0].node.Start, s.ports[0].node.End
			}
			f := p.At(start, end, fmt.Sprintf("%s (%s) is published and asks nobody for a login: who reaches it reads and writes what the model is told.", k.name, s.label))
			f.Anchor = "store " + k.name + " " + s.label
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
