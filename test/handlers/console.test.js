'use strict'
// Console handler: JSON for programs, pretty output on terminals, and readers that are slow or close early.

const { test } = require('node:test')
const assert = require('node:assert/strict')
const { execFile, spawn } = require('node:child_process')
const { openSync, closeSync, writeFileSync, readFileSync } = require('node:fs')
const { join } = require('node:path')
const { promisify, stripVTControlCharacters } = require('node:util')
const { assertDelivered } = require('../helpers/delivery.js')
const {
  cleanEnv,
  collect,
  FIXTURES,
  readLines,
  REGISTER,
  run,
  scratch,
} = require('../helpers/run.js')

const FIXTURE = join(FIXTURES, 'log-lines.js')
const ESCAPE = '\u001b['
const UNIX = process.platform !== 'win32'

/** @param {object} [handler] */
const configOf = (handler) => ({
  adapters: false,
  handlers: [{ type: 'console', ...handler }],
})

/** @param {Record<string, string | undefined>} extra @param {object} [handler] */
const envOf = (extra, handler) =>
  cleanEnv({ TZ: 'UTC', LOGSHARE_CONFIG: JSON.stringify(configOf(handler)), ...extra })

/** @param {string[]} args */
const command = (...args) =>
  [process.execPath, '-r', REGISTER, FIXTURE, ...args].map((word) => `'${word}'`).join(' ')

/** Runs the fixture on its own terminal. @param {Record<string, string | undefined>} env @param {object} [handler] */
async function onTerminal(env, handler) {
  const options = { env: envOf({ TERM: 'xterm-256color', ...env }, handler) }
  const { stdout } = await promisify(execFile)(
    'script',
    ['-qec', command('2', '1'), '/dev/null'],
    options,
  )
  return stdout.replaceAll('\r\n', '\n')
}

/** @param {string} line the shell command @param {object} [handler] */
const shell = (line, handler) =>
  collect(spawn('sh', ['-c', line], { env: envOf({}, handler), stdio: 'pipe' }), { limit: 60_000 })

const PRETTY = /^\d\d:\d\d:\d\d\.\d{3} INFO {2}lines \(root\) line 1 {2}i=1 pad='x'$/
/** On a terminal, with one producer. */
const LIVE = /^\d\d:\d\d:\d\d\.\d{3} INFO {2}lines line 1 {2}i=1 pad='x'$/

test('writes JSON into a pipe', async () => {
  for (const handlers of [undefined, configOf().handlers, configOf({ format: 'json' }).handlers]) {
    const { stdout, stderr, code } = await run('log-lines.js', {
      args: ['3', '1'],
      config: { handlers },
    })
    assert.deepEqual([code, stderr], [0, ''])
    assertDelivered(readLines(stdout), { root: 3 })
  }
})

test('writes to stderr, from its level on', async () => {
  const { stdout, stderr } = await run('log-lines.js', {
    args: ['4', '1'],
    config: configOf({ stream: 'stderr', level: 'error' }),
  })
  assert.equal(stdout, '')
  assert.deepEqual(
    readLines(stderr).map(({ msg }) => msg),
    ['line 2', 'line 4'],
  )
})

test('writes pretty output if configured, in colors only if forced', async () => {
  const options = { args: ['1', '1'], config: configOf({ format: 'pretty' }) }
  assert.match((await run('log-lines.js', options)).stdout.trimEnd(), PRETTY)
  const forced = (
    await run('log-lines.js', { ...options, env: { FORCE_COLOR: '1' } })
  ).stdout.trimEnd()
  assert.ok(forced.includes(ESCAPE))
  assert.match(stripVTControlCharacters(forced), PRETTY)
  const off = (
    await run('log-lines.js', { ...options, env: { FORCE_COLOR: '0' } })
  ).stdout.trimEnd()
  assert.match(off, PRETTY)
})

test('writes pretty output in colors on a terminal', { skip: !UNIX }, async () => {
  for (const handler of [
    undefined,
    { format: 'auto' },
    { stream: 'stderr' },
    { format: 'pretty' },
  ]) {
    const text = await onTerminal({}, handler)
    assert.ok(text.includes(`${ESCAPE}32mINFO`))
    assert.match(stripVTControlCharacters(text).split('\n')[0], LIVE)
  }
})

test('NO_COLOR, FORCE_COLOR and the format apply on a terminal', {
  skip: !UNIX,
}, async () => {
  for (const env of [
    { NO_COLOR: '1' },
    { FORCE_COLOR: '0' },
    { TERM: 'dumb' },
    { NODE_DISABLE_COLORS: '1' },
  ]) {
    const text = await onTerminal(env)
    assert.ok(!text.includes(ESCAPE), JSON.stringify(env))
    assert.match(text.split('\n')[0], LIVE)
  }
  assert.ok((await onTerminal({ TERM: 'dumb', FORCE_COLOR: '1' })).includes(ESCAPE))
  assertDelivered(readLines(await onTerminal({}, { format: 'json' })), { root: 2 })
})

