package code

import (
	"strings"

	"bakedin/checks"
	"bakedin/internal/lang/python"
)

const asSQL = "becomes the text of a database query."

var querySinks = []sink{
	{name: "*.execute", position: 0, does: asSQL, when: notExecutor}, {name: "*.executemany", position: 0, does: asSQL}, {name: "*.executescript", position: 0, does: asSQL},
	{name: "*.read_sql", position: 0, does: asSQL}, {name: "*.read_sql_query", position: 0, does: asSQL}, {name: "*.exec_driver_sql", position: 0, does: asSQL},
	{name: "*.raw", position: 0, does: asSQL, when: named("objects")}, {name: "*.sql", position: 0, does: asSQL, when: named("spark", "duckdb", "con", "conn", "session", "db")},
	{name: "*.fetch", position: 0, does: asSQL, when: named("conn", "connection", "pool", "db", "pg")}, {name: "*.fetchall", position: 0, does: asSQL, when: named("conn", "db", "database")},
	{name: "*.query", position: 0, does: asSQL, when: named("client", "conn", "db", "bq", "bigquery", "bq_client", "duckdb", "connection")},
	{name: "*.run_no_throw", position: 0, does: asSQL}, {name: "*.run", position: 0, does: asSQL, when: named("db", "sql_database", "database")}, {name: "duckdb.query", position: 0, does: asSQL},
	{name: "*.execute_query", position: 0, does: asSQL, when: named("driver", "graph", "db", "conn")},
}

// named restricts a sink to objects of that name.
func named(objects ...string) func(c call) bool {
	return func(c call) bool {
		o := strings.TrimLeft(lastBut(c.src.Callee(c.Call), 1), "_")
		for _, n := range objects {
			if o == n {
				return true
			}
		}
		return false
	}
}

// notExecutor leaves out objects that run tasks, not queries.
func notExecutor(c call) bool {
	o := strings.ToLower(lastBut(c.src.Callee(c.Call), 1))
	return !strings.Contains(o, "executor") && !strings.Contains(o, "tool") && !strings.Contains(o, "sandbox") && !strings.Contains(o, "workflow") && !strings.Contains(o, "agent") && !strings.Contains(o, "service")
}

var constrainQuery = checks.Fix{ID: "constrain-query", Title: "Bind values, or parse and limit the query", Applicability: checks.Manual, Steps: []string{
	"If only values come from the model: write the query as a constant with placeholders, and pass the values as parameters.",
	"If the model writes the query: parse it, allow one SELECT over listed tables, and refuse everything else.",
	"Run it as a database role that can only read what the asking user may read, with a limit of rows and time.",
}}

var modelOutputInSQL = outputSinks(querySinks, scriptQuerySinks, func(sink, call, python.Arg) []checks.Fix { return []checks.Fix{constrainQuery} }, constrainQuery)
