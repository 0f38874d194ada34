'use strict'
// The runtime directory: it is removed at the end; if it cannot be created, the root warns and children still run.

const assert = require('node:assert/strict')
const {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} = require('node:fs')
const { join } = require('node:path')
const { it } = require('node:test')
const { assertDelivered } = require('../helpers/delivery')
const { fill, mountSmall } = require('../helpers/disk')
const { startSteps } = require('../helpers/steps')
const { run, scratch, readLog, readLines, WAYS } = require('../helpers/run')

const isSuperuser = process.getuid?.() === 0
const STRANGER = 65_534
// What is printed is a record, too, except where stdout is read as data.
const EXPECTED = { root: 1, 'worker#1': 101, 'fork#1': 101, 'fork#2': 101, 'spawn#1': 100 }

for (const variable of ['XDG_RUNTIME_DIR', 'TMPDIR', 'LOGSHARE_DIR']) {
  it(`leaves no files in ${variable}`, async (t) => {
    const { directory, path, options, readReports } = prepare(t)
    const runtime = join(directory, 'runtime')
    mkdirSync(runtime, { mode: 0o700 })
    const env = { ...options.env, XDG_RUNTIME_DIR: '', [variable]: runtime, TEST_RUNTIME: runtime }
    const result = await run('directory/root.js', { ...options, env })
    assert.deepEqual([result.code, result.stderr], [0, ''])
    assertDelivered(readLog(path), EXPECTED)
    assert.ok(readReports()[0].files.includes('config.json'), 'it was there')
    assert.deepEqual(filesIn(runtime), [])
  })
}

/**
 * Directories that cannot be used: how one is created at or below a path, and the expected message.
 * @type {Record<string, { create(path: string): string, message: RegExp, skip?: string | false }>}
 */
const FAULTS = {
  'is a file': {
    create(path) {
      writeFileSync(path, '')
      return path
    },
    message: /expected a directory/,
  },
  'is beneath a file': {
    create(path) {
      writeFileSync(path, '')
      return join(path, 'nowhere')
    },
    message: /ENOTDIR/,
  },
  'is open to others': {
    create(path) {
      mkdirSync(path)
      chmodSync(path, 0o755)
      return path
    },
    message: /expected mode 0700, got 0755/,
  },
  'belongs to somebody else': {
    create(path) {
      mkdirSync(path, { mode: 0o700 })
      chownSync(path, STRANGER, STRANGER)
      return path
    },
    message: /expected it to belong to user 0, it belongs to user 65534/,
    skip: !isSuperuser && 'only the superuser can give a directory away',
  },
}

for (const [fault, { create, message, skip = false }] of Object.entries(FAULTS)) {
  for (const way of WAYS) {
    it(`a root ends when LOGSHARE_DIR ${fault}, by ${way}`, { skip }, async (t) => {
      const { directory, options } = prepare(t)
      const runtime = create(join(directory, 'runtime'))
      const env = { ...options.env, LOGSHARE_DIR: runtime }
      const result = await run('directory/root.js', { ...options, way, env })
      if (way === 'install') {
        assert.deepEqual([result.code, result.stdout], [8, 'true LOGSHARE_ERR_DIR\n'])
        return
      }
      assert.deepEqual([result.code, result.stdout], [1, ''])
      assert.match(result.stderr, /^logshare: runtime directory .*\(LOGSHARE_ERR_DIR\)\n$/)
      assert.match(result.stderr, message)
      assert.ok(result.stderr.includes(runtime))
    })
  }
}

/** Environments in which no directory can be created, which the root notices with its first child process. */
const NOWHERE = {
  'TMPDIR is a file': { XDG_RUNTIME_DIR: '', TMPDIR: __filename },
  'neither XDG_RUNTIME_DIR nor TMPDIR is there': {
    XDG_RUNTIME_DIR: join(__filename, 'nowhere'),
    TMPDIR: join(__filename, 'nowhere'),
  },
}

for (const [fault, nowhere] of Object.entries(NOWHERE)) {
  it(`runs children and warns once when ${fault}`, async (t) => {
    const { path, options, readReports } = prepare(t)
    const env = { ...options.env, ...nowhere }
    const result = await run('directory/root.js', { ...options, way: 'install', env })
    assert.equal(result.code, 0, result.stderr)
    const lines = result.stderr.split('\n').filter(Boolean)
    assert.equal(lines.length, 1, result.stderr)
    assert.match(
      lines[0],
      /^logshare: child processes cannot log through the root: .*_FAILED_OPEN\)$/,
    )
    const [{ stdout }] = readReports()
    assert.ok(stdout.includes('printed\n'))
    assert.equal(result.stdout.split('printed\n').length - 1, 3)
    const threads = readLog(path).filter(({ source }) => source.startsWith('worker'))
    assertDelivered(threads, { 'worker#1': 101 })
  })
}

