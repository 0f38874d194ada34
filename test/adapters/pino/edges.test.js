'use strict'
// The pino adapter beyond the relay: records for handlers, levels, ES modules, data output and exceptions.

const assert = require('node:assert/strict')
const { readFileSync } = require('node:fs')
const { join } = require('node:path')
const { describe, it } = require('node:test')
const { assertDelivered } = require('../../helpers/delivery')
const { assertError, messages, runLoggers } = require('../../helpers/loggers')
const { run, scratch, readLines } = require('../../helpers/run')

const COUNT = 1000
const LOGGERS = './pino-loggers'

describe('written by a handler', { concurrency: 2 }, () => {
  const config = { handlers: [{ type: 'file', path: '$DIR/all.log' }] }

  for (const kind of ['worker', 'fork']) {
    it(`records of a ${kind} and of the root, with the application’s hooks, mixins and errors`, async (t) => {
      const env = { LOGGERS, LOGGER: 'rich', END: 'exit', COUNT: String(COUNT) }
      const { stdout, read } = await runLoggers(t, { kind, env, config })
      const records = readLines(read('all.log'))
      assertDelivered(records, { root: 1, [`${kind}#1`]: COUNT + 1 })
      const [own, first] = records
      assert.deepEqual(
        [own?.msg, own?.name, own?.lib, own?.service],
        ['hooked from the root', 'app', 'pino', 'shop'],
      )
      assert.deepEqual(
        [first?.level, first?.name, first?.lib, first?.i, first?.service, first?.mixed],
        [30, 'app', 'pino', 1, 'shop', true],
      )
      assertError(records.at(-1))
      const hooked = Array.from({ length: COUNT }, (_, i) => `record ${i + 1}`)
      assert.deepEqual(
        stdout
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line).message),
        ['hooked from the root', ...hooked, 'failed'],
      )
    })
  }

  it('a child’s log file is written by the root, and the handler gets its records', async (t) => {
    const env = { LOGGERS, LOGGER: 'transport', END: 'exit' }
    const { read } = await runLoggers(t, { kind: 'fork', env, config })
    const expected = ['from the root', 'record 1', 'record 2', 'record 3', 'failed']
    assert.deepEqual(messages(read('app.log')), expected)
    assertDelivered(readLines(read('all.log')), { root: 1, 'fork#1': 4 })
  })
})

describe('edges', { concurrency: 2 }, () => {
  for (const PINO of ['pino', 'pino9']) {
    it(`ES modules import ${PINO} by name and by default`, async (t) => {
      const log = join(scratch(t), 'app.log')
      for (const ROOT_LOGS of ['', '1']) {
        const { stderr } = await run('adapters/pino-imported.mjs', {
          env: { PINO, LOG: log, ROOT_LOGS },
        })
        assert.equal(stderr, '')
      }
      const seen = messages(readFileSync(log, 'utf8'))
      const worker = ['from the worker', 'from the worker']
      assert.deepEqual(seen, [...worker, 'from the root', ...worker])
    })
  }

  it('does not change output that another program reads as data', async () => {
    const { stdout } = await run('adapters/logger-data.js', { env: { LOGGERS } })
    assert.equal(stdout, 'read data\n')
  })

  it('the root’s level applies from the first record, unless a child sets its own', async () => {
    const { seen, stdout } = await runEdge('levels')
    assert.deepEqual(seen, ['warn', 'debug'])
    assert.deepEqual(messages(stdout), ['follows', 'own'])
  })

  it('a child writes to its own destination in memory', async () => {
    const { seen, stdout } = await runEdge('memory')
    assert.deepEqual([seen, stdout], [['kept'], ''])
  })

  it('a child writes to a mocked stdout', async () => {
    const { seen, stdout } = await runEdge('mocked')
    assert.deepEqual([seen, stdout], [['mocked'], ''])
  })

  it('a serializer that throws or a file that cannot be opened affects no other record', async () => {
    const { seen, stdout, notices } = await runEdge('throwing')
    assert.deepEqual(seen, ['no', 'function', 'app'])
    assert.deepEqual(messages(stdout).slice(0, 2), ['kept', 'of a child'])
    assert.ok(notices.length <= 1, notices.join('\n'))
  })

  it('text that is written to a destination without a logger arrives', async (t) => {
    const log = join(scratch(t), 'app.log')
    const { seen, stdout } = await runEdge('stray', { LOG: log })
    assert.deepEqual([seen, stdout], [['function'], ''])
    assert.match(readFileSync(log, 'utf8'), /"MSG":"THROUGH"\}\nnot a record\n$/)
  })
})

/** @param {string} name @param {Record<string, string>} [env] */
async function runEdge(name, env = {}) {
  const { code, stdout, stderr } = await run('adapters/pino-edges.js', { args: [name], env })
  assert.equal(code, 0, stderr)
  const lines = stderr.trim().split('\n')
  const seen = lines.find((line) => line.startsWith('['))
  return {
    seen: JSON.parse(seen ?? 'null'),
    stdout,
    notices: lines.filter((line) => line !== seen),
  }
}
