'use strict'
// Rotation: files are rotated between lines, named, kept and compressed, and no record is lost or duplicated.

const assert = require('node:assert/strict')
const {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} = require('node:fs')
const { execFileSync, spawn } = require('node:child_process')
const { dirname, join } = require('node:path')
const test = require('node:test')
const { setTimeout: sleep } = require('node:timers/promises')
const { gzipSync } = require('node:zlib')
const { assertDelivered } = require('../../helpers/delivery')
const { fill, mountSmall } = require('../../helpers/disk')
const { until } = require('../../helpers/orphans')
const { oldFiles, readAll } = require('../../helpers/rotated')
const { FIXTURES, readLines, readLog, run, scratch } = require('../../helpers/run')
const { startSteps } = require('../../helpers/steps')

const DAY = 86_400_000
const IS_LINUX = process.platform === 'linux'

/** @param {string} path @param {object} rotate @param {object} [more] */
const configOf = (path, rotate, more = {}) => ({
  handlers: [{ type: 'file', path, rotate, ...more }],
})

/** The local date of a time, as in file names. @param {number} [time] */
function dayOf(time = Date.now()) {
  const date = new Date(time)
  const parts = [date.getFullYear(), date.getMonth() + 1, date.getDate()]
  return parts.map((part) => String(part).padStart(2, '0')).join('-')
}

/** Makes a file that an earlier run rotated. @param {string} path @param {number} age @param {string | Buffer} [text] */
function leave(path, age, text = 'old\n') {
  writeFileSync(path, text)
  const time = (Date.now() - age) / 1000
  utimesSync(path, time, time)
}

/** Logs a few records and exits. @param {string} path @param {object} rotate @param {number} [count] */
async function log(path, rotate, count = 10) {
  const { code, stderr } = await run('log-lines.js', {
    config: configOf(path, rotate),
    args: [`${count}`],
  })
  assert.deepEqual([code, stderr], [0, ''])
}

for (const compress of [false, true]) {
  test(`8 processes and 2 threads, ${compress ? '' : 'not '}compressed`, async (t) => {
    const folder = scratch(t)
    const path = join(folder, 'app.log')
    const rotate = { size: '50k', compress }
    const args = ['8', '2', '1500', folder]
    const { code, stderr } = await run('rotate/producers.js', {
      args,
      config: configOf(path, rotate),
    })
    assert.deepEqual([code, stderr], [0, ''])
    const files = oldFiles(path)
    assert.ok(files.length > 20)
    for (const { name, size, text } of files) {
      assert.ok(size <= 50 * 1024 && size > 49 * 1024, `${name}: ${size} bytes`)
      assert.ok(text.endsWith('\n') && readLines(text).length > 0, name)
    }
    if (files[0]?.date === files.at(-1)?.date)
      assert.deepEqual(
        files.map(({ index }) => index),
        files.map((_, at) => at + 1),
      )
    const kinds = { fork: 8, worker: 2 }
    const sources = Object.entries(kinds).flatMap(([kind, count]) =>
      Array.from({ length: count }, (_, at) => [`${kind}#${at + 1}`, 1500]),
    )
    assertDelivered(readAll(path), Object.fromEntries(sources))
  })
}

test('the listener thread is terminated again and again', async (t) => {
  const path = join(scratch(t), 'app.log')
  const config = configOf(path, { size: '20k', compress: true, keep: 1000 })
  const { code, stderr } = await run('death/listener.js', { args: ['3', '5000'], config })
  assert.equal(code, 0, stderr)
  assertDelivered(readAll(path))
  assert.equal(readAll(path).length, 6 * 5000)
})

test('a record larger than the size limit gets its own file', async (t) => {
  const path = join(scratch(t), 'app.log')
  const app = startSteps(t, { config: configOf(path, { size: '2k' }) })
  await app.take('log', { count: 3 })
  await app.take('log', { count: 2, pad: 'x'.repeat(5000) })
  await app.take('log', { count: 3 })
  assert.equal(await app.end(), 0)
  const counts = oldFiles(path).map(({ text }) => readLines(text).length)
  assert.deepEqual([...counts, readLog(path).length], [3, 1, 1, 3])
  assertDelivered(readAll(path), { root: 8 })
})

