package code

import (
	"regexp"
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

// databases are libraries through which a program talks to one.
var databases = []string{"sqlite3", "aiosqlite", "psycopg", "psycopg2", "asyncpg", "pymysql", "MySQLdb", "mysql", "aiomysql", "sqlalchemy", "sqlmodel", "flask_sqlalchemy", "django", "peewee", "databases", "tortoise", "duckdb",
	"snowflake", "google.cloud.bigquery", "google.cloud.spanner", "databricks", "pyspark", "pyodbc", "pymssql", "cx_Oracle", "oracledb", "clickhouse_driver", "clickhouse_connect", "trino", "prestodb", "pyhive", "redshift_connector",
	"neo4j", "kuzu", "cassandra", "ibis", "pandas", "vanna", "langchain_community", "llama_index", "pyathena", "impala", "vertica_python", "hdbcli", "libsql", "libsql_client", "boto3"}

// what connections and cursors are called
var queryObject = regexp.MustCompile(`(?i)(?:^|_)(?:conn|connection|cur|cursor|db|database|sql\w*|pg|postgres|mysql|warehouse|tx|transaction)\d*$`)

// notExecutor leaves out objects that run tasks, not queries: in a file that knows no database only what is named like one runs
// queries.
func notExecutor(c call) bool {
	object := strings.TrimSuffix(lastBut(c.src.Callee(c.Call), 1), "()")
	o := strings.ToLower(object)
	return !strings.Contains(o, "executor") && !strings.Contains(o, "tool") && !strings.Contains(o, "sandbox") && !strings.Contains(o, "workflow") && !strings.Contains(o, "agent") && !strings.Contains(o, "service") &&
		(queryObject.MatchString(object) || importsAny(c.src, databases))
}

// readOnly are ways to open a database that can then not be written.
var readOnly = regexp.MustCompile(`\bmode=ro\b|\bread_?only\s*=\s*True\b|(?i)\bSET (?:SESSION CHARACTERISTICS AS )?TRANSACTION READ ONLY\b|default_transaction_read_only=on`)

// onlyReads tells whether what a query is sent through was opened so that it can only read.
func (c call) onlyReads() bool { return c.saysOfItself(c.First, c.Open, readOnly, 0) }

// saysOfItself looks for words in an expression, and in those that its names are bound to.
func (c call) saysOfItself(first, last int32, words *regexp.Regexp, depth int) bool {
	if words.Match(c.src.Text(first, last)) {
		return true
	}
	for i := first; i < last && depth < 3; i++ {
		if from, to := c.src.Definition(i, i+1, c.Scope); from != i && from > 0 && c.saysOfItself(from, to, words, depth+1) {
			return true
		}
	}
	return false
}

var constrainQuery = checks.Fix{ID: "constrain-query", Title: "Bind values, or parse and limit the query", Applicability: checks.Manual, Steps: []string{
	"If only values come from the model: write the query as a constant with placeholders, and pass the values as parameters.",
	"If the model writes the query: parse it, allow one SELECT over listed tables, and refuse everything else.",
	"Run it as a database role that can only read what the asking user may read, with a limit of rows and time.",
}}

var modelOutputInSQL = outputSinks(querySinks, scriptQuerySinks, func(sink, call, python.Arg) []checks.Fix { return []checks.Fix{constrainQuery} }, constrainQuery)
