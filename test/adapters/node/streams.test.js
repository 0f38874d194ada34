'use strict'
// What a thread or process prints: the same bytes on a pipe, in a file and on a terminal as without logshare, and every line
// in the log once, in order.

const assert = require('node:assert/strict')
const { execFileSync, spawnSync } = require('node:child_process')
const { closeSync, openSync, readFileSync } = require('node:fs')
const { join } = require('node:path')
const { it } = require('node:test')
const { cleanEnv, FIXTURES, readLog, REGISTER, scratch } = require('../../helpers/run')

const PROGRAM = join(FIXTURES, 'output/prints.js')
const COUNT = 20
const KINDS = ['root', 'worker', 'nested', 'fork', 'spawn', 'cluster']
const WAYS = [
  'console',
  'console.error',
  'stdout',
  'pieces',
  'bytes',
  'callback',
  'stderr',
  'Console',
  'five',
]
const LINES = Array.from({ length: COUNT }, (_, i) => `line ${i}`)

for (const kind of KINDS) {
  it(`${kind}: the bytes of a run without logshare, and each line in the log`, (t) => {
    const folder = scratch(t)
    for (const way of WAYS) {
      for (const destination of /** @type {const} */ (['pipe', 'file', 'terminal'])) {
        const bare = show(folder, destination, [kind, way])
        const path = join(folder, `${way}-${destination}.log`)
        const handlers = [{ type: 'file', path }]
        const what = `${kind} ${way} ${destination}`
        assert.deepEqual(show(folder, destination, [kind, way], { handlers }), bare, what)
        const records = readLog(path)
        assert.deepEqual(
          records.map(({ msg }) => msg),
          LINES,
          what,
        )
        assert.equal(new Set(records.map(({ source }) => source)).size, 1, what)
      }
    }
  })

  it(`${kind}: nothing is taken away without a handler`, (t) => {
    const folder = scratch(t)
    for (const way of [...WAYS, 'writeSync']) {
      const bare = show(folder, 'pipe', [kind, way])
      assert.deepEqual(show(folder, 'pipe', [kind, way], {}), bare, `${kind} ${way}`)
    }
  })

  it(`${kind}: a console handler shows each line once`, (t) => {
    const folder = scratch(t)
    for (const way of WAYS) {
      const handlers = [{ type: 'console', format: 'raw' }]
      const { stdout, stderr } = show(folder, 'pipe', [kind, way], { handlers })
      assert.deepEqual([stdout.split('\n').slice(0, -1), stderr], [LINES, ''], `${kind} ${way}`)
    }
  })
}

it('a hundred lines by five ways in one child are in order, in every run', (t) => {
  const folder = scratch(t)
  for (let run = 0; run < 10; run++) {
    for (const kind of ['worker', 'fork']) {
      const path = join(folder, `five-${kind}-${run}.log`)
      const { stdout } = show(folder, 'pipe', [kind, 'five'], {
        handlers: [{ type: 'file', path }],
      })
      assert.deepEqual(stdout.split('\n').slice(0, -1), LINES)
      assert.deepEqual(
        readLog(path).map(({ msg }) => msg),
        LINES,
      )
    }
  }
})

for (const config of [{}, { handlers: [{ type: 'file', path: 'all.log' }] }]) {
  const what = config.handlers ? 'with a file handler' : 'without a handler'
  it(`${what}, a hundred numbers by five ways are in order in fifty runs of fifty`, (t) => {
    const cwd = scratch(t)
    const env = cleanEnv({ RUNS: '50', LOGSHARE_CONFIG: JSON.stringify(config) })
    const words = [process.execPath, '-r', REGISTER, join(FIXTURES, 'output/mixed.js')]
    const command = `${words.map((word) => `'${word}'`).join(' ')} | cat`
    const text = execFileSync('sh', ['-c', command], { env, cwd, encoding: 'utf8' })
    const numbersOf = (/** @type {string} */ text) =>
      [...text.matchAll(/number (\d+)\./g)].map(([, number]) => Number(number))
    const numbers = Array.from({ length: 100 }, (_, i) => i)
    const fifty = (/** @type {number[]} */ of) => Array.from({ length: 50 }, () => of).flat()
    // Our own loggers go to the handlers, if there are any, and not to the terminal.
    const printed = config.handlers ? numbers.filter((i) => i % 5 !== 0) : numbers
    assert.deepEqual(numbersOf(text), fifty(printed))
    if (!config.handlers) return
    const logged = numbersOf(readFileSync(join(cwd, 'all.log'), 'utf8'))
    const captured = numbers.filter((i) => i % 5 !== 4)
    assert.deepEqual(
      logged.filter((i) => i % 5 !== 4),
      fifty(captured),
    )
  })
}

it('the option `streams` sets the level of lines, and `silent` makes no records of them', (t) => {
  const folder = scratch(t)
  const run = (/** @type {string} */ way, /** @type {object} */ streams) => {
    const path = join(folder, `${way}.log`)
    const bare = show(folder, 'pipe', ['fork', way])
    const handlers = [{ type: 'file', path }]
    assert.deepEqual(show(folder, 'pipe', ['fork', way], { handlers, streams }), bare)
    return readLog(path).map(({ level }) => level)
  }
  const streams = { stdout: 'error', stderr: 'silent' }
  assert.deepEqual(run('stdout', streams), Array(COUNT).fill(50))
  assert.deepEqual(run('stderr', streams), [])
})

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
 * What a run shows, in a folder of its own.
 * @param {string} folder
 * @param {'pipe' | 'file' | 'terminal'} destination
 * @param {string[]} args
 * @param {object} [config] without it logshare is not there
 */
function show(folder, destination, args, config) {
  const env = cleanEnv(config ? { LOGSHARE_CONFIG: JSON.stringify(config) } : {})
  const words = [...(config ? ['-r', REGISTER] : []), PROGRAM, ...args]
  const options = /** @type {const} */ ({ env, encoding: 'utf8', timeout: 60_000 })
  if (destination === 'pipe') {
    const { stdout, stderr, status } = spawnSync(process.execPath, words, options)
    return { stdout, stderr, status }
  }
  if (destination === 'file') {
    const [out, err] = ['out', 'err'].map((name) => join(folder, name))
    const [outFd, errFd] = [openSync(out, 'w'), openSync(err, 'w')]
    const stdio = /** @type {const} */ (['ignore', outFd, errFd])
    const { status } = spawnSync(process.execPath, words, { ...options, stdio: [...stdio] })
    closeSync(outFd)
    closeSync(errFd)
    return { stdout: readFileSync(out, 'utf8'), stderr: readFileSync(err, 'utf8'), status }
  }
  const command = [process.execPath, ...words].map((word) => `'${word}'`).join(' ')
  const { stdout, status } = spawnSync('script', ['-qec', command, '/dev/null'], options)
  return { stdout, stderr: '', status }
}
