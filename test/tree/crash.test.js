'use strict'
// Crash: what an uncaught exception leaves in the log, by who takes it, and what is lost when its handler throws.

const assert = require('node:assert/strict')
const { join } = require('node:path')
const { it } = require('node:test')
const { assertDelivered } = require('../helpers/delivery')
const { run, scratch, readLog } = require('../helpers/run')

/** @type {Record<string, { where: string[], code: number, fatal?: string }>} */
const TAKERS = {
  nobody: { where: ['fork', 'worker'], code: 1, fatal: 'uncaughtException: not caught' },
  handler: { where: ['root'], code: 5 },
  capture: { where: ['threaded', 'fork'], code: 5 },
  domain: { where: ['root'], code: 5 },
  throwingHandler: {
    where: ['root', 'threaded', 'fork', 'worker'],
    code: 7,
    fatal: 'uncaughtException: of the handler',
  },
  throwingCapture: {
    where: ['root', 'threaded', 'fork'],
    code: 7,
    fatal: 'uncaughtException: of the callback',
  },
}

for (const [how, { where: places, code, fatal }] of Object.entries(TAKERS)) {
  it(`records what an uncaught exception leaves that ${how} takes`, async (t) => {
    const runs = places.map(async (where) => {
      const directory = scratch(t)
      const path = join(directory, 'app.log')
      const env = { XDG_RUNTIME_DIR: directory }
      const config = { handlers: [{ type: 'file', path }] }
      const result = await run('exit/caught.js', { args: [how, where], env, config })
      if (where !== 'worker') assert.equal(result.code, code, `${where}: ${result.stderr}`)
      const records = readLog(path)
      assertDelivered(records)
      const of = (/** @type {string} */ text) => records.filter(({ msg }) => msg === text).length
      assert.deepEqual([where, of('before')], [where, 100])
      assert.equal(of('went on'), code === 5 ? 1 : 0, where)
      const found = records.filter(({ level }) => level === 60).map(({ msg }) => msg)
      assert.deepEqual(found, fatal ? [fatal] : [], where)
    })
    await Promise.all(runs)
  })
}
