'use strict'
// The winston adapter: levels, file rotation, uncaught exceptions, formats that throw, loggers that are created late.

const assert = require('node:assert/strict')
const { cpSync, readdirSync, readFileSync } = require('node:fs')
const { join } = require('node:path')
const { describe, it } = require('node:test')
const { gunzipSync } = require('node:zlib')
const { assertDelivered } = require('../../helpers/delivery')
const { packagesOf } = require('../../helpers/packages')
const { run, scratch, readLines, readLog, FIXTURES, ROOT } = require('../../helpers/run')

const CASES = join(FIXTURES, 'adapters/winston-cases.js')

/** @param {{ after(fn: () => void): void }} t @param {string} name @param {{ kind?: string, collect?: boolean }} [options] */
async function use(t, name, { kind = 'worker', collect = false } = {}) {
  const cwd = scratch(t)
  const handlers = [{ type: 'file', path: join(cwd, 'all.json') }]
  const config = collect ? { handlers } : undefined
  const ended = await run(CASES, { args: [name, kind], cwd, config })
  const read = (/** @type {string} */ file) => readFileSync(join(cwd, file), 'utf8')
  return { ...ended, cwd, read, lines: (/** @type {string} */ file) => readLines(read(file)) }
}

/** @param {any[]} lines */
const messages = (lines) => lines.map(({ message }) => message)

for (const kind of ['worker', 'fork']) {
  it(`the root's rotated files have every record of a ${kind} once`, async (t) => {
    const { cwd, stderr } = await use(t, 'rotate', { kind })
    assert.equal(stderr, '')
    const numbers = (/** @type {RegExp} */ pattern) =>
      readdirSync(cwd)
        .filter((file) => pattern.test(file))
        .map((file) => ({ file, bytes: readFileSync(join(cwd, file)) }))
        .map(({ file, bytes }) => String(file.endsWith('.gz') ? gunzipSync(bytes) : bytes))
        .flatMap((text) => Array.from(text.matchAll(/number (\d+)/g), ([, n]) => Number(n)))
        .sort((a, b) => a - b)
    const all = Array.from({ length: 2000 }, (_, i) => i + 1)
    assert.deepEqual(numbers(/^sized/), all)
    assert.deepEqual(numbers(/^daily/), all)
    assert.ok(readdirSync(cwd).filter((file) => /^daily.*\.gz$/.test(file)).length > 5)
  })

  it(`the root's levels apply in a ${kind} that has not set its own`, async (t) => {
    const { lines } = await use(t, 'levels', { kind })
    assert.deepEqual(messages(lines('levels.log')), [
      'of the level of the root',
      'given the same, follows',
    ])
    assert.deepEqual(messages(lines('own.log')), ['the level the child has given it'])
  })

  it(`the root's transport writes an uncaught exception of a ${kind}`, async (t) => {
    const { lines, stdout } = await use(t, 'exception', { kind })
    const [{ level, exception, stack, message }, ...others] = /** @type {any[]} */ (
      lines('exception.log')
    )
    assert.deepEqual([level, exception, others], ['error', true, []])
    assert.match(String(message), /^uncaughtException: nobody\nRangeError: nobody\n/)
    assert.match(String(stack), /^RangeError: nobody\n/)
    assert.equal(stdout, 'ended with 1\n')
  })

  it(`the root's transport writes an unhandled rejection of a ${kind}`, async (t) => {
    const { lines, stdout } = await use(t, 'rejection', { kind })
    const [line, ...others] = /** @type {any[]} */ (lines('rejection.log'))
    assertRejection(line)
    assert.deepEqual(others, [])
    assert.equal(stdout, 'ended with 1\n')
  })

  it(`with exitOnError false, a ${kind} goes on after an unhandled rejection`, async (t) => {
    const { lines, stdout } = await use(t, 'rejection, staying', { kind })
    const [line, ...others] = /** @type {any[]} */ (lines('rejection.log'))
    assertRejection(line)
    assert.deepEqual(messages(others), ['goes on'])
    assert.equal(stdout, '')
  })
}

/** @param {any} line */
function assertRejection({ level, rejection, stack, message }) {
  assert.deepEqual([level, rejection], ['error', true])
  assert.match(message, /^unhandledRejection: nobody\nRangeError: nobody\n/)
  assert.match(stack, /^RangeError: nobody\n/)
}

it('silent loggers and transports write nothing', async (t) => {
  const { lines } = await use(t, 'silent')
  assert.deepEqual(messages(lines('silent.log')), ['said'])
})

