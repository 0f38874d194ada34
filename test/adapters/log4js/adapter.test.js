'use strict'
// The log4js adapter: children print themselves, and the root's other appenders write their events, each once.

const assert = require('node:assert/strict')
const { readFileSync } = require('node:fs')
const { join } = require('node:path')
const { describe, it } = require('node:test')
const { assertDelivered } = require('../../helpers/delivery')
const { assertNumbers, runOwn, sameLines } = require('../../helpers/own')
const { run, scratch, readLines, readLog, FIXTURES } = require('../../helpers/run')

const APP = join(FIXTURES, 'adapters/log4js-app.js')
const CASES = join(FIXTURES, 'adapters/log4js-cases.js')
const COUNT = 1000

const KINDS = [
  ['worker', 'exit'],
  ['worker', 'terminate'],
  ['fork', 'exit'],
  ['fork', 'SIGKILL'],
  ['cluster', 'exit'],
  ['cluster', 'end'],
]

const SOME_KINDS = [
  ['worker', 'terminate'],
  ['fork', 'SIGKILL'],
  ['cluster', 'exit'],
]

describe('relay', () => {
  for (const configured of ['configured', 'unconfigured']) {
    const kinds = configured === 'configured' ? KINDS : SOME_KINDS
    for (const [kind, end] of kinds) {
      it(`a ${configured} ${kind} (${end}) logs through the root's appenders`, async (t) => {
        const cwd = scratch(t)
        const args = [kind, end, String(COUNT), configured]
        const { stdout, stderr } = await run(APP, { args, cwd })
        assert.deepEqual([stdout, stderr], ['', ''])
        const [first, ...lines] = readFileSync(join(cwd, 'app.log'), 'utf8').split(
          /\n(?=[A-Z]+ \w)/,
        )
        assert.match(first, /^INFO root \d+ \S+ null from the root$/)
        assert.deepEqual(
          lines.splice(0, COUNT).map((line) => line.split(' ').slice(5).join(' ')),
          Array.from({ length: COUNT }, (_, i) => `number ${i + 1}`),
        )
        assertKinds(lines)
        assert.equal(readFileSync(join(cwd, 'db.log'), 'utf8'), 'no connection\n')
        if (kind === 'worker') return
        const { open, pid } = JSON.parse(readFileSync(join(cwd, 'open.json'), 'utf8'))
        assert.deepEqual(open, [])
        assert.equal(lines[0].split(' ')[2], String(pid))
      })
    }
  }
})

// One line of each kind: an error, values that are not JSON, a mark.
/** @param {string[]} lines */
function assertKinds(lines) {
  assert.equal(lines.length, 3)
  const [failed, values, marked] = lines
  assert.match(failed, /^ERROR app\.main \d+ \S+ ada failed TypeError: broken\n\s+at use /)
  assert.match(failed, /code: 'E_BROKEN'/)
  assert.match(failed, /\[cause\]: RangeError: below\n/)
  assert.match(values, / ada values 12n Map\(1\) { 'a' => 1 } 1970-01-01T00:00:00.000Z undefined$/)
  assert.match(marked, /^MARK app\.main \d+ \S+ ada marked\s*$/)
}

describe('file handler', () => {
  for (const [kind, end] of SOME_KINDS) {
    it(`has the records of a ${kind} (${end}) and of the root's own loggers`, async (t) => {
      const cwd = scratch(t)
      const config = { handlers: [{ type: 'file', path: join(cwd, 'all.log') }] }
      await run(APP, { args: [kind, end, String(COUNT)], cwd, config })
      const records = readLog(join(cwd, 'all.log'))
      assertDelivered(records, { root: 1, [`${kind}#1`]: COUNT + 4 })
      const own = records.find(({ source }) => source === 'root')
      assert.deepEqual([own?.name, own?.msg, own?.lib], ['root', 'from the root', 'log4js'])
      const failed = /** @type {any} */ (records.find(({ level }) => level === 50))
      const { type, message, code, cause } = failed.err
      assert.deepEqual(
        [type, message, code, cause.type],
        ['TypeError', 'broken', 'E_BROKEN', 'RangeError'],
      )
      assert.deepEqual([failed.name, failed.msg, failed.user], ['app.main', 'failed', 'ada'])
      const lines = readFileSync(join(cwd, 'app.log'), 'utf8')
      assert.equal(lines.match(/^INFO app\.main /gm)?.length, COUNT)
    })
  }
})

const OWN_KINDS = ['worker', 'worker', 'fork', 'fork']

