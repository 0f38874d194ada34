'use strict'
// The pino adapter: children's lines are written to the destinations of the root's loggers. pino is not modified.

const assert = require('node:assert/strict')
const { describe, it } = require('node:test')
const { assertChild, assertCounted, messages, runLoggers } = require('../../helpers/loggers')

const { assertHandled, assertNumbers, runOwn, sameLines } = require('../../helpers/own')
const { readLines } = require('../../helpers/run')

const COUNT = 1000
const LOGGERS = './pino-loggers'

/** How children end. Versions and destinations alternate between the two ways. */
const ENDS = /** @type {const} */ ({
  worker: ['exit', 'terminate'],
  fork: ['exit', 'SIGKILL'],
})

describe('relayed to the root’s logger', { concurrency: 2 }, () => {
  const destinations = ['destination', 'transport']
  const others = ['targets', 'multistream', 'custom']
  for (const PINO of ['pino', 'pino9']) {
    for (const kind of /** @type {const} */ (['worker', 'fork'])) {
      for (const [i, LOGGER] of (PINO === 'pino'
        ? [...destinations, ...others]
        : destinations
      ).entries()) {
        const END = ENDS[kind][(i + (PINO === 'pino' ? 0 : 1)) % 2] ?? ''
        it(`${PINO}: a ${kind} with a ${LOGGER} logger ends by ${END}`, async (t) => {
          const env = { PINO, LOGGERS, LOGGER, END, COUNT: String(COUNT) }
          const { pid, stdout, stderr, read } = await runLoggers(t, { kind, env })
          const lines = assertCounted(read('app.log'), { count: COUNT })
          assertChild(lines, kind, pid)
          if (LOGGER === 'multistream') assertCounted(stdout, { count: COUNT })
          else assert.equal(stdout, '')
          if (LOGGER === 'targets' || LOGGER === 'multistream') {
            assert.deepEqual(messages(read('app.log.error.log')), ['failed'])
          }
          assert.equal(stderr, '')
        })
      }
    }
  }
})

describe('not relayed: the root has no logger', { concurrency: 2 }, () => {
  for (const [LOGGER, kind, END = 'exit'] of [
    ['plain', 'worker'],
    ['plain', 'worker', 'terminate'],
    ['plain', 'fork', 'SIGKILL'],
    ['path', 'worker', 'terminate'],
    ['path', 'fork'],
    ['transportApart', 'worker'],
    ['targets', 'fork'],
    ['multistream', 'fork'],
    ['custom', 'fork'],
  ]) {
    it(`a ${kind} with a ${LOGGER} logger ends by ${END}`, async (t) => {
      const env = { LOGGERS, LOGGER, END, ROOT_LOGS: '0', COUNT: String(COUNT) }
      const { pid, stdout, stderr, read } = await runLoggers(t, { kind, env })
      const text = LOGGER === 'plain' ? stdout : read('app.log')
      const lines = assertCounted(text, { count: COUNT, root: false })
      assert.ok(lines.every((line) => (line.pid === pid) === (kind === 'worker')))
      if (LOGGER === 'targets' || LOGGER === 'multistream') {
        assert.deepEqual(messages(read('app.log.error.log')), ['failed'])
      }
      assert.equal(stderr, '')
    })
  }

  it('a worker that logs to stderr', async (t) => {
    const env = { LOGGERS, LOGGER: 'stderr', END: 'exit', ROOT_LOGS: '0' }
    const { stdout, stderr } = await runLoggers(t, { kind: 'worker', env })
    assert.equal(stdout, '')
    assertCounted(stderr, { count: 3, root: false })
  })

  it('a fork that logs through pino-pretty', async (t) => {
    const env = { LOGGERS, LOGGER: 'pretty', END: 'exit', ROOT_LOGS: '0' }
    const { read } = await runLoggers(t, { kind: 'fork', env })
    assert.match(read('app.log'), /INFO.*record 1\n.*i: 1\n.*record 2/)
  })
})

