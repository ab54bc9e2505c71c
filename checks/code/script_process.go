package code

import (
	"regexp"
	"strings"

	"bakedin/internal/lang/javascript"
)

const (
	asShell   = "is run by a shell."
	asProgram = "decides which program is run."
)

var childProcess = match(`^(?:node:)?child_process$|^execa$|^shelljs$|^zx$|^cross-spawn$`)

// callers of a shell, and starters of programs, as written or by their module
var (
	scriptShells   = match(`^(?:child_process\.|cp\.|shell\.|shelljs\.)?(?:exec|execSync|execCommand)$|^exec(?:Async|Promise|P)$|^promisify\(\)\(\)$`)
	scriptStarters = match(`^(?:child_process\.|cp\.)?(?:spawn|spawnSync|execFile|execFileSync)$|^cross-spawn(?:\.sync)?$|^execa(?:\.(?:execa|execaSync|sync|node))?$`)
	scriptLines    = match(`^execa\.(?:execaCommand|execaCommandSync|command|commandSync)$`)
	scriptSpawns   = match(`^Bun\.(?:spawn|spawnSync)$|^Deno\.(?:Command|run)$`)
)

// started is what of a call that starts a program decides what is run, and how.
func started(s *javascript.File, c *javascript.Call) (parts [][2]int32, does string) {
	args := s.Args(c.Open)
	if len(args) == 0 {
		return nil, ""
	}
	program, list := args[0], [2]int32{}
	switch {
	case s.IsOp(program[0], '{'): // Bun.spawn({ cmd: […] })
		if first, last, ok := s.Property(program[0], "cmd"); ok {
			program = [2]int32{first, last}
		}
		fallthrough
	case s.IsOp(program[0], '['):
		items := s.Args(program[0])
		if len(items) == 0 {
			return nil, ""
		}
		program, list = items[0], [2]int32{items[0][1] + 1, items[len(items)-1][1]}
		if s.IsOp(program[0], opSpread) {
			return items, asProgram
		}
		return interpreted(s, program, items[1:])
	case len(args) > 1:
		list = args[1]
		if first, last, ok := s.Property(list[0], "args"); ok { // new Deno.Command(program, { args: […] })
			list = [2]int32{first, last}
		}
	}
	if byShell(s, args[len(args)-1]) {
		return args, asShell
	}
	if first, last, ok := s.Constant(list[0], list[1]); ok {
		list = [2]int32{first, last}
	}
	if list[0] > 0 && s.IsOp(list[0], '[') {
		return interpreted(s, program, s.Args(list[0]))
	}
	name, known := programName(s, program)
	switch {
	case !known:
		return [][2]int32{program}, asProgram
	case interpreters[name] && list[0] > 0 && !s.IsOp(list[0], '{'):
		return [][2]int32{list}, asProgram
	}
	return nil, ""
}

const opSpread = 'd'

// interpreted narrows the arguments of a program to what an interpreter among them runs: what stands behind -c, or a script
// that is not fixed.
func interpreted(s *javascript.File, program [2]int32, items [][2]int32) (parts [][2]int32, does string) {
	name, known := programName(s, program)
	if !known {
		return [][2]int32{program}, asProgram
	}
	if !interpreters[name] {
		return nil, ""
	}
	fixed := false
	for k, item := range items {
		word, known := programName(s, item)
		switch {
		case known && runsNext[word] && !fixed:
			if shells[name] {
				return items[k+1:], asShell
			}
			return items[k+1:], runs
		case known && interpreters[word] && word != "docker": // docker exec box sh -c
			name, fixed = word, false
		case known:
			fixed = fixed || !strings.HasPrefix(word, "-")
		case !fixed && !s.IsOp(item[0], opSpread):
			return [][2]int32{item}, asProgram
		}
	}
	return nil, ""
}

// runsNext are the options whose value is a program of its own.
var runsNext = set("-c", "-e", "-lc", "-ic", "/c", "/C", "-Command", "-command", "--eval", "-p", "--print")

// programName is the last part of a path that is written out.
func programName(s *javascript.File, r [2]int32) (string, bool) {
	if string(s.Text(r[0], r[1])) == "process.execPath" {
		return "node", true
	}
	text, ok := s.Str(r[0], r[1])
	if text == "/c" || text == "/C" {
		return text, ok
	}
	return strings.TrimSuffix(text[strings.LastIndexAny(text, `/\`)+1:], ".exe"), ok
}

// byShell tells whether the options of a call ask for a shell.
func byShell(s *javascript.File, options [2]int32) bool {
	first, last, ok := s.Property(options[0], "shell")
	return ok && string(s.Text(first, last)) != "false"
}

// line is what decides which program is run of a command that is split at its blanks.
func line(s *javascript.File, c *javascript.Call) (parts [][2]int32, does string) {
	args := s.Args(c.Open)
	switch {
	case len(args) == 0:
		return nil, ""
	case byShell(s, args[len(args)-1]):
		return args[:1], asShell
	}
	return args[:1], asProgram
}

var (
	databaseModules = match(`^(?:pg|pg-promise|postgres|mysql2?(?:/promise)?|sqlite3?|better-sqlite3|(?:node|bun):sqlite|knex|sequelize|typeorm|kysely|drizzle-orm(?:/.*)?|mssql|oracledb|duckdb|@duckdb/.*|@libsql/.*|@clickhouse/client|@prisma/client|@vercel/postgres|@neondatabase/serverless|@planetscale/.*|slonik|mariadb|snowflake-sdk|@google-cloud/bigquery|cassandra-driver|@databricks/sql|neo4j-driver)$`)
	ownSources      = match(`(?i)^[.@~].*(?:db|database|sql|postgres|prisma|pool|datasource|knex|drizzle)\w*(?:/index)?(?:\.\w+)?$`)
	anyClient       = match(`(?i)(?:client|manager|conn|connection)\.\w+$`)
)

// ofDatabase tells whether what a query is handed to is a database: by its name, or by what the file imports.
func ofDatabase(s *javascript.File, callee string) bool {
	return !anyClient.MatchString(callee) || importsModule(s, databaseModules) || importsModule(s, ownSources)
}

// quotedTag are tags of templates that keep values apart from the text around them.
var quotedTag = regexp.MustCompile(`^(?:sql|SQL|\$queryRaw|\$executeRaw)$`)
