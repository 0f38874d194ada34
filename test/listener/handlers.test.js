'use strict'
// addHandler(), flush() and stats() on the root's main thread, for records of the whole tree.

const { test } = require('node:test')
const assert = require('node:assert/strict')
const { join } = require('node:path')
const { frameBound, Kind, writeFrame } = require('../../dist/queue/frame.js')
const { assertDelivered, audit } = require('../helpers/delivery.js')
const { readLog, run, scratch } = require('../helpers/run.js')

const COUNT = 500
const TOTAL = { root: 2 * COUNT, 'worker#1': COUNT + 1, 'fork#1': COUNT + 1 }

/** @type {Promise<{ run: Awaited<ReturnType<typeof run>>, log: import('logshare').LogRecord[], out: any }> | undefined} */
let result

/** The run that all these tests check. @param {{ after(fn: () => void): void }} t */
function handlersRun(t) {
  const path = join(scratch(t), 'a.log')
  result ??= run('handlers.js', {
    config: { adapters: false, handlers: [{ type: 'file', path }] },
  }).then((done) => ({ run: done, log: readLog(path), out: JSON.parse(done.stdout) }))
  return result
}

test('handlers of the application', async (t) => {
  const { run: done, log, out } = await handlersRun(t)

  await t.test('do not break the application, and one that throws is reported once', () => {
    assert.equal(done.code, 0)
    assert.equal(
      done.stderr,
      'logshare: handler of the application failed: thrower (LOGSHARE_WARN_HANDLER)\n',
    )
    assert.deepEqual(
      out.ends.map(([code]) => code),
      [0, 0],
    )
    assert.equal(out.calls.thrown, 4 * COUNT + 3) // the root logs once more after the others are removed
  })

  await t.test('get every record of the tree, each producer in order, like the file', () => {
    for (const list of [out.lists.fn, out.lists.object]) assertDelivered(list, TOTAL)
    assert.deepEqual(out.lists.fn, out.lists.object)
    assertDelivered(log, { ...TOTAL, root: 2 * COUNT + 1 })
    const order = (/** @type {import('logshare').LogRecord} */ { source, seq }) =>
      `${source} ${seq}`
    assert.deepEqual(
      out.lists.fn.map(order),
      log.map(order).filter((each) => each !== `root ${2 * COUNT + 1}`),
    )
    assert.equal(audit(log).producers.size, 3)
  })

  await t.test('get nothing after removal, and nothing in a child', () => {
    assert.deepEqual(out.lists.mute, [])
    assert.ok(!out.lists.fn.some(({ msg }) => msg === 'removed'))
  })

  await t.test('are flushed by flush()', () => {
    assert.equal(out.inline.got, COUNT)
    assert.equal(out.calls.flush, 2)
  })

  await t.test('are counted by stats(), inline and in the listener thread', () => {
    assert.deepEqual(out.before, {
      source: 'root',
      made: 0,
      dropped: {},
      listener: 'inline',
      records: 0,
      bytes: 0,
      damaged: 0,
      failed: 0,
      producers: 1,
      waiting: 0,
      drops: {},
      undelivered: 0,
    })
    const { made, listener, records, bytes } = out.inline.stats
    assert.deepEqual([made, listener, records], [COUNT, 'inline', COUNT])
    assert.ok(bytes > COUNT * 100)
    const { threaded } = out
    assert.deepEqual(
      [threaded.made, threaded.listener, threaded.undelivered],
      [2 * COUNT, 'thread', 0],
    )
    assert.equal(threaded.records, 4 * COUNT + 2)
    const own = log.filter(({ msg }) => msg.startsWith('{')).map(({ msg }) => JSON.parse(msg).own)
    assert.deepEqual(own.sort(), ['fork#1', 'worker#1'])
    assert.ok(
      log
        .filter(({ msg }) => msg.startsWith('{'))
        .every(({ msg }) => JSON.parse(msg).made === COUNT),
    )
  })
})

/** @param {number} seq @param {string} text */
function frameOf(seq, text) {
  const buffer = Buffer.alloc(frameBound(text))
  const head = { kind: Kind.RECORD, level: 30, time: seq, seq }
  return buffer.subarray(0, writeFrame(buffer, 0, head, text))
}

test('damaged records reach the handlers as they are and break nothing', async (t) => {
  const directory = scratch(t)
  const bytes = Buffer.concat([
    frameOf(1, '{"msg":"one"}'),
    Buffer.from('no frame at all, but as long as one'),
    frameOf(2, '{"msg":"tw'),
    frameOf(3, '{"msg":"three"}'),
    frameOf(4, '{"msg":"torn"}').subarray(0, 30),
  ])
  const path = join(directory, 'a.log')
  const { code, stdout, stderr } = await run('damaged-queue.js', {
    args: [bytes.toString('base64')],
    env: { LOGSHARE_DIR: join(directory, 'run') },
    config: { adapters: false, handlers: [{ type: 'file', path }] },
  })
  assert.deepEqual([code, stderr], [0, ''])
  const { got, damaged } = JSON.parse(stdout)
  assert.deepEqual(got, ['one', '{"msg":"tw', 'three', 'later'])
  assert.ok(damaged > 0)
})

test('a pending flush() keeps the process alive', async (t) => {
  const path = join(scratch(t), 'a.log')
  const { code, stdout } = await run('flush-last.js', {
    config: { adapters: false, handlers: [{ type: 'file', path }] },
  })
  assert.deepEqual([code, stdout], [0, '20\n'])
  assertDelivered(readLog(path), { root: 20 })
})

test('asynchronous handlers of the application that reject are counted and reported once', async () => {
  const config = { adapters: false, handlers: [{ type: 'file', path: '/dev/null' }] }
  const { code, stdout, stderr } = await run('handlers/rejecting.js', { config })
  assert.equal(code, 0)
  const once = 'logshare: handler of the application failed: rejected (LOGSHARE_WARN_HANDLER)\n'
  assert.equal(stderr, once)
  const { counts, unhandled } = JSON.parse(stdout)
  assert.deepEqual([counts, unhandled], [{ function: 1, both: 1, object: 1, thenable: 1 }, []])
})
