'use strict'
// What a thread or process prints: its order and the levels of its records. All ways of printing are in test/output/ways.test.js.

const assert = require('node:assert/strict')
const { execFileSync, spawnSync } = require('node:child_process')
const { readFileSync } = require('node:fs')
const { join } = require('node:path')
const { it } = require('node:test')
const { cleanEnv, FIXTURES, readLog, REGISTER, scratch } = require('../../helpers/run')

const PROGRAM = join(FIXTURES, 'output/prints.js')
const COUNT = 20
const LINES = Array.from({ length: COUNT }, (_, i) => `line ${i}`)

const FILE = { type: 'file', path: 'all.log' }
/** @type {[number, object[]][]} */
const SETS = [
  [10, []],
  [50, [FILE]],
]
for (const [runs, handlers] of SETS) {
  const hasFile = handlers.length > 0
  const what = hasFile ? 'with a file handler' : 'without a handler'
  it(`${what}, a hundred numbers by five ways are in order in each of ${runs} runs`, (t) => {
    const cwd = scratch(t)
    const env = cleanEnv({ RUNS: String(runs), LOGSHARE_CONFIG: JSON.stringify({ handlers }) })
    const words = [process.execPath, '-r', REGISTER, join(FIXTURES, 'output/mixed.js')]
    const command = `${words.map((word) => `'${word}'`).join(' ')} | cat`
    const text = execFileSync('sh', ['-c', command], { env, cwd, encoding: 'utf8' })
    const numbersOf = (/** @type {string} */ text) =>
      [...text.matchAll(/number (\d+)\./g)].map(([, number]) => Number(number))
    const numbers = Array.from({ length: 100 }, (_, i) => i)
    const each = (/** @type {number[]} */ of) => Array.from({ length: runs }, () => of).flat()
    // Our own loggers go to the handlers, if there are any, and not to the terminal.
    const printed = hasFile ? numbers.filter((i) => i % 5 !== 0) : numbers
    assert.deepEqual(numbersOf(text), each(printed))
    if (!hasFile) return
    const logged = numbersOf(readFileSync(join(cwd, 'all.log'), 'utf8'))
    const captured = numbers.filter((i) => i % 5 !== 4)
    assert.deepEqual(
      logged.filter((i) => i % 5 !== 4),
      each(captured),
    )
  })
}

it('the option `streams` sets the level of lines, and `silent` makes no records of them', (t) => {
  const folder = scratch(t)
  const run = (/** @type {string} */ way, /** @type {object} */ streams) => {
    const path = join(folder, `${way}.log`)
    const bare = show(['fork', way])
    const handlers = [{ type: 'file', path }]
    assert.deepEqual(show(['fork', way], { handlers, streams }), bare)
    return readLog(path).map(({ level }) => level)
  }
  const streams = { stdout: 'error', stderr: 'silent' }
  assert.deepEqual(run('stdout', streams), Array(COUNT).fill(50))
  assert.deepEqual(run('stderr', streams), [])
})

for (const handlers of [
  [],
  [{ type: 'file', path: 'all.log' }],
  [{ type: 'console', format: 'raw' }],
]) {
  const what = handlers[0]?.type ?? 'no'
  it(`a replaced \`write\` gets all text before a ${what} handler, and decides what is shown`, (t) => {
    const { stdout, stderr } = spawnSync(
      process.execPath,
      ['-r', REGISTER, join(FIXTURES, 'output/replaced.js')],
      {
        cwd: scratch(t),
        env: cleanEnv({ LOGSHARE_CONFIG: JSON.stringify({ handlers }) }),
        encoding: 'utf8',
      },
    )
    const got = 'got ["kept\\n","passed on\\n","kept, too\\n"]'
    const lines = (/** @type {string} */ text) => text.split('\n').filter(Boolean)
    const isOwned = handlers[0]?.type === 'console'
    assert.deepEqual(lines(stderr), isOwned ? [] : [got, got])
    const shown = isOwned ? ['passed on', got] : ['passed on']
    assert.deepEqual(lines(stdout), [...shown, ...shown])
  })
}

for (const where of ['root', 'fork']) {
  it(`who listens to a worker of a ${where} hears every way of printing, with every handler`, (t) => {
    const bare = listen(t, where)
    const { heard } = bare
    assert.ok(heard.stdout.length > 10 && heard.stderr.length > 3)
    for (const handlers of [
      [],
      [{ type: 'file', path: 'all.log' }],
      [{ type: 'console', format: 'raw' }],
    ]) {
      assert.deepEqual(listen(t, where, { handlers }), bare, JSON.stringify(handlers))
    }
  })
}

/**
 * What the listener has heard, and the ways that are on the terminal. Without `config` logshare is not there.
 * @param {import('node:test').TestContext} t @param {string} where @param {object} [config]
 */