const LIBRARY = 'pino'
const KINDS = ['worker', 'worker', 'fork', 'fork']

describe('printed by the child itself', { concurrency: 2 }, () => {
  for (const [TO, ROOT_LOGS, PINO = 'pino'] of [
    ['terminal', '1'],
    ['terminal', '0', 'pino9'],
    ['stderr', '1'],
    ['stream', '1'],
    ['pretty', '1'],
    ['both', '1'],
    ['both', '0'],
  ]) {
    it(`${PINO}, the same as without logshare: to ${TO}, ${ROOT_LOGS === '1' ? '' : 'no '}logger in the root`, async (t) => {
      const env = { LIBRARY, PINO, TO, ROOT_LOGS, COUNT: '20' }
      const bare = await runOwn(t, { kinds: KINDS, env, way: 'none' })
      const same = (/** @type {string} */ text) =>
        TO === 'pretty' ? sameLines(text).sort() : sameLines(text)
      const file = { handlers: [{ type: 'file', path: '$DIR/all.log' }] }
      for (const config of [undefined, file]) {
        const { stdout, stderr, read, files } = await runOwn(t, { kinds: KINDS, env, config })
        assert.deepEqual(same(stdout), same(bare.stdout))
        assert.deepEqual(sameLines(stderr), sameLines(bare.stderr))
        assert.deepEqual(sameLines(read()), sameLines(bare.read()))
        assert.deepEqual(
          files.filter((name) => name !== 'all.log'),
          bare.files,
        )
        if (config) assertHandled(readLines(read('all.log')), 'pino', ROOT_LOGS)
      }
    })
  }

  for (const TO of ['terminal', 'pretty', 'both']) {
    it(`nothing is printed beside a console handler: ${TO}`, async (t) => {
      const config = { handlers: [{ type: 'console', format: 'json' }] }
      const env = { LIBRARY, TO, COUNT: '20' }
      const { stdout, stderr, read } = await runOwn(t, { kinds: KINDS, env, config })
      assert.equal(stderr, '')
      assertHandled(readLines(stdout), 'pino', '1')
      if (TO === 'both') assertNumbers(read(), { kinds: KINDS, count: 20 })
    })
  }

  it('a worker that exits loses nothing', async (t) => {
    const env = { LIBRARY, TO: 'terminal', COUNT: '20', END: 'exit' }
    const { stdout } = await runOwn(t, { kinds: ['worker', 'worker'], env })
    assertNumbers(stdout, { kinds: ['worker', 'worker'], count: 20 })
  })
})

describe('a file, with and without the logger in the root', { concurrency: 2 }, () => {
  for (const TO of ['path', 'file', 'transport', 'custom']) {
    for (const ROOT_LOGS of ['1', '0', 'later']) {
      it(`${TO}, ${ROOT_LOGS}`, async (t) => {
        const env = { LIBRARY, TO, ROOT_LOGS, COUNT: '100', END: TO === 'path' ? '' : 'exit' }
        const { stdout, stderr, read } = await runOwn(t, { kinds: KINDS, env })
        assert.deepEqual([stdout, stderr], ['', ''])
        assertNumbers(read(), { kinds: KINDS, count: 100 })
        const own = ROOT_LOGS === '0' ? 0 : 1
        assert.equal(readLines(read()).length, 4 * 101 + own)
      })
    }
  }

  it('below a root that only launches', async (t) => {
    const env = { LIBRARY, TO: 'both', COUNT: '100' }
    const { stdout, stderr, read } = await runOwn(t, { kinds: ['launch', ...KINDS], env })
    assert.equal(stderr, '')
    for (const text of [stdout, read()]) assertNumbers(text, { kinds: KINDS, count: 100 })
    assert.equal(readLines(read('app.log.errors')).length, 4)
  })
})
