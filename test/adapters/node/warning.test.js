'use strict'
// The warning adapter: warnings are printed exactly as without logshare, and become records.

const assert = require('node:assert/strict')
const { existsSync, readFileSync } = require('node:fs')
const { join } = require('node:path')
const { it } = require('node:test')
const { assertDelivered } = require('../../helpers/delivery')
const { run, scratch, readLog } = require('../../helpers/run')

const FIXTURE = 'adapters/warning.js'

/** @type {Record<string, { before?: string, env?: Record<string, string>, flags?: string[] }>} */
const CASES = {
  'without any setting': {},
  'with a listener of the application': { before: 'listen' },
  'with all listeners removed': { before: 'remove' },
  'with the listener of Node removed': { before: 'remove-one' },
  'with the listener of Node inspected': { before: 'look' },
  'with --no-warnings': { flags: ['--no-warnings'] },
  'with NODE_NO_WARNINGS': { env: { NODE_NO_WARNINGS: '1' } },
  'with --no-deprecation': { flags: ['--no-deprecation'] },
  'with --trace-warnings': { flags: ['--trace-warnings'] },
}

for (const kind of ['worker', 'fork']) {
  for (const [title, { before = 'nothing', env = {}, flags = [] }] of Object.entries(CASES)) {
    it(`warnings in a ${kind} ${title}`, async () => {
      const args = [kind, before]
      const without = await run(FIXTURE, { way: 'none', args, env, flags })
      const { code, stdout, stderr } = await run(FIXTURE, { args, env, flags })
      assert.equal(code, 0)
      assert.equal(stdout, without.stdout)
      assert.equal(neutral(stderr), neutral(without.stderr))
    })
  }

  it(`warnings in a ${kind} are records`, async (t) => {
    const path = join(scratch(t), 'app.log')
    const config = { handlers: [{ type: 'file', path }] }
    const without = await run(FIXTURE, { way: 'none', args: [kind, 'nothing'] })
    const { stderr } = await run(FIXTURE, { args: [kind, 'nothing'], config })
    assert.equal(neutral(stderr), neutral(without.stderr))
    const records = readLog(path)
    assertDelivered(records, { [`${kind}#1`]: 4 })
    const seen = records.map(({ level, name, lib, msg, err }) => {
      return [level, name, lib, msg, /** @type {any} */ (err).type, /** @type {any} */ (err).code]
    })
    assert.deepEqual(seen, [
      [40, 'process', 'warning', 'Warning: plain', 'Warning', undefined],
      [40, 'process', 'warning', 'MyWarning: with all', 'MyWarning', 'MY1'],
      [40, 'process', 'warning', 'RangeError: an error', 'RangeError', undefined],
      [40, 'process', 'warning', 'DeprecationWarning: old', 'DeprecationWarning', 'OLD1'],
    ])
    for (const { err } of records)
      assert.match(String(/** @type {any} */ (err).stack), /warning\.js/)
  })
}

it('warnings that are redirected to a file are left alone', async (t) => {
  const directory = scratch(t)
  const [path, file] = [join(directory, 'app.log'), join(directory, 'warnings')]
  const { code, stderr } = await run(FIXTURE, {
    args: ['fork', 'nothing'],
    env: { NODE_REDIRECT_WARNINGS: file },
    config: { handlers: [{ type: 'file', path }] },
  })
  assert.deepEqual({ code, stderr }, { code: 0, stderr: '' })
  assert.match(readFileSync(file, 'utf8'), /\[MY1\] MyWarning: with all/)
  assert.ok(!existsSync(path) || readFileSync(path, 'utf8') === '')
})

it("the root's own warnings are printed, and copied to other handlers once", async (t) => {
  const path = join(scratch(t), 'app.log')
  const { stderr } = await run(FIXTURE, {
    args: ['root', 'nothing', 'child'],
    config: { handlers: [{ type: 'file', path }] },
  })
  assert.match(stderr, /\[MY1\] MyWarning: with all\nmore\nof it\n/)
  assertDelivered(readLog(path), { root: 4 })
  assert.deepEqual([...new Set(readLog(path).map(({ lib }) => lib))], ['warning'])
})

for (const args of [
  ['root', 'nothing', 'child'],
  ['worker', 'nothing'],
  ['fork', 'nothing'],
]) {
  it(`with a console handler, warnings of a ${args[0]} are shown once`, async () => {
    const config = { handlers: [{ type: 'console', format: 'raw' }] }
    const { stdout, stderr } = await run(FIXTURE, { args, config })
    assert.equal(stderr, '')
    for (const text of ['plain', 'with all', 'an error', 'old'])
      assert.equal(stdout.split('\n').filter((line) => line.includes(`: ${text}`)).length, 1, text)
  })
}

/** Without process ids and stack frames. @param {string} text */
function neutral(text) {
  return text.replace(/^\(node:\d+\)/gm, '(node:PID)').replace(/^ {4}at .*\n/gm, '')
}