function listen(t, where, config) {
  const env = cleanEnv({
    NODE_DEBUG: 'app',
    ROARR_LOG: 'true',
    ...(config && { LOGSHARE_CONFIG: JSON.stringify(config) }),
  })
  const words = [...(config ? ['-r', REGISTER] : []), join(FIXTURES, 'output/heard.js'), where]
  const options = /** @type {const} */ ({ cwd: scratch(t), env, encoding: 'utf8' })
  const { stdout, stderr } = spawnSync(process.execPath, words, options)
  const lines = [...stdout.split('\n'), ...stderr.split('\n')]
  const own = lines.filter((line) => line.startsWith('heard '))
  const shown = lines.filter((line) => !own.includes(line)).join('\n')
  const heard = JSON.parse(String(own[0]).slice('heard '.length))
  const linesOf = (/** @type {string} */ text) => text.replace(/\d+/g, '#').split('\n')
  return {
    heard: { stdout: linesOf(heard.stdout), stderr: linesOf(heard.stderr) },
    times: own.length,
    shown: [...shown.matchAll(/\[by ([^\]]+)\]/g)].map(([, way]) => way).toSorted(),
  }
}

it('a program that prints between two node programs of a shell keeps its place', () => {
  const line = (/** @type {number} */ n) => `"${process.execPath}" -e 'console.log(${n})'`
  const script = `${line(1)} && echo 2 && ${line(3)} && echo 4`
  const env = cleanEnv({ NODE_OPTIONS: `-r "${REGISTER}"` })
  const program = `require('node:child_process').spawnSync('sh', ['-c', process.argv[1]], { stdio: 'inherit' })`
  const async = `require('node:child_process').spawn('sh', ['-c', process.argv[1]], { stdio: 'inherit' })`
  for (const code of [program, async]) {
    const text = execFileSync(process.execPath, ['-e', code, script], { env, encoding: 'utf8' })
    assert.equal(text, '1\n2\n3\n4\n')
  }
})

/**
 * What a run prints. Without `config` logshare is not there.
 * @param {string[]} args
 * @param {object} [config]
 */
function show(args, config) {
  const env = cleanEnv(config ? { LOGSHARE_CONFIG: JSON.stringify(config) } : {})
  const words = [...(config ? ['-r', REGISTER] : []), PROGRAM, ...args]
  const options = /** @type {const} */ ({ env, encoding: 'utf8', timeout: 60_000 })
  const { stdout, stderr, status } = spawnSync(process.execPath, words, options)
  return { stdout, stderr, status }
}

it('a line that is begun without the console is one record, in colour as well; a spinner is none of it, nor is a colour that ends', (t) => {
  const path = join(scratch(t), 'app.log')
  const program = [
    "process.stdout.write('\\u001b[90m[1]\\u001b[39m ')",
    "console.log('a time')",
    "process.stderr.write('error: ')",
    "console.log('out')",
    "console.error('text')",
    "process.stdout.write('\\u001b[2K\\u001b[1Gspinning')",
    "console.log('a spinner')",
    "process.stderr.write('\\u001b[0m')",
  ].join(';')
  const env = cleanEnv({ LOGSHARE_CONFIG: JSON.stringify({ handlers: [{ type: 'file', path }] }) })
  execFileSync(process.execPath, ['-r', REGISTER, '-e', program], { env, stdio: 'pipe' })
  assert.deepEqual(
    readLog(path).map(({ msg }) => msg),
    ['[1] a time', 'out', 'error: text', 'a spinner', 'spinning'],
  )
})

it('a line that is begun before a library prints is a record at once, not a part of a later line', (t) => {
  const path = join(scratch(t), 'app.log')
  const program = [
    "const { createLogger, transports } = require('winston')",
    'const winston = createLogger({ transports: [new transports.Console()] })',
    "const bunyan = require('bunyan').createLogger({ name: 'app' })",
    "for (const log of [winston, bunyan, require('loglevel'), require('consola').consola]) {",
    "  process.stdout.write('begun ')",
    "  process.stderr.write('begun ')",
    "  log.error('logged')",
    "  console.log('out')",
    "  console.error('err')",
    '}',
  ].join('\n')
  const env = cleanEnv({ LOGSHARE_CONFIG: JSON.stringify({ handlers: [{ type: 'file', path }] }) })
  const cwd = FIXTURES
  execFileSync(process.execPath, ['-r', REGISTER, '-e', program], { cwd, env, stdio: 'pipe' })
  const messages = readLog(path).map(({ msg }) => msg)
  // The library's own stream, and the other, which the console goes on with.
  const each = ['begun ', 'logged', 'begun out', 'err']
  const other = ['begun ', 'logged', 'out', 'begun err']
  const parts = [0, 4, 8, 12].map((at) => messages.slice(at, at + 4).toSorted())
  assert.equal(messages.length, 16)
  for (const part of parts)
    assert.ok(
      [each, other].some((it) => it.toSorted().join() === part.join()),
      part.join(),
    )
})

for (const kind of ['root', 'worker', 'fork']) {
  it(`${kind}: a line without an end is a record when the thread ends`, (t) => {
    const folder = scratch(t)
    const path = join(folder, 'app.log')
    const bare = show([kind, 'endless'])
    const handlers = [{ type: 'file', path }]
    assert.deepEqual(show([kind, 'endless'], { handlers }), bare)
    assert.deepEqual(
      readLog(path).map(({ msg }) => msg),
      [LINES.join(' ')],
    )
    const raw = [{ type: 'console', format: 'raw' }]
    const { stdout } = show([kind, 'endless'], { handlers: raw })
    assert.equal(stdout.trimEnd(), bare.stdout.trimEnd())
  })
}
