'use strict'
// The debuglog adapter: sections of util.debuglog become logger names, and are printed as without logshare.

const assert = require('node:assert/strict')
const { join } = require('node:path')
const { it } = require('node:test')
const { assertDelivered } = require('../../helpers/delivery')
const { run, scratch, readLog } = require('../../helpers/run')

const FIXTURE = 'adapters/debuglog.js'
const env = { NODE_DEBUG: 'app*' }
const EXPECTED = [
  ['app', 'query select took 12 ms'],
  ['app', '100% { a: 1 }'],
  ['app-db', 'first\nsecond'],
  ['app-db', 'through what was handed out: {"b":2}'],
  ['app', 'imported'],
  ['app', 'by its other name'],
]

for (const kind of ['worker', 'fork']) {
  it(`sections in a ${kind} become records`, async (t) => {
    const path = join(scratch(t), 'app.log')
    const config = { adapters: ['debuglog'], handlers: [{ type: 'file', path }] }
    const without = await run(FIXTURE, { way: 'none', args: [kind], env })
    const { stderr } = await run(FIXTURE, { args: [kind], env, config })
    assert.equal(neutral(stderr), neutral(without.stderr))
    const records = readLog(path)
    assertDelivered(records, { [`${kind}#1`]: EXPECTED.length })
    assert.deepEqual(
      records.map(({ name, msg }) => [name, msg]),
      EXPECTED,
    )
    for (const { lib, level } of records) assert.deepEqual([lib, level], ['debuglog', 20])
  })

  it(`sections in a ${kind} are printed as without logshare`, async () => {
    const without = await run(FIXTURE, { way: 'none', args: [kind], env })
    const { code, stdout, stderr, pid } = await run(FIXTURE, { args: [kind], env })
    assert.equal(code, 0)
    assert.equal(stdout, without.stdout)
    assert.equal(neutral(stderr), neutral(without.stderr))
    const printed = new Set(
      [...stderr.matchAll(/^APP(?:-DB)? (\d+): /gm)].map(([, id]) => Number(id)),
    )
    assert.equal(printed.size, 1)
    assert.equal(printed.has(Number(pid)), kind === 'worker')
  })
}

it("the root's own sections are printed, and copied to other handlers once", async (t) => {
  const path = join(scratch(t), 'app.log')
  const config = { adapters: ['debuglog'], handlers: [{ type: 'file', path }] }
  const { stderr } = await run(FIXTURE, { args: ['root', 'child'], env, config })
  assert.match(stderr, /^APP \d+: query select took 12 ms\n/)
  assertDelivered(readLog(path), { root: EXPECTED.length })
})

/** Without process ids. @param {string} text */
function neutral(text) {
  return text.replace(/^(APP(?:-DB)?) \d+:/gm, '$1 PID:')
}