it('does not use a directory that another user created in advance', {
  skip: !isSuperuser,
}, async (t) => {
  const { directory, path, options } = prepare(t)
  const foreign = join(directory, `logshare-${process.getuid?.()}`)
  mkdirSync(foreign, { mode: 0o700 })
  chownSync(foreign, STRANGER, STRANGER)
  const env = { ...options.env, XDG_RUNTIME_DIR: directory }
  const result = await run('directory/root.js', { ...options, way: 'install', env })
  assert.equal(result.code, 0, result.stderr)
  assert.match(
    result.stderr,
    /^logshare: .* belongs to user 65534; using .* \(LOGSHARE_WARN_FAILED_OPEN\)\n$/,
  )
  assert.deepEqual(filesIn(foreign), [])
  assertDelivered(readLog(path), EXPECTED)
})

it('does not use a full XDG_RUNTIME_DIR and warns once', {
  skip: process.platform !== 'linux',
}, async (t) => {
  const { path, options } = prepare(t)
  const runtime = mountSmall(t, '1m')
  fill(join(runtime, 'filler'))
  const env = { ...options.env, XDG_RUNTIME_DIR: runtime }
  const result = await run('directory/root.js', { ...options, way: 'install', env })
  assert.equal(result.code, 0, result.stderr)
  assert.match(result.stderr, /^logshare: .*; using .* \(LOGSHARE_WARN_FAILED_OPEN\)\n$/)
  assertDelivered(readLog(path), EXPECTED)
  assert.deepEqual(filesIn(runtime), ['filler'])
})

for (const policy of /** @type {const} */ (['block', 'drop'])) {
  it(`handles a runtime directory that fills up, with policy ${policy}`, {
    skip: process.platform !== 'linux',
  }, async (t) => {
    const path = join(scratch(t), 'app.log')
    const runtime = mountSmall(t, '4m')
    const config = { handlers: [{ type: 'file', path }], overflow: { policy, wait: '30s' } }
    const app = startSteps(t, { args: ['fork'], config, env: { XDG_RUNTIME_DIR: runtime } })
    await app.take('log', { count: 10 })
    fill(join(runtime, 'filler'))
    const logged = app.take('log', { count: 2000, pad: 'x'.repeat(300) })
    if (policy === 'drop') await logged
    // Threads log through memory. When all their records have arrived, the fork has met the full disk.
    while (wholeLines(path).filter(({ source }) => source === 'worker#1').length < 2010);
    rmSync(join(runtime, 'filler'))
    await logged
    await app.take('log', { count: 10 })
    await app.take('flush')
    const { drops } = await app.take('stats')
    assert.equal(await app.end(), 0)
    const log = readLog(path).filter(({ name }) => name === 'steps')
    const found = log.filter(({ source }) => source === 'fork#1').length
    assert.equal(found + (drops['fork#1']?.info ?? 0), 2020)
    assertDelivered(
      log.filter(({ source }) => source !== 'fork#1'),
      { root: 2020, 'worker#1': 2020 },
    )
    if (policy === 'block') assert.equal(found, 2020)
    else assert.match(app.notices.join('\n'), /records are dropped: ENOSPC.*LOGSHARE_WARN_QUEUE/)
  })
}

/** The complete lines of a log that is being written, as records. @param {string} path */
function wholeLines(path) {
  const text = readFileSync(path, 'utf8')
  return readLines(text.slice(0, text.lastIndexOf('\n') + 1))
}

/** @param {{ after(fn: () => void): void }} t */
function prepare(t) {
  const directory = scratch(t)
  const path = join(directory, 'app.log')
  const reports = join(directory, 'report')
  const options = { env: { TEST_REPORT: reports }, config: { handlers: [{ type: 'file', path }] } }
  /** @returns {any[]} */
  const readReports = () => readLines(readFileSync(reports, 'utf8'))
  return { directory, path, options, readReports }
}

/** @param {string} directory */
function filesIn(directory) {
  if (!existsSync(directory)) return []
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory() || entry.name !== `logshare-${process.getuid?.()}`)
    .map(({ name }) => name)
}