it('a file has every record of a child, also if the root creates the logger a little later', async (t) => {
  const { lines, stdout } = await use(t, 'later')
  assert.equal(stdout, '')
  assert.deepEqual(
    messages(lines('later.log')),
    Array.from({ length: 10 }, (_, i) => `number ${i + 1}`),
  )
})

it('a format that throws is the caller’s, as without logshare, and affects only its record', async (t) => {
  const { lines, stdout, stderr, code } = await use(t, 'throwing')
  assert.deepEqual(messages(lines('throwing.log')), ['good'])
  assert.deepEqual([stdout, stderr, code], ['', 'caught of the format\n', 0])
})

it('an unconfigured winston in a child warns as without logshare, and handlers get its records', async (t) => {
  const { stdout, stderr, lines } = await use(t, 'nobody', { collect: true })
  assert.equal(stdout, '')
  assert.equal(stderr.match(/^\[winston\] Attempt to write logs with no transports/gm)?.length, 2)
  const [{ name, msg, lib, level }, ...others] = /** @type {any[]} */ (lines('all.json'))
  assert.deepEqual([name, msg, lib, level, others], ['winston', 'unconfigured', 'winston', 30, []])
})

it('a logger with another label is found by the file it writes', async (t) => {
  const { lines } = await use(t, 'files')
  assert.deepEqual(lines('files.log'), [
    { level: 'info', message: 'by its file', service: 'other' },
  ])
})

it('custom levels are kept', async (t) => {
  const { lines } = await use(t, 'custom')
  assert.deepEqual(lines('custom.log'), [
    { level: 'loud', message: 'cry' },
    { level: 'middle', message: 'talk' },
  ])
})

it('a child still prints to a stream that another program reads', async (t) => {
  const { stdout } = await use(t, 'print', { kind: 'spawn' })
  assert.equal(stdout, 'data: <text>\n')
  const forked = await use(t, 'print', { kind: 'fork' })
  assert.equal(forked.stdout, '<text>\n')
})

describe('file handler', () => {
  it("has the records as the child's format returned them", async (t) => {
    const { lines } = await use(t, 'fields', { collect: true })
    const records = /** @type {any[]} */ (lines('all.json'))
    assertDelivered(records, { 'worker#1': 3 })
    const [hello, failed, inner] = records
    assert.deepEqual(
      [hello.name, hello.msg, hello.token, hello.a, hello.level, hello.lib],
      ['shaped', 'hello you', '***', 1, 30, 'winston'],
    )
    const { type, message, code, stack } = failed.err
    assert.deepEqual(
      [failed.msg, type, message, code],
      ['failed broken', 'TypeError', 'broken', 'E_BROKEN'],
    )
    assert.match(stack, /winston-cases\.js/)
    assert.deepEqual([inner.msg, inner.err.type], ['inner', 'SyntaxError'])
  })

  it('converts custom levels to ours', async (t) => {
    const { lines } = await use(t, 'custom', { collect: true })
    assert.deepEqual(
      lines('all.json').map(({ level, msg }) => [level, msg]),
      [
        [50, 'cry'],
        [40, 'talk'],
      ],
    )
  })

  for (const [kind, end] of [
    ['worker', 'terminate'],
    ['fork', 'SIGKILL'],
  ]) {
    it(`has the records of a ${kind} (${end}) and of the root's own loggers`, async (t) => {
      const cwd = scratch(t)
      const config = { handlers: [{ type: 'file', path: join(cwd, 'all.json') }] }
      await run(join(FIXTURES, 'adapters/winston-app.js'), {
        args: [kind, end, '1000'],
        cwd,
        config,
      })
      const records = readLog(join(cwd, 'all.json'))
      assertDelivered(records, { root: 1, [`${kind}#1`]: 1009 })
      assert.equal(readLog(join(cwd, 'app.log')).length, 1 + 1000 + 5)
    })
  }
})

it('relays records of an imported winston, from a separate copy of the package', async (t) => {
  const cwd = scratch(t)
  cpSync(join(FIXTURES, 'adapters/winston-import.mjs'), join(cwd, 'program.mjs'))
  for (const name of packagesOf('winston')) {
    cpSync(join(ROOT, 'node_modules', name), join(cwd, 'node_modules', name), { recursive: true })
  }
  await run(join(cwd, 'program.mjs'), { cwd })
  assert.deepEqual(messages(readLines(readFileSync(join(cwd, 'imported.log'), 'utf8'))), [
    'of the worker',
  ])
})
