'use strict'
// The log4js adapter: the root's appenders write the children's events, each once.

const assert = require('node:assert/strict')
const { readFileSync } = require('node:fs')
const { join } = require('node:path')
const { describe, it } = require('node:test')
const { assertDelivered } = require('../../helpers/delivery')
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
      assert.equal(readFileSync(join(cwd, 'app.log'), 'utf8').split('\n').length, 2)
    })
  }
})

it('records of a child are printed if its root has no log4js', async (t) => {
  const cwd = scratch(t)
  const program = join(FIXTURES, 'adapters/log4js-child-only.js')
  const { stdout } = await run(program, { cwd })
  const [line, ...others] = stdout.trim().split('\n')
  assert.deepEqual(others, [])
  const { level, name, msg, lib } = JSON.parse(line)
  assert.deepEqual([level, name, msg, lib], [30, 'alone', 'said', 'log4js'])
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

  it(`a record of a ${kind} is printed if an appender in the root throws; the others are written`, async (t) => {
    const { lines, stdout, stderr } = await use(t, 'throwing', kind)
    assert.deepEqual(lines, [
      ...[1, 2, 3, 4, 6, 7, 8, 9].map((i) => `INFO app number ${i}`),
      'FATAL app the child has ended with 0',
    ])
    assert.deepEqual(
      readLines(stdout).map(({ lib, msg }) => [lib, msg]),
      [
        ['log4js', 'bad 5'],
        ['log4js', 'bad 10'],
      ],
    )
    assert.match(stderr, /of the appender \(LOGSHARE_WARN_HANDLER\)/)
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