describe('printed by the child itself', { concurrency: 2 }, () => {
  for (const [TO, ROOT_LOGS] of [
    ['terminal', '1'],
    ['terminal', '0'],
    ['console', '1'],
    ['stderr', '1'],
    ['filtered', '1'],
    ['tee', '1'],
    ['tee', '0'],
  ]) {
    it(`the same as without logshare: to ${TO}, ${ROOT_LOGS === '1' ? '' : 'no '}log4js in the root`, async (t) => {
      const env = { LIBRARY: 'log4js', TO, ROOT_LOGS, COUNT: '20' }
      const bare = await runOwn(t, { kinds: OWN_KINDS, env, way: 'none' })
      const file = { handlers: [{ type: 'file', path: '$DIR/all.log' }] }
      for (const config of [undefined, file]) {
        const { stdout, stderr, read } = await runOwn(t, { kinds: OWN_KINDS, env, config })
        assert.deepEqual(sameLines(stdout), sameLines(bare.stdout))
        assert.deepEqual(sameLines(stderr), sameLines(bare.stderr))
        assert.deepEqual(sameLines(read()), sameLines(bare.read()))
        if (config) assertHandled(readLines(read('all.log')), OWN_KINDS, ROOT_LOGS)
      }
    })
  }

  it('nothing is printed beside a console handler', async (t) => {
    const config = { handlers: [{ type: 'console', format: 'json' }] }
    const env = { LIBRARY: 'log4js', TO: 'tee', COUNT: '20' }
    const { stdout, stderr, read } = await runOwn(t, { kinds: OWN_KINDS, env, config })
    assert.equal(stderr, '')
    assertHandled(readLines(stdout), OWN_KINDS, '1')
    assertNumbers(read(), { kinds: OWN_KINDS, count: 20 })
  })
})

describe('a file, with and without log4js in the root', { concurrency: 2 }, () => {
  for (const TO of ['file', 'dateFile', 'fileSync', 'filter', 'tee']) {
    for (const ROOT_LOGS of ['1', '0', 'later']) {
      it(`${TO}, ${ROOT_LOGS}`, async (t) => {
        // Without log4js in the root, \`shutdown\` writes what an appender of a child holds back.
        const END = ROOT_LOGS === '1' ? 'exit' : 'shutdown'
        const env = { LIBRARY: 'log4js', TO, ROOT_LOGS, END, COUNT: '100' }
        const { stdout, stderr, read } = await runOwn(t, { kinds: OWN_KINDS, env })
        assert.equal(stderr, '')
        if (TO !== 'tee') assert.equal(stdout, '')
        assertNumbers(read(), { kinds: OWN_KINDS, count: 100 })
        assert.equal(read().match(/^ERROR .* failed/gm)?.length, 4)
      })
    }
  }

  for (const ROOT_LOGS of ['1', '0']) {
    it(`a child ends by shutdown, ${ROOT_LOGS}`, async (t) => {
      const env = { LIBRARY: 'log4js', TO: 'file', ROOT_LOGS, END: 'shutdown', COUNT: '100' }
      const { stdout, stderr, read } = await runOwn(t, { kinds: OWN_KINDS, env })
      assert.deepEqual([stdout, stderr], ['', ''])
      assertNumbers(read(), { kinds: OWN_KINDS, count: 100 })
    })
  }

  for (const TO of ['file', 'dateFile']) {
    it(`the root exits although log4js has not written everything to ${TO}`, async (t) => {
      const env = { LIBRARY: 'log4js', TO, COUNT: '1000', ROOT_END: 'exit' }
      const { read } = await runOwn(t, { kinds: OWN_KINDS, env })
      assertNumbers(read(), { kinds: OWN_KINDS, count: 1000 })
    })
  }

  it('below a root that only launches', async (t) => {
    const env = { LIBRARY: 'log4js', TO: 'tee', COUNT: '100' }
    const { stdout, stderr, read } = await runOwn(t, { kinds: ['launch', ...OWN_KINDS], env })
    assert.equal(stderr, '')
    for (const text of [stdout, read()]) assertNumbers(text, { kinds: OWN_KINDS, count: 100 })
  })

  it('a category that the root does not have is written by the child', async (t) => {
    const cwd = scratch(t)
    const { stdout, stderr } = await run(CASES, { args: ['categories', 'fork'], cwd })
    assert.deepEqual([stdout, stderr], ['', ''])
    const read = (/** @type {string} */ name) => readFileSync(join(cwd, name), 'utf8')
    assert.equal(read('app.log'), 'INFO app of the root\nINFO app of the child\n')
    assert.equal(read('db.log'), 'INFO db of the child\n')
    assert.equal(read('unused.log'), '')
  })
})