for (const args of [[], ['fork']]) {
  test(`each second gets its own file, ${args.length > 0 ? 'threaded' : 'inline'}`, async (t) => {
    const path = join(scratch(t), 'app.log')
    const app = startSteps(t, { args, config: configOf(path, { interval: '1s', size: '1m' }) })
    const end = Date.now() + 2500
    while (Date.now() < end) await app.take('log', { count: 20 })
    await app.take('flush')
    // No more records from here on.
    const last = oldFiles(path).length
    await until(() => oldFiles(path).length > last, 'file')
    assert.equal(readFileSync(path, 'utf8'), '')
    assert.equal(await app.end(), 0)
    const files = oldFiles(path)
    assert.ok(files.length >= 3)
    let strays = 0
    let total = 0
    for (const { name, text } of files) {
      const seconds = readLines(text).map(({ time }) => Math.floor(time / 1000))
      const first = mostOf(seconds) // a record may have arrived late
      total += seconds.length
      strays += seconds.filter((second) => second !== first).length
      const local = new Date(first * 1000)
      const second = String(local.getSeconds()).padStart(2, '0')
      assert.match(
        name,
        new RegExp(`^app\\.${dayOf(first * 1000)}T\\d\\d-\\d\\d-${second}\\.\\d+\\.log$`),
      )
    }
    assert.ok(strays < total / 4, `${strays} of ${total} records in the file of another second`)
    assertDelivered(readAll(path))
  })
}

/** The most frequent value. @param {number[]} values */
function mostOf(values) {
  const count = (/** @type {number} */ value) => values.filter((each) => each === value).length
  return [...new Set(values)].reduce((most, value) => (count(value) > count(most) ? value : most))
}

