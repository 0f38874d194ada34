'use strict'
// The console adapter: a child's console calls become records, and the root prints them as the child would have.

const assert = require('node:assert/strict')
const { join } = require('node:path')
const { it } = require('node:test')
const { assertDelivered } = require('../../helpers/delivery')
const { run, scratch, readLog } = require('../../helpers/run')

const PROGRAM = 'adapters/console.js'

for (const kind of ['worker', 'fork']) {
  it(`the root prints what the console of a ${kind} would have printed`, async () => {
    const plain = await run(PROGRAM, { args: [kind], way: 'none' })
    const relayed = await run(PROGRAM, { args: [kind] })
    assert.equal(relayed.stdout, plain.stdout)
    assert.equal(withoutFrames(relayed.stderr), withoutFrames(plain.stderr))
    assert.equal(relayed.code, plain.code)
  })

  it(`the console of a ${kind} becomes records`, async (t) => {
    const path = join(scratch(t), 'app.log')
    const config = { handlers: [{ type: 'file', path }] }
    const plain = await run(PROGRAM, { args: [kind], way: 'none' })
    const { stdout, stderr } = await run(PROGRAM, { args: [kind], config })
    assert.equal(stdout, plain.stdout)
    assert.equal(withoutFrames(stderr), withoutFrames(plain.stderr))
    const records = readLog(path)
    assertDelivered(records, { [`${kind}#1`]: records.length })
    assert.deepEqual(
      new Set(records.map(({ name, lib }) => `${name} ${lib}`)),
      new Set(['console console']),
    )
    assert.deepEqual(
      records.slice(0, 4).map(({ level, msg }) => [level, msg]),
      [
        [30, 'text words and 3 { more: true }'],
        [30, 'info'],
        [20, 'debug'],
        [40, 'warn'],
      ],
    )
    const failed = /** @type {any} */ (records[4])
    assert.equal(failed.level, 50)
    assert.match(failed.msg, /^failed TypeError: bad type\n {4}at /)
    assert.deepEqual(
      [failed.err.type, failed.err.message, failed.err.code],
      ['TypeError', 'bad type', 'E_BAD'],
    )
    const rest = records.slice(5).map(({ level, msg }) => [level, msg])
    assert.deepEqual(rest.slice(0, 4), [
      [30, 'outer'],
      [30, '  inner\n  lines'],
      [30, '{ deep: [Object] }'],
      [40, 'Assertion failed: asserted'],
    ])
    assert.deepEqual(rest.slice(5, 8), [
      [30, 'counted: 1'],
      [30, ''],
      [30, '\x1b[31mred\x1b[0m 100%'],
    ])
    assert.match(String(rest[8][1]), /^Trace: traced\n/)
  })
}

it("the root's own console is printed, and copied to a file handler", async (t) => {
  const path = join(scratch(t), 'app.log')
  const plain = await run(PROGRAM, { way: 'none' })
  const copied = await run(PROGRAM, {
    config: { handlers: [{ type: 'file', path }, { type: 'relay' }] },
  })
  assert.equal(copied.stdout, plain.stdout)
  assert.equal(withoutFrames(copied.stderr), withoutFrames(plain.stderr))
  const records = readLog(path)
  assertDelivered(records, { root: records.length })
  assert.equal(records[0].msg, 'text words and 3 { more: true }')
})

it('a level for the name console limits what is captured', async (t) => {
  const path = join(scratch(t), 'app.log')
  const config = { levels: { console: 'warn' }, handlers: [{ type: 'file', path }] }
  await run(PROGRAM, { args: ['fork'], config })
  assert.deepEqual([...new Set(readLog(path).map(({ level }) => level))].sort(), [40, 50])
})

it('without the adapter the console of a child is left alone', async (t) => {
  const path = join(scratch(t), 'app.log')
  const plain = await run(PROGRAM, { args: ['fork'], way: 'none' })
  const config = { adapters: false, handlers: [{ type: 'file', path }] }
  const left = await run(PROGRAM, { args: ['fork'], config })
  assert.equal(left.stdout, plain.stdout)
  assert.deepEqual(readLog(path), [])
})

// Without stack frames: they differ, because functions of the root and of logshare are on the stack.
function withoutFrames(text) {
  return text.replace(/^ *at .*\n/gm, '')
}