test('a reader that closes early ends the writing, not the program', {
  skip: !UNIX,
}, async (t) => {
  const status = join(scratch(t), 'status')
  const line = `{ ${command('5000', '200')}; echo $? > '${status}'; } | head -n 1`
  const { stdout, stderr, code } = await shell(line)
  assert.deepEqual([code, stderr], [0, ''])
  assert.equal(readLines(stdout)[0].msg, 'line 1')
  assert.equal(readFileSync(status, 'utf8'), '0\n')
})

test('a closed stream ends the writing, not the program', {
  skip: !UNIX,
}, async () => {
  const closed = await shell(`${command('10', '1')} >&-`)
  assert.deepEqual(closed, { ...closed, code: 0, stdout: '', stderr: '' })
  const both = await shell(`${command('10', '1')} >&- 2>&-`)
  assert.deepEqual(both, { ...both, code: 0, stdout: '', stderr: '' })
})

test('a full disk causes one warning, and one at exit about records that were not written', {
  skip: process.platform !== 'linux',
}, async () => {
  const { code, stderr } = await shell(`${command('100', '1')} > /dev/full`)
  assert.equal(code, 0)
  const [fault, end, ...more] = stderr.split('\n')
  assert.match(fault, /^logshare: console stdout: ENOSPC.* kept.*\(LOGSHARE_WARN_HANDLER\)$/)
  assert.match(
    end,
    /console stdout: 100 records were not written: ENOSPC.*\(LOGSHARE_WARN_DROPPED\)$/,
  )
  assert.deepEqual(more, [''])
})

test('a slow reader of a pipe loses nothing', { skip: !UNIX }, async () => {
  const { stdout, stderr, code } = await shell(`${command('3000', '300')} | { sleep 1; cat; }`)
  assert.deepEqual([code, stderr], [0, ''])
  assertDelivered(readLines(stdout), { root: 3000 })
})

test('a slow reader of a non-blocking pipe loses nothing', { skip: !UNIX }, async () => {
  const { stdout, stderr, code } = await shell(
    `${process.execPath} -r '${REGISTER}' -e 'process.stdout.write(""); process.argv.push("3000", "300"); require(${JSON.stringify(FIXTURE)})' x | { sleep 1; cat; }`,
  )
  assert.deepEqual([code, stderr], [0, ''])
  assertDelivered(readLines(stdout), { root: 3000 })
})

test('writes to a file that is stdout', async (t) => {
  const path = join(scratch(t), 'out')
  writeFileSync(path, '')
  const fd = openSync(path, 'a')
  const child = spawn(process.execPath, ['-r', REGISTER, FIXTURE, '100', '10'], {
    env: envOf({}),
    stdio: ['ignore', fd, 'inherit'],
  })
  closeSync(fd)
  await new Promise((done) => child.on('exit', done))
  assertDelivered(readLines(readFileSync(path, 'utf8')), { root: 100 })
})

test('records from the `stderr` level on go to stderr, and format raw is the message alone', async () => {
  const { stdout, stderr } = await run('log-lines.js', {
    args: ['4', '1'],
    config: configOf({ stderr: 'error', format: 'raw' }),
  })
  assert.deepEqual([stdout, stderr], ['line 1\nline 3\n', 'line 2\nline 4\n'])
})

test('lines fit into a narrow terminal', { skip: !UNIX }, async () => {
  const text = await onTerminal({ COLUMNS: '40', NO_COLOR: '1' })
  assert.match(text.split('\n')[0], /^\d\d:\d\d:\d\d INFO {2}lines line 1 {2}i=1 pad='x'$/)
})

test('lines are not interleaved with what the application prints to the same pipe', {
  skip: !UNIX,
}, async (t) => {
  const path = join(scratch(t), 'out')
  const program = join(FIXTURES, 'handlers/print-between.js')
  const line = `'${process.execPath}' -r '${REGISTER}' '${program}' | cat > '${path}'`
  const { code, stderr } = await shell(line, { format: 'json' })
  assert.deepEqual([code, stderr], [0, ''])
  const lines = readFileSync(path, 'utf8').split('\n').slice(0, -1)
  const own = lines.filter((each) => each.startsWith('own '))
  assert.ok(own.length >= 2000)
  assert.deepEqual(
    own.map((each) => each.length - each.indexOf(' x') - 6),
    own.map(() => 1000 - 1),
  )
  const records = readLines(lines.filter((each) => !each.startsWith('own ')).join('\n'))
  assertDelivered(records, { 'worker#1': 2000, 'worker#2': 2000, 'worker#3': 2000 })
})
