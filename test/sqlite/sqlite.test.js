'use strict'
// `logshare merge --to`, with Node's own SQLite, or with better-sqlite3 of the folder that BETTER_SQLITE3 names.

const { test } = require('node:test')
const assert = require('node:assert/strict')
const { spawn } = require('node:child_process')
const { once } = require('node:events')
const { appendFileSync, readdirSync, readFileSync, writeFileSync } = require('node:fs')
const { createRequire } = require('node:module')
const { join } = require('node:path')
const { run, scratch, cleanEnv, ROOT } = require('../helpers/run.js')

const CLI = join(ROOT, 'dist/cli/main.js')
const FOLDER = process.env.BETTER_SQLITE3
/** Node's own SQLite would be taken first. */
const FLAGS =
  FOLDER && Number.parseInt(process.versions.node, 10) > 20 ? ['--no-experimental-sqlite'] : []
const START = Date.UTC(2026, 10, 22)

/** A line of logshare. @param {number} after @param {object} [more] */
function line(after, more = {}) {
  const own = { pid: 7, tid: 0, source: 'root', seq: after + 1, name: 'app', msg: `at ${after}` }
  return `${JSON.stringify({ level: 30, time: START + after, ...own, ...more })}\n`
}

/** @param {string[]} args @param {object} [options] */
function merge(args, options = {}) {
  return run(CLI, { way: 'none', flags: FLAGS, cwd: FOLDER, args: ['merge', ...args], ...options })
}

/** The rows of a question. @param {string} path @param {string} sql @returns {any[]} */
function ask(path, sql) {
  const Opened = FOLDER
    ? createRequire(join(FOLDER, 'x'))('better-sqlite3')
    : /** @type {any} */ (process).getBuiltinModule('node:sqlite').DatabaseSync
  const database = new Opened(path)
  const rows = database.prepare(sql).all()
  database.close()
  return rows.map((row) => ({ ...row }))
}

/** @param {{ code: number | null, stdout: string, stderr: string }} result */
function isQuiet({ code, stdout, stderr }) {
  assert.deepEqual([code, stdout, stderr], [0, '', ''])
}

test('a row for each record of any log, in the order of the merge', async (t) => {
  const folder = scratch(t)
  const [ours, others, to] = ['ours.log', 'others.log', 'log.db'].map((name) => join(folder, name))
  const more = '"big":12345678901234567890,"a\\u0041":"\\ud83d","user":{"id":7}'
  const text = '2026-11-22T00:00:00.002250Z [api] warn: slow'
  writeFileSync(ours, line(0, { level: 35 }) + line(3).replace('}', `,${more}}`))
  writeFileSync(
    others,
    Buffer.concat([
      Buffer.from(
        `{"message":"early","level":"error","timestamp":"2026-11-22T00:00:00.001Z","time":35}\n${text}\n    at x\n`,
      ),
      Buffer.from('2026-11-22T00:00:00.004Z caf\xe9\n    at y\n', 'latin1'),
    ]),
  )
  isQuiet(await merge([ours, others, '--to', to]))
  const rows = ask(to, 'SELECT * FROM log ORDER BY id')
  const columns = 'id time us level label name source pid message file fields line'.split(' ')
  assert.deepEqual(Object.keys(rows[0]), columns)
  const facts = rows.map(({ level, label, name, source, pid, message }) => [
    level,
    label,
    name,
    source,
    pid,
    message,
  ])
  assert.deepEqual(facts.slice(0, 4), [
    [35, 'info', 'app', 'root', 7, 'at 0'],
    [50, 'error', null, others, null, 'early'],
    [40, 'warn', 'api', others, null, 'slow\n    at x'],
    [30, 'info', 'app', 'root', 7, 'at 3'],
  ])
  assert.deepEqual(
    rows.map(({ us }) => us),
    [0, 1000, 2250, 3000, 4000].map((us) => START * 1000 + us),
  )
  assert.equal(rows[2].time, '2026-11-22T00:00:00.002Z')
  assert.deepEqual(
    rows.map(({ fields }) => fields),
    ['{"tid":0,"seq":1}', '{"time":35}', null, `{"tid":0,"seq":4,${more}}`, null],
  )
  assert.deepEqual(
    rows.map(({ file }) => file),
    [ours, others, others, ours, others],
  )
  assert.equal(rows[2].line, `${text}\n    at x`)
  assert.ok(Buffer.from(rows[4].line).includes(Buffer.from('caf\xe9\n    at y', 'latin1')))
  const [{ id }] = ask(to, `SELECT fields ->> '$.user.id' AS id FROM log WHERE id = 4`)
  assert.equal(id, 7)
})

