'use strict'
// The bunyan adapter: children's records are written to the streams of the root's loggers. bunyan is not modified.

const assert = require('node:assert/strict')
const { readFileSync } = require('node:fs')
const { join } = require('node:path')
const { describe, it } = require('node:test')
const { assertDelivered } = require('../../helpers/delivery')
const { assertCounted, messages, runLoggers } = require('../../helpers/loggers')
const { run, scratch, readLines } = require('../../helpers/run')

const COUNT = 1000
const LOGGERS = './bunyan-loggers'

describe('relayed to the root’s logger', { concurrency: 2 }, () => {
  for (const [LOGGER, kind, END] of [
    ['plain', 'worker', 'exit'],
    ['plain', 'fork', 'SIGKILL'],
    ['file', 'worker', 'terminate'],
    ['file', 'fork', 'exit'],
    ['rotating', 'fork', 'SIGKILL'],
    ['several', 'worker', 'exit'],
    ['raw', 'fork', 'exit'],
    ['custom', 'worker', 'terminate'],
  ]) {
    it(`a ${kind} with a ${LOGGER} logger ends by ${END}`, async (t) => {
      const env = { LOGGERS, LOGGER, END, COUNT: String(COUNT) }
      const { pid, stdout, stderr, read } = await runLoggers(t, { kind, env })
      const text = LOGGER === 'plain' ? stdout : read('app.log')
      const lines = assertCounted(text, { count: COUNT })
      assert.ok(lines.every((line) => (line.pid === pid) === (kind === 'worker')))
      assert.deepEqual(lines.at(-1)?.open, [])
      if (LOGGER === 'several') {
        assertCounted(stdout, { count: COUNT })
        assert.deepEqual(messages(read('app.log.error.log')), ['failed'])
      }
      if (LOGGER === 'raw') assert.ok(lines.every(({ raw }) => raw === true))
      assert.equal(stderr, '')
    })
  }
})

describe('not relayed: the root has no logger', { concurrency: 2 }, () => {
  for (const [LOGGER, kind] of [
    ['plain', 'worker'],
    ['rotating', 'fork'],
    ['several', 'fork'],
    ['custom', 'fork'],
  ]) {
    it(`a ${kind} with a ${LOGGER} logger`, async (t) => {
      const env = { LOGGERS, LOGGER, END: 'exit', ROOT_LOGS: '0', COUNT: String(COUNT) }
      const { stdout, stderr, read } = await runLoggers(t, { kind, env })
      const text = LOGGER === 'plain' ? stdout : read('app.log')
      const lines = assertCounted(text, { count: COUNT, root: false })
      assert.deepEqual(lines.at(-1)?.open, [])
      if (LOGGER === 'several') assert.deepEqual(messages(read('app.log.error.log')), ['failed'])
      assert.equal(stderr, '')
    })
  }
})

describe('written by a handler', { concurrency: 2 }, () => {
  for (const kind of ['worker', 'fork']) {
    it(`records of a ${kind} and of the root, with the application’s levels, fields and errors`, async (t) => {
      const env = { LOGGERS, LOGGER: 'rich', END: 'exit', COUNT: String(COUNT) }
      const config = { handlers: [{ type: 'file', path: '$DIR/all.log' }] }
      const { stdout, read } = await runLoggers(t, { kind, env, config })
      const records = readLines(read('all.log'))
      assertDelivered(records, { root: 1, [`${kind}#1`]: COUNT + 1 })
      const seen = records.slice(0, 2).map(({ level, name, msg, lib, component, i }) => {
        return [level, name, msg, lib, component, i]
      })
      assert.deepEqual(seen, [
        [30, 'app', 'from the root', 'bunyan', 'shop', undefined],
        [30, 'app', 'record 1', 'bunyan', 'shop', 1],
      ])
      /** @type {any} */
      const { level, err, hostname, v } = records.at(-1)
      assert.deepEqual(
        [level, err.type, err.message, err.code],
        [50, 'TypeError', 'broken', 'E_BROKEN'],
      )
      assert.deepEqual([err.cause.type, hostname, v], ['RangeError', undefined, undefined])
      assert.deepEqual(messages(stdout), ['from the root'])
    })
  }
})

describe('edges', { concurrency: 2 }, () => {
  it('ES modules import bunyan by name and by default', async (t) => {
    const log = join(scratch(t), 'app.log')
    const { stderr } = await run('adapters/bunyan-imported.mjs', { env: { LOG: log } })
    assert.equal(stderr, '')
    const lines = readLines(readFileSync(log, 'utf8'))
    assert.deepEqual(
      lines.map(({ msg }) => msg),
      ['from the root', 'by default', 'by name'],
    )
  })

  it('does not change output that another program reads as data', async () => {
    const { stdout } = await run('adapters/logger-data.js', { env: { LOGGERS } })
    assert.equal(stdout, 'read data\n')
  })

  it('the root’s level applies from the first record, unless a child sets its own', async () => {
    const { code, stdout, stderr } = await run('adapters/bunyan-levels.js')
    assert.deepEqual([code, stderr], [0, ''])
    assert.deepEqual(messages(stdout), ['follows', 'own'])
  })
})