test("yesterday's file is rotated at start", async (t) => {
  const folder = scratch(t)
  const [lines, text, today] = ['lines', 'text', 'today'].map((name) => join(folder, `${name}.log`))
  const time = Date.now() - DAY
  writeFileSync(lines, `{"level":30,"time":${time}.5,"msg":"yesterday"}\n`)
  leave(text, DAY, 'yesterday\n')
  leave(today, 0, 'today\n')
  for (const path of [lines, text, today]) await log(path, { interval: '1d' })
  for (const path of [lines, text]) {
    const [file, ...more] = oldFiles(path)
    assert.deepEqual([file?.date, file?.index, more], [dayOf(time), 1, []])
    assert.match(file?.text ?? '', /yesterday/)
    assert.equal(readLog(path).length, 10)
  }
  assert.deepEqual(oldFiles(today), [])
  assert.match(readFileSync(today, 'utf8'), /^today\n\{/)
})

test('the next run continues with the same file and the next index', async (t) => {
  const path = join(scratch(t), 'app.log')
  for (let nth = 1; nth <= 4; nth++) await log(path, { size: '3k' }, 40)
  const files = oldFiles(path)
  assert.ok(files.length >= 2)
  assert.equal(readAll(path).length, 4 * 40)
  for (const { size } of files) assert.ok(size <= 3 * 1024 && size > 2.5 * 1024)
  assert.deepEqual(
    files.map(({ index }) => index),
    files.map((_, at) => at + 1),
  )
})

test('rotated files are kept by count, age and total size, including those of earlier runs', async (t) => {
  const folder = scratch(t)
  const path = join(folder, 'app.log')
  const names = Array.from({ length: 12 }, (_, at) => `app.2020-01-01.${at + 1}.log`)
  const set = () => {
    for (const [at, name] of names.entries())
      leave(join(folder, name), (12 - at) * DAY, 'x'.repeat(1000))
  }
  const foreign = [
    'app.2020-01-01.log',
    'app.web.2020-01-01.1.log',
    'app.2020-01-01.1.log.bak',
    'x.log',
  ]
  for (const name of foreign) leave(join(folder, name), 100 * DAY)
  const left = () =>
    oldFiles(path)
      .map(({ name }) => name)
      .filter((name) => names.includes(name))
  set()
  await log(path, { size: '1m', keep: 11 })
  assert.deepEqual(left(), names.slice(1))
  await log(path, { size: '1m', keep: { age: '9.5d' } })
  assert.deepEqual(left(), names.slice(3))
  await log(path, { size: '1m', keep: { total: 5000, count: 8 } })
  assert.deepEqual(left(), names.slice(7))
  await log(path, { size: '3k', keep: 2 }, 100)
  assert.deepEqual(left(), [])
  assert.equal(oldFiles(path).length, 2)
  for (const name of foreign) assert.ok(existsSync(join(folder, name)), name)
})

test('a handler that closes leaves the compression to the one that follows it', async (t) => {
  const folder = scratch(t)
  const { code, stderr } = await run('rotate/successor.js', { way: 'none', args: [folder] })
  assert.deepEqual([code, stderr], [0, ''])
  assert.deepEqual(readdirSync(folder), ['app.2026-11-28.1.log.gz'])
})

test('rotated files are compressed, including those of earlier runs and unfinished ones', async (t) => {
  const folder = scratch(t)
  const path = join(folder, 'app.log')
  leave(join(folder, 'app.2020-01-01.1.log'), 5 * DAY, 'first\n')
  leave(join(folder, 'app.2020-01-01.1.log.gz.tmp'), 5 * DAY, 'half')
  leave(join(folder, 'app.2020-01-01.2.log'), 4 * DAY, 'second\n')
  leave(join(folder, 'app.2020-01-01.2.log.gz'), 4 * DAY, gzipSync('second\n')) // as if killed before the plain file was removed
  leave(join(folder, 'app.2020-01-01.3.log.gz.tmp'), 4 * DAY, 'of a file that is gone')
  const app = startSteps(t, {
    args: ['fork'],
    config: configOf(path, { size: '10k', compress: true }),
  })
  for (let step = 0; step < 3; step++) await app.take('log', { count: 100 })
  await app.take('flush')
  const isDone = () => {
    const names = readdirSync(folder).filter(
      (name) => !/^(?:app\.log|\.app\.log\.claim)$/.test(name),
    )
    return names.length > 5 && names.every((name) => name.endsWith('.log.gz'))
  }
  await until(isDone, 'compressed files')
  const aged = oldFiles(path).filter(({ date }) => date === '2020-01-01')
  assert.deepEqual(
    aged.map(({ text }) => text),
    ['first\n', 'second\n'],
  )
  assert.ok(lstatSync(join(folder, 'app.2020-01-01.1.log.gz')).mtimeMs < Date.now() - 4 * DAY)
  assert.equal(await app.end(), 0)
  for (const { name } of aged) rmSync(join(folder, name))
  assertDelivered(readAll(path), { root: 300, 'fork#1': 300, 'worker#1': 300 })
})

test('a name pattern, and dates in UTC', async (t) => {
  const folder = scratch(t)
  const path = join(folder, 'my app.v1.log')
  const rotate = {
    size: '1k',
    interval: '1d',
    utc: true,
    pattern: '{name}-{index}~{date}{ext}',
    keep: 3,
  }
  await log(path, rotate, 50)
  const today = new Date().toISOString().slice(0, 10)
  const names = readdirSync(folder).filter((name) => name !== 'my app.v1.log')
  assert.equal(names.length, 3)
  for (const name of names) assert.match(name, new RegExp(`^my app\\.v1-\\d+~${today}\\.log$`))
})

test('a disk that is full during rotation', { skip: !IS_LINUX }, async (t) => {
  const disk = mountSmall(t, '4m')
  const path = join(disk, 'app.log')
  const config = { ...configOf(path, { size: '20k' }), overflow: { wait: '300ms' } }
  const app = startSteps(t, { args: ['fork'], config })
  await app.take('log', { count: 200 })
  fill(join(disk, 'filler'))
  await app.take('log', { count: 500, pad: 'x'.repeat(200) })
  await app.take('flush')
  assert.ok((await app.take('stats')).waiting > 0)
  rmSync(join(disk, 'filler'))
  while ((await app.take('stats')).waiting > 0) await app.take('flush')
  assert.equal(await app.end(), 0)
  const records = readAll(path).filter(({ source }) => source !== 'root/listener')
  assertDelivered(records, { root: 700, 'fork#1': 700, 'worker#1': 700 })
  for (const { name, size } of oldFiles(path)) assert.ok(size <= 20 * 1024, `${name}: ${size}`)
})

test('a directory without write permission: writing continues in the same file, with one warning', {
  skip: !IS_LINUX,
}, async (t) => {
  const folder = scratch(t)
  chmodSync(folder, 0o755)
  const path = join(folder, 'app.log')
  const app = startSteps(t, { config: configOf(path, { size: '5k' }) })
  await app.take('log', { count: 10 })
  await app.take('become', { count: 65534 })
  for (let step = 0; step < 5; step++) await app.take('log', { count: 100 })
  await app.take('become', { count: 0 })
  const { size } = lstatSync(path)
  assert.ok(size > 50_000)
  // The rotation is tried again after one second.
  const tryAgain = async () => {
    while (oldFiles(path).length === 0) {
      await app.take('log', { count: 1 })
      await sleep(50)
    }
  }
  await tryAgain()
  assert.equal(await app.end(), 0)
  assertDelivered(readAll(path))
  assert.equal(app.notices.length, 1)
  const said =
    /^logshare: file .*app\.log cannot be rotated and keeps growing: EACCES.*\(LOGSHARE_WARN_HANDLER\)$/
  assert.match(app.notices[0] ?? '', said)
})

test('a symbolic link stays, and its target is rotated in its own directory', async (t) => {
  const folder = scratch(t)
  const path = join(folder, 'app.log')
  const real = join(folder, 'disk', 'real.log')
  mkdirSync(dirname(real))
  symlinkSync(real, path)
  await log(path, { size: '3k' }, 50)
  assert.ok(lstatSync(path).isSymbolicLink())
  assert.deepEqual(readdirSync(folder).sort(), ['app.log', 'disk'])
  assert.ok(oldFiles(real).length > 1)
  assert.equal(readAll(real).length, 50)
})

test('two applications on one file: the second warns, appends and does not rotate', async (t) => {
  const path = join(scratch(t), 'app.log')
  const config = configOf(path, { size: '5k' })
  const first = startSteps(t, { config })
  await first.take('log', { count: 10 })
  const second = startSteps(t, { args: ['fork'], config: configOf(path, { size: '1k' }) })
  await second.take('log', { count: 10 })
  for (let step = 0; step < 5; step++) {
    await second.take('log', { count: 20 })
    await first.take('log', { count: 20 })
    await Promise.all([first.take('flush'), second.take('flush')])
  }
  assert.equal(await first.end(), 0)
  assert.deepEqual(first.notices, [])
  assert.deepEqual(second.notices, [
    `logshare: file ${path}: process ${first.child.pid} already rotates this file; this handler only appends to it (LOGSHARE_WARN_HANDLER)`,
  ])
  // After the first has ended, the second rotates.
  const before = oldFiles(path).length
  await until(
    () => second.take('log', { count: 20 }).then(() => oldFiles(path).length > before),
    'file',
  )
  assert.equal(await second.end(), 0)
  assertDelivered(readAll(path))
})

for (const [sync, expected] of /** @type {const} */ ([
  ['never', /^0$/],
  ['error', /^1$/],
  ['interval', /^[12]$/],
])) {
  test(`synced to disk: ${sync}`, async (t) => {
    const path = join(scratch(t), 'app.log')
    const flags = ['-r', join(FIXTURES, 'rotate/count-syncs.js')]
    const config = { handlers: [{ type: 'file', path, sync }] }
    const { code, stdout, stderr } = await run('rotate/sync.js', { flags, config, args: ['1500'] })
    assert.deepEqual([code, stderr], [0, ''])
    assert.match(stdout, expected)
    assert.equal(readLog(path).length, 12)
  })
}

/** @type {[name: string, path: (directory: string) => string][]} */
const STREAMS = [
  ['/dev/stdout', () => '/dev/stdout'],
  ['/proc/self/fd/1', () => '/proc/self/fd/1'],
  ['/dev/fd/1', () => '/dev/fd/1'],
  [
    'a link to a link to /dev/stdout',
    (directory) => {
      symlinkSync('/dev/stdout', join(directory, 'link'))
      symlinkSync('link', join(directory, 'app.log'))
      return join(directory, 'app.log')
    },
  ],
]

for (const [name, pathOf] of STREAMS) {
  test(`${name} on a file is written and never renamed`, { skip: !IS_LINUX }, async (t) => {
    const directory = scratch(t)
    const path = pathOf(directory)
    const before = readdirSync(directory)
    const stdout = join(directory, 'out.txt')
    const config = configOf(path, { size: '2k', keep: { count: 3 } })
    const { code, stderr } = await run('log-lines.js', { config, args: ['300'], stdout })
    assert.equal(code, 0)
    assert.deepEqual(readdirSync(directory), [...before, 'out.txt'].sort())
    assert.match(
      stderr,
      /^logshare: file \S+ is no regular file [^\n]+ \(LOGSHARE_WARN_HANDLER\)\n$/,
    )
    assert.ok(readLog(stdout).length >= 300)
  })
}

test('a FIFO and a device are written and never renamed', { skip: !IS_LINUX }, async (t) => {
  const directory = scratch(t)
  const fifo = join(directory, 'fifo')
  execFileSync('mkfifo', [fifo])
  // Opened for writing, too: it does not end when one writer does.
  const reader = spawn('sh', ['-c', 'exec cat <>"$0"', fifo], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  t.after(() => reader.kill('SIGKILL'))
  let text = ''
  reader.stdout.on('data', (bytes) => {
    text += bytes
  })
  const rotate = { size: '2k', keep: { count: 3 } }
  const handlers = [fifo, '/dev/null'].map((path) => ({ type: 'file', path, rotate }))
  const { code, stderr } = await run('log-lines.js', { config: { handlers }, args: ['300'] })
  await until(() => text.split('\n').length > 300, 'all lines')
  assert.equal(code, 0)
  assert.equal(stderr.match(/is no regular file/g)?.length, 2, stderr)
  assert.deepEqual(readdirSync(directory), ['fifo'])
  assert.ok(readLines(text).length >= 300)
})
