'use strict'
// The pino adapter: children's lines are written to the destinations of the root's loggers. pino is not modified.

const assert = require('node:assert/strict')
const { describe, it } = require('node:test')
const { assertChild, assertCounted, messages, runLoggers } = require('../../helpers/loggers')

const COUNT = 1000
const LOGGERS = './pino-loggers'

/** How children end. Versions and destinations alternate between the two ways. */
const ENDS = /** @type {const} */ ({
  worker: ['exit', 'terminate'],
  fork: ['exit', 'SIGKILL'],
})

describe('relayed to the root’s logger', { concurrency: 2 }, () => {
  const destinations = ['destination', 'transport', 'plain']
  const others = ['named', 'targets', 'multistream', 'custom']
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
          const isPrinted = ['plain', 'named'].includes(LOGGER)
          const lines = assertCounted(isPrinted ? stdout : read('app.log'), { count: COUNT })
          assertChild(lines, kind, pid)
          if (LOGGER === 'multistream') assertCounted(stdout, { count: COUNT })
          else if (!isPrinted) assert.equal(stdout, '')
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
  for (const [LOGGER, kind] of [
    ['plain', 'worker'],
    ['path', 'fork'],
    ['transportApart', 'worker'],
    ['targets', 'fork'],
    ['multistream', 'fork'],
    ['custom', 'fork'],
  ]) {
    it(`a ${kind} with a ${LOGGER} logger`, async (t) => {
      const env = { LOGGERS, LOGGER, END: 'exit', ROOT_LOGS: '0', COUNT: String(COUNT) }
      const { pid, stdout, stderr, read } = await runLoggers(t, { kind, env })
      const text = LOGGER === 'plain' ? stdout : read('app.log')
      const lines = assertCounted(text, { count: COUNT, root: false })
      assertChild(lines, kind, pid)
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
