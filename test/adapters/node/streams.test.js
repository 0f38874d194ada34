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

it('a line that is begun without the console is one record, in colour as well; a spinner is none of it', (t) => {
  const path = join(scratch(t), 'app.log')
  const program = [
    "process.stdout.write('\\u001b[90m[1]\\u001b[39m ')",
    "console.log('a time')",
    "process.stderr.write('error: ')",
    "console.log('out')",
    "console.error('text')",
    "process.stdout.write('\\u001b[2K\\u001b[1Gspinning')",
    "console.log('a spinner')",
  ].join(';')
  const env = cleanEnv({ LOGSHARE_CONFIG: JSON.stringify({ handlers: [{ type: 'file', path }] }) })
  execFileSync(process.execPath, ['-r', REGISTER, '-e', program], { env, stdio: 'pipe' })
  assert.deepEqual(
    readLog(path).map(({ msg }) => msg),
    ['[1] a time', 'out', 'error: text', 'a spinner', 'spinning'],
  )
})

for (const kind of ['root', 'worker', 'fork']) {
  it(`${kind}: a line without an end is a record when the thread ends`, (t) => {
    const folder = scratch(t)
    const path = join(folder, 'app.log')
    const bare = show(folder, 'pipe', [kind, 'endless'])
    const handlers = [{ type: 'file', path }]
    assert.deepEqual(show(folder, 'pipe', [kind, 'endless'], { handlers }), bare)
    assert.deepEqual(
      readLog(path).map(({ msg }) => msg),
      [LINES.join(' ')],
    )
    const raw = [{ type: 'console', format: 'raw' }]
    const { stdout } = show(folder, 'pipe', [kind, 'endless'], { handlers: raw })
    assert.equal(stdout.trimEnd(), bare.stdout.trimEnd())
  })
}
