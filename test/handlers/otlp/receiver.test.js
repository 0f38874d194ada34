'use strict'
// OTLP handler: receivers that are down, come back, or reject records.

const test = require('node:test')
const assert = require('node:assert/strict')
const { EventEmitter, once } = require('node:events')
const { join } = require('node:path')
const { assertComplete, PROTOCOLS, startReceiver } = require('../../helpers/otlp.js')
const { run, scratch } = require('../../helpers/run.js')
const { startSteps } = require('../../helpers/steps.js')

const SOURCES = ['root', 'worker#1', 'fork#1', 'fork#1/worker#1']

for (const protocol of PROTOCOLS) {
  const isGrpc = protocol === 'grpc'

  test(`a receiver that is down at first and is restarted loses nothing, ${protocol}`, async (t) => {
    const { url, port, stop } = await startReceiver(t, { protocol })
    stop()
    const config = { handlers: [{ type: 'otlp', protocol, url, delay: 0 }] }
    const app = startSteps(t, { args: ['fork'], config })
    await app.take('log', { count: 500 })
    while (app.notices.length === 0) await app.take('stats')
    const second = await startReceiver(t, { protocol, port })
    await arrived(app)
    second.stop()
    await app.take('log', { count: 500 })
    const third = await startReceiver(t, { protocol, port })
    await app.take('log', { count: 10 })
    await arrived(app)
    assert.equal(await app.end(), 0)
    const all = [...second.records, ...third.records]
    const reports = assertComplete(all, { root: 1010, 'fork#1': 1010, 'worker#1': 1010 })
    assert.match(reports[0].body, /^otlp .* accepted nothing for .* s, nothing dropped: /)
    const notice = `logshare: otlp 127.0.0.1:${port}: .*; up to 65536 KiB of records are kept until they can be delivered`
    assert.match(app.notices[0], new RegExp(`^${notice} \\(LOGSHARE_WARN_HANDLER\\)$`))
    assert.equal(app.notices.length, 1, app.notices.join('\n'))
  })

  const unavailable = isGrpc ? 14 : 503
  test(`a receiver that answers ${unavailable} gets the same records again, even at exit, ${protocol}`, async (t) => {
    let refusals = 3
    const { url, records } = await startReceiver(t, {
      protocol,
      answer: () => (refusals-- > 0 ? { code: unavailable } : {}),
    })
    const { code, stderr } = await run('otlp/tree.js', {
      env: { TEST_COUNT: '50' },
      config: { handlers: [{ type: 'otlp', protocol, url }] },
    })
    assert.equal(code, 0)
    assert.match(
      stderr,
      /^logshare: otlp .*; up to \d+ KiB of records are kept .*\(LOGSHARE_WARN_HANDLER\)\n$/,
    )
    assertComplete(records, Object.fromEntries(SOURCES.map((source) => [source, 56])))
  })

  const invalid = isGrpc ? 3 : 400
  test(`records that a receiver rejects (${invalid}) are counted and reported, ${protocol}`, async (t) => {
    const answers = [
      { code: invalid, message: 'no such thing' },
      { message: 'careful' },
      { rejected: 1 },
    ]
    const { url, records } = await startReceiver(t, {
      protocol,
      answer: () => answers.shift() ?? {},
    })
    const app = startSteps(t, { config: { handlers: [{ type: 'otlp', protocol, url }] } })
    for (let batches = 4; batches > 0; batches--) {
      await app.take('log', { count: 2 })
      await arrived(app)
    }
    const { drops } = await app.take('stats')
    assert.equal(await app.end(), 0)
    assert.deepEqual(drops, { root: { info: 3 } })
    const seqs = records.map(({ attributes }) => attributes['logshare.seq'])
    assert.deepEqual(seqs, [3, 4, 6, 7, 8])
    const reason = isGrpc ? '.*no such thing' : 'HTTP 400 Bad Request'
    const notice = `logshare: otlp .*: 2 records refused: ${reason} \\(LOGSHARE_WARN_DROPPED\\)`
    const warning = 'logshare: otlp .*: careful \\(LOGSHARE_WARN_HANDLER\\)'
    assert.match(app.notices.join('\n'), new RegExp(`^${notice}\n${warning}$`))
  })

  test(`a request that is too large for the receiver is split, ${protocol}`, async (t) => {
    const larger = { code: 8, message: 'Received message larger than max (20001 vs 20000)' }
    const { url, records } = await startReceiver(t, {
      protocol,
      answer: (_, size) => (size <= 20_000 ? {} : isGrpc ? larger : { code: 413 }),
    })
    const app = startSteps(t, { config: { handlers: [{ type: 'otlp', protocol, url }] } })
    await app.take('log', { count: 200, pad: 'x'.repeat(200) })
    await app.take('log', { count: 1, pad: 'x'.repeat(30_000) })
    await app.take('log', { count: 200, pad: 'x'.repeat(200) })
    await arrived(app)
    const { drops } = await app.take('stats')
    assert.equal(await app.end(), 0)
    assert.deepEqual(drops, { root: { info: 1 } })
    const seqs = records.map(({ attributes }) => attributes['logshare.seq'])
    const all = Array.from({ length: 401 }, (_, i) => i + 1)
    assert.deepEqual(
      seqs,
      all.filter((seq) => seq !== 201),
    )
  })
}

test('a child takes over after the root was killed, with the same service name', async (t) => {
  const told = new EventEmitter()
  const { url, records } = await startReceiver(t, {
    protocol: 'http/protobuf',
    answer: () => {
      setImmediate(() => told.emit('some'))
      return {}
    },
  })
  const { signal } = await run('otlp/dies.js', {
    env: { LOGSHARE_DIR: join(scratch(t), 'run') },
    config: { handlers: [{ type: 'otlp', url, delay: 0 }] },
  })
  assert.equal(signal, 'SIGKILL')
  const seqs = () => {
    const own = records.filter(({ attributes }) => attributes['logshare.source'] === 'fork#1')
    return new Set(own.map(({ attributes }) => attributes['logshare.seq']))
  }
  while (seqs().size < 200) await once(told, 'some', { signal: AbortSignal.timeout(20_000) })
  assert.deepEqual([...seqs()].sort((a, b) => a - b).at(-1), 200)
  assert.ok(records.every(({ resource }) => resource['service.name'] === 'dies'))
})

/** Resolves when the handlers keep no more records. @param {ReturnType<typeof startSteps>} app */
async function arrived(app) {
  do await app.take('flush')
  while ((await app.take('stats')).waiting > 0)
}
