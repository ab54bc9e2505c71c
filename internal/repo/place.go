package repo

import (
	"sync"

	"bakedin/internal/glob"
)

// placeGlobs are those of [places] in rules/guideline.toml, which a test holds against them. They are tried from the most
// telling to the least: what is vendored or generated is so also inside tests.
var placeGlobs = []struct {
	place Place
	globs []string
}{
	{Vendored, []string{"**/{node_modules,vendor,third_party,third-party,site-packages,dist-packages,.venv,venv,bower_components,*.egg-info,*.dist-info}/**"}},
	{Generated, []string{"**/*.min.{js,css}", "**/{_next,dist,build}/static/**", "**/static/chunks/**", "**/*{.,-}bundle.js", "**/*.standalone.js", "**/*_pb2.py", "**/_restclient/**"}},
	{Tests, []string{"{test,tests,testing,__tests__,spec,e2e,qa}/**", "t/{unit,integration,smoke}/**", "**/{test,tests,__tests__,testdata,test_data,fixtures,test_configs}/**",
		"**/{test_*,*_test,conftest}.{py,go,js,ts}", "**/*.{test,spec}.{js,jsx,ts,tsx}", "**/{bench,benches,benchmark,benchmarks}/**"}},
	{Examples, []string{"{example,examples,sample,samples,demo,demos,tutorial,tutorials,cookbook,notebooks}/**", "**/{examples,samples,demos,tutorials}/**"}},
	{Documents, []string{"{doc,docs,documentation}/**", "**/*.{md,mdx,rst,adoc}"}},
}

var placeSets = sync.OnceValue(func() []*glob.Set {
	var sets []*glob.Set
	for _, p := range placeGlobs {
		sets = append(sets, mustGlob(p.globs...))
	}
	return sets
})

// PlaceOf says in which part of a repository a path lies.
func PlaceOf(p string) Place {
	for i, set := range placeSets() {
		if set.Match(p) {
			return placeGlobs[i].place
		}
	}
	return Product
}