test('many rows, with the filters of merge, and an index for each usual question', async (t) => {
  const folder = scratch(t)
  const [path, to] = [join(folder, 'a.log'), join(folder, 'log.db')]
  const lines = Array.from({ length: 30_000 }, (_, i) =>
    line(i, { level: 10 * (1 + (i % 6)), name: i % 2 ? 'db' : 'web' }),
  )
  writeFileSync(path, lines.join(''))
  isQuiet(await merge([path, '--to', to]))
  const [{ count, last }] = ask(to, 'SELECT count(*) AS count, max(id) AS last FROM log')
  assert.deepEqual([count, last], [30_000, 30_000])
  const one = '2026-11-22T00:00:20.000Z'
  assert.deepEqual(ask(to, `SELECT message FROM log WHERE time = '${one}'`), [
    { message: 'at 20000' },
  ])
  for (const where of [
    `time > '${one}'`,
    'us > 5',
    'level = 50',
    "name = 'db'",
    "source = 'root'",
  ]) {
    const plan = ask(to, `EXPLAIN QUERY PLAN SELECT * FROM log WHERE ${where}`)
    assert.match(plan[0].detail, /SEARCH log USING INDEX/, where)
  }

  const picked = join(folder, 'picked.db')
  const since = new Date(START + 10_000).toISOString()
  isQuiet(await merge([path, '--to', picked, '--since', since, '--level', 'error', '--name', 'db']))
  const kept = ask(picked, 'SELECT count(*) AS n, min(us) AS us, min(level) AS level FROM log')
  const expected = lines.map((_, i) => i).filter((i) => i >= 10_000 && i % 2 && i % 6 >= 4)
  const us = (START + (expected[0] ?? 0)) * 1000
  assert.deepEqual(kept, [{ n: expected.length, us, level: 60 }])
})

test('what is there is replaced only if it is a database of --to, and --replace says so', async (t) => {
  const folder = scratch(t)
  const [path, to, foreign] = ['a.log', 'log.db', 'foreign.db'].map((name) => join(folder, name))
  writeFileSync(path, line(0))
  writeFileSync(foreign, 'dear diary')
  isQuiet(await merge([path, '--to', to]))
  appendFileSync(path, line(1))
  const refuses = async (/** @type {string[]} */ flags, /** @type {RegExp} */ why) => {
    const { code, stdout, stderr } = await merge([path, ...flags])
    assert.deepEqual([code, stdout], [1, ''])
    assert.match(stderr, why)
  }
  await refuses(['--to', to], /log\.db exists; add --replace/)
  await refuses(['--to', foreign, '--replace'], /expected a new file, or one that --to has written/)
  await refuses(['--to', folder, '--replace'], /expected a new file/)
  assert.equal(readFileSync(foreign, 'utf8'), 'dear diary')
  assert.equal(ask(to, 'SELECT * FROM log').length, 1)
  isQuiet(await merge([path, '--to', to, '--replace']))
  assert.equal(ask(to, 'SELECT * FROM log').length, 2)
  writeFileSync(`${to}-wal`, '')
  await refuses(['--to', to, '--replace'], /log\.db is in use: there is .*log\.db-wal/)
  assert.deepEqual(readdirSync(folder).sort(), ['a.log', 'foreign.db', 'log.db', 'log.db-wal'])
})

/** Merges standard input, which goes on, and resolves once a first part is in the database. */
async function begin(t, to) {
  const child = spawn(process.execPath, [...FLAGS, CLI, 'merge', '-', '--to', to], {
    cwd: FOLDER,
    env: cleanEnv(),
    stdio: ['pipe', 'inherit', 'pipe'],
  })
  t.after(() => child.kill('SIGKILL'))
  child.stdin.on('error', () => {})
  let stderr = ''
  child.stderr.setEncoding('utf8').on('data', (text) => (stderr += text))
  const temporary = `${to}.${child.pid}.tmp`
  child.stdin.write(Array.from({ length: 60_000 }, (_, i) => line(i)).join(''))
  const isWritten = () => {
    try {
      return readFileSync(temporary).includes('at 5000')
    } catch {
      return false
    }
  }
  while (!isWritten() && child.exitCode === null)
    await new Promise((resolve) => setImmediate(resolve))
  return { child, closed: once(child, 'close'), stderr: () => stderr }
}

test('interrupted, it leaves nothing under the name, and nothing at all if it can', async (t) => {
  const folder = scratch(t)
  const to = join(folder, 'log.db')
  for (const [signal, code] of /** @type {const} */ ([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ])) {
    const { child, closed, stderr } = await begin(t, to)
    child.kill(signal)
    assert.deepEqual([...(await closed), stderr()], [code, null, ''])
    assert.deepEqual(readdirSync(folder), [])
  }
  const { child, closed } = await begin(t, to)
  child.kill('SIGKILL')
  await closed
  assert.deepEqual(readdirSync(folder), [`log.db.${child.pid}.tmp`])
})

test('a file that comes into being meanwhile is not overwritten', async (t) => {
  const folder = scratch(t)
  const to = join(folder, 'log.db')
  const { child, closed, stderr } = await begin(t, to)
  writeFileSync(to, 'dear diary')
  child.stdin.end()
  assert.deepEqual(await closed, [1, null])
  assert.match(stderr(), /--to .*log\.db: EEXIST/)
  assert.equal(readFileSync(to, 'utf8'), 'dear diary')
  assert.deepEqual(readdirSync(folder), ['log.db'])
})

test('a file that cannot be read is named, the others are in the database', async (t) => {
  const folder = scratch(t)
  const [path, to] = [join(folder, 'a.log'), join(folder, 'log.db')]
  writeFileSync(path, line(0))
  const { code, stderr } = await merge([join(folder, 'gone.log'), path, '--to', to])
  assert.equal(code, 1)
  assert.match(stderr, /^logshare: .*gone\.log: no such file\n$/)
  assert.equal(ask(to, 'SELECT * FROM log').length, 1)
  const nowhere = await merge([path, '--to', join(folder, 'none/log.db')])
  assert.equal(nowhere.code, 1)
  assert.match(nowhere.stderr, /^logshare: --to .*none\/log\.db: ENOENT/)
})
