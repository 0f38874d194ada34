'use strict'
// The bunyan adapter: children print themselves, files are written by the root if it has the logger. bunyan is not modified.

const assert = require('node:assert/strict')
const { readFileSync } = require('node:fs')
const { join } = require('node:path')
const { describe, it } = require('node:test')
const { assertDelivered } = require('../../helpers/delivery')
const { assertCounted, messages, runLoggers } = require('../../helpers/loggers')
const { assertHandled, assertNumbers, runOwn, sameLines } = require('../../helpers/own')
const { run, scratch, readLines } = require('../../helpers/run')

const COUNT = 1000
const LOGGERS = './bunyan-loggers'

describe('relayed to the root’s logger', { concurrency: 2 }, () => {
  for (const [LOGGER, kind, END] of [
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
      const lines = assertCounted(read('app.log'), { count: COUNT })
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

const KINDS = ['worker', 'worker', 'fork', 'fork']

describe('printed by the child itself', { concurrency: 2 }, () => {
  for (const [TO, ROOT_LOGS] of [
    ['terminal', '1'],
    ['terminal', '0'],
    ['stderr', '1'],
    ['both', '1'],
    ['both', '0'],
  ]) {
    it(`the same as without logshare: to ${TO}, ${ROOT_LOGS === '1' ? '' : 'no '}logger in the root`, async (t) => {
      const env = { TO, ROOT_LOGS, COUNT: '20' }
      const bare = await runOwn(t, { kinds: KINDS, env, way: 'none' })
      const file = { handlers: [{ type: 'file', path: '$DIR/all.log' }] }
      for (const config of [undefined, file]) {
        const { stdout, stderr, read, files } = await runOwn(t, { kinds: KINDS, env, config })
        assert.deepEqual(sameLines(stdout), sameLines(bare.stdout))
        assert.deepEqual(sameLines(stderr), sameLines(bare.stderr))
        assert.deepEqual(sameLines(read()), sameLines(bare.read()))
        assert.deepEqual(
          files.filter((name) => name !== 'all.log'),
          bare.files,
        )
        if (config) assertHandled(readLines(read('all.log')), 'bunyan', ROOT_LOGS)
      }
    })
  }

  it('nothing is printed beside a console handler', async (t) => {
    const config = { handlers: [{ type: 'console', format: 'json' }] }
    const env = { TO: 'both', COUNT: '20' }
    const { stdout, stderr, read } = await runOwn(t, { kinds: KINDS, env, config })
    assert.equal(stderr, '')
    assertHandled(readLines(stdout), 'bunyan', '1')
    assertNumbers(read(), { kinds: KINDS, count: 20 })
  })
})

describe('a file, with and without the logger in the root', { concurrency: 2 }, () => {
  for (const TO of ['file', 'rotating', 'custom', 'raw']) {
    for (const ROOT_LOGS of ['1', '0', 'later']) {
      it(`${TO}, ${ROOT_LOGS}`, async (t) => {
        const env = { TO, ROOT_LOGS, COUNT: '100', END: 'exit' }
        const { stdout, stderr, read } = await runOwn(t, { kinds: KINDS, env })
        assert.deepEqual([stdout, stderr], ['', ''])
        assertNumbers(read(), { kinds: KINDS, count: 100 })
        const own = ROOT_LOGS === '0' ? 0 : 1
        assert.equal(readLines(read()).length, 4 * 101 + own)
        if (TO === 'raw') assert.ok(readLines(read()).every(({ raw }) => raw === true))
      })
    }
  }

  it('below a root that only launches', async (t) => {
    const env = { TO: 'both', COUNT: '100' }
    const { stdout, stderr, read } = await runOwn(t, { kinds: ['launch', ...KINDS], env })
    assert.equal(stderr, '')
    for (const text of [stdout, read()]) assertNumbers(text, { kinds: KINDS, count: 100 })
    assert.equal(readLines(read('app.log.errors')).length, 4)
  })
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
      assertCounted(stdout, { count: COUNT })
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

  it('the root’s levels apply from the first record, unless a child sets its own', async (t) => {
    const LOG = join(scratch(t), 'app.log')
    const { code, stdout, stderr } = await run('adapters/bunyan-levels.js', { env: { LOG } })
    assert.deepEqual([code, stderr], [0, ''])
    assert.deepEqual(messages(stdout), ['follows', 'trace', 'own', 'printed', 'both'])
    assert.deepEqual(messages(readFileSync(LOG, 'utf8')), ['both', 'of its own level'])
  })

  it('the ring buffer of a child has the child’s records', async (t) => {
    const LOG = join(scratch(t), 'app.log')
    const { stderr } = await run('adapters/bunyan-edges.js', { args: ['ring'], env: { LOG } })
    assert.equal(stderr, '[["fork"],["root"]]\n')
    assert.deepEqual(messages(readFileSync(LOG, 'utf8')), ['root', 'fork'])
  })

  it('the root exits although bunyan has not written everything', async (t) => {
    const env = { TO: 'file', COUNT: '1000', ROOT_END: 'exit' }
    const { read } = await runOwn(t, { kinds: KINDS, env })
    assertNumbers(read(), { kinds: KINDS, count: 1000 })
  })

  it('a child’s file is written if the root’s logger only prints', async (t) => {
    const LOG = join(scratch(t), 'app.log')
    const { stdout, stderr } = await run('adapters/bunyan-edges.js', {
      args: ['printing'],
      env: { LOG },
    })
    assert.deepEqual([messages(stdout), stderr], [['root'], ''])
    assert.deepEqual(messages(readFileSync(LOG, 'utf8')), ['fork'])
  })

  it('a child’s file stream works although the root writes the file', async (t) => {
    const LOG = join(scratch(t), 'app.log')
    const { stderr } = await run('adapters/bunyan-edges.js', { args: ['direct'], env: { LOG } })
    assert.equal(stderr, '["file","rotating-file"] finished closed\n')
    const written = readFileSync(LOG, 'utf8')
      .split('\n')
      .filter((line) => !line.startsWith('{'))
    assert.deepEqual(written, ['direct', ''])
    assert.deepEqual(messages(readFileSync(LOG, 'utf8').replace('direct\n', '')), ['root', 'fork'])
  })
})