describe("log4js's clusters", { concurrency: 2 }, () => {
  const kinds = ['cluster', 'cluster']

  for (const TO of ['terminal', 'tee']) {
    for (const [ROOT_LOGS, DISABLE_CLUSTERING] of [
      ['1', '0'],
      ['1', '1'],
      ['0', '1'],
    ]) {
      const root = ROOT_LOGS === '1' ? 'the primary has log4js' : 'the primary has none'
      const mode = DISABLE_CLUSTERING === '1' ? 'disabled' : 'enabled'
      it(`to ${TO}: ${root}, clustering ${mode}`, async (t) => {
        const env = { LIBRARY: 'log4js', TO, ROOT_LOGS, DISABLE_CLUSTERING, COUNT: '20' }
        const bare = await runOwn(t, { kinds, env, way: 'none' })
        const file = { handlers: [{ type: 'file', path: '$DIR/all.log' }] }
        for (const config of [undefined, file]) {
          const { stdout, stderr, read } = await runOwn(t, { kinds, env, config })
          assert.deepEqual(sameLines(stdout), sameLines(bare.stdout))
          assert.equal(stderr, '')
          assert.deepEqual(sameLines(read()), sameLines(bare.read()))
          if (config) assertHandled(readLines(read('all.log')), kinds, ROOT_LOGS)
        }
      })
    }
  }

  it('workers of a child without log4js in the root send their events to their primary', async (t) => {
    const env = { LIBRARY: 'log4js', TO: 'tee', COUNT: '20' }
    const bare = await runOwn(t, { kinds: ['launch', ...kinds], env, way: 'none' })
    const config = { handlers: [{ type: 'file', path: '$DIR/all.log' }] }
    const ours = await runOwn(t, { kinds: ['launch', ...kinds], env, config })
    assert.deepEqual(sameLines(ours.stdout), sameLines(bare.stdout))
    assert.deepEqual(sameLines(ours.read()), sameLines(bare.read()))
    const records = readLines(ours.read('all.log'))
    assertDelivered(records, {
      'spawn#1': 1,
      'spawn#1/cluster#1': 21,
      'spawn#1/cluster#2': 21,
    })
  })
})

/** Fails unless the records are those of a run with these children, each once. @param {any[]} records @param {string[]} kinds @param {string} ROOT_LOGS */
function assertHandled(records, kinds, ROOT_LOGS) {
  /** @type {Record<string, number>} */
  const expected = ROOT_LOGS === '1' ? { root: 1 } : {}
  for (const kind of new Set(kinds)) for (const i of [1, 2]) expected[`${kind}#${i}`] = 21
  assertDelivered(records, expected)
  for (const { name, lib, level, msg, err } of records) {
    assert.deepEqual([name, lib], ['own', 'log4js'])
    if (level === 30) assert.match(msg, /^number \d+$/)
    else assert.deepEqual([level, msg, err.type, err.code], [50, 'failed', 'TypeError', 'E_BROKEN'])
  }
}

it('an unconfigured child whose root has no log4js prints from the level on that it sets', async (t) => {
  const { stdout } = await run(join(FIXTURES, 'adapters/log4js-child-only.js'), { cwd: scratch(t) })
  assert.match(stdout, /^\S*\[\S+\] \[INFO\] alone - \S*said\n$/)
})

it("the root's levels apply in a child that has not set its own", async (t) => {
  const cwd = scratch(t)
  await run(join(FIXTURES, 'adapters/log4js-levels.mjs'), { cwd })
  assert.deepEqual(readFileSync(join(cwd, 'app.log'), 'utf8').trim().split('\n'), [
    'of the level of the root',
    'as configured',
    'the level the child has set',
  ])
})

for (const kind of ['worker', 'fork']) {
  it(`custom levels of a ${kind} are kept`, async (t) => {
    const { lines, stdout, stderr } = await use(t, 'levels', kind)
    assert.deepEqual([stdout, stderr], ['', ''])
    assert.deepEqual(lines, [
      'LOUD app cry',
      'HUSH app whisper',
      'ONLY app of the child',
      'LOUD app above it',
      'FATAL app the child has ended with 0',
    ])
  })

  it(`an appender of a ${kind}’s own that throws does so to the caller; the root writes the file`, async (t) => {
    const { lines, stdout, stderr } = await use(t, 'throwing', kind)
    assert.deepEqual(lines, [
      ...[1, 2, 3, 4].map((i) => `INFO app number ${i}`),
      'INFO app bad 5',
      ...[6, 7, 8, 9].map((i) => `INFO app number ${i}`),
      'INFO app bad 10',
      'FATAL app the child has ended with 0',
    ])
    assert.deepEqual([stdout, stderr], ['of the appender\nof the appender\n', ''])
  })
}

/** @param {import('node:test').TestContext} t @param {string} name @param {string} kind */
async function use(t, name, kind) {
  const cwd = scratch(t)
  const { code, stdout, stderr } = await run(CASES, { args: [name, kind], cwd })
  assert.equal(code, 0)
  const lines = readFileSync(join(cwd, 'app.log'), 'utf8').trimEnd().split('\n')
  return { lines, stdout, stderr }
}
