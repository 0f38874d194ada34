'use strict'
// What a killed application has left, when its log's disk is full or its receiver away: kept, said, and written later once.

const assert = require('node:assert/strict')
const { spawn } = require('node:child_process')
const { mkdirSync, readdirSync, rmSync } = require('node:fs')
const { createServer } = require('node:net')
const { join } = require('node:path')
const { it } = require('node:test')
const { assertDelivered } = require('../helpers/delivery')
const { fill, mountSmall } = require('../helpers/disk')
const { command, startOrphans } = require('../helpers/orphans')
const { cleanEnv, collect, FIXTURES, readLines, REGISTER, run, scratch } = require('../helpers/run')

/** Many records that are only in the queues: the listener stands still. @param {any} app */
async function kill(app) {
  await app.fallBehind(8000)
  app.killAll()
  await app.ended()
}

it('recover keeps what a full disk does not take, says so, and writes it later exactly once', async (t) => {
  const disk = mountSmall(t, '16m')
  const app = await startOrphans(t, {
    children: 3,
    records: 1e6,
    log: join(disk, 'app.log'),
    wait: '500ms',
  })
  await kill(app)
  fill(join(disk, 'filler'))
  for (let nth = 0; nth < 2; nth++) {
    const { code, stderr } = await command(['recover', app.directory])
    assert.equal(code, 1, stderr)
    assert.match(stderr, /ENOSPC/)
    assert.match(
      stderr,
      /run: not all records could be written, the rest is kept \(LOGSHARE_ERR_HANDLER\)\n$/,
    )
    assert.ok(app.left().some((name) => name.endsWith('.q')))
  }
  rmSync(join(disk, 'filler'))
  const { code, stderr } = await command(['recover', app.directory])
  assert.deepEqual([code, /: \d+ records recovered\n$/.test(stderr)], [0, true], stderr)
  app.assertComplete()
  assert.deepEqual(app.left(), [])
})

it('recover keeps what a log that cannot be opened does not take', async (t) => {
  const folder = join(scratch(t), 'logs')
  const app = await startOrphans(t, { children: 1, records: 1e6, log: join(folder, 'app.log') })
  await kill(app)
  rmSync(folder, { recursive: true })
  mkdirSync(join(folder, 'app.log'), { recursive: true })
  const { code, stderr } = await command(['recover', app.directory])
  assert.equal(code, 1)
  assert.match(stderr, /^logshare: .*run: file handler: EISDIR.*\(LOGSHARE_ERR_HANDLER\)\n$/)
  assert.ok(app.left().some((name) => name.endsWith('.q')))
  rmSync(folder, { recursive: true })
  assert.equal((await command(['recover', app.directory])).code, 0)
  assert.deepEqual(app.left(), [])
})

it('the next start keeps what a full disk does not take, and the one after it writes it', async (t) => {
  const disk = mountSmall(t, '16m')
  const log = join(disk, 'app.log')
  const app = await startOrphans(t, {
    children: 3,
    records: 1e6,
    isDefault: true,
    log,
    wait: '500ms',
  })
  await kill(app)
  const [left] = readdirSync(app.place)
  fill(join(disk, 'filler'))
  const config = { handlers: [{ type: 'file', path: log }], overflow: { wait: '500ms' } }
  const env = { XDG_RUNTIME_DIR: app.base }
  const full = await run('death/next.js', { env, config })
  assert.equal(full.code, 0)
  assert.match(
    full.stderr,
    /that could not be written are kept for `logshare recover` in .* \(LOGSHARE_WARN_HANDLER\)\n/,
  )
  assert.deepEqual(readdirSync(app.place), [left])
  rmSync(join(disk, 'filler'))
  const { code, stderr } = await run('death/next.js', { env, config })
  assert.deepEqual([code, stderr], [0, ''])
  app.assertComplete()
  assert.deepEqual(readdirSync(app.place), [])
})

it('the next start writes what is left as soon as the disk has room again', async (t) => {
  const disk = mountSmall(t, '16m')
  const log = join(disk, 'app.log')
  const options = { children: 3, records: 1e6, isDefault: true, log, wait: '20s' }
  const app = await startOrphans(t, options)
  await kill(app)
  fill(join(disk, 'filler'))
  const config = { handlers: [{ type: 'file', path: log }], overflow: { wait: '20s' } }
  const env = cleanEnv({ XDG_RUNTIME_DIR: app.base, LOGSHARE_CONFIG: JSON.stringify(config) })
  const args = ['-r', REGISTER, join(FIXTURES, 'death/next.js')]
  const next = spawn(process.execPath, args, { env, stdio: 'pipe' })
  next.stderr.once('data', () => rmSync(join(disk, 'filler')))
  const { code, stderr } = await collect(next, { limit: 30_000 })
  assert.match(stderr, /^logshare: file .*: ENOSPC.*\n$/)
  assert.equal(code, 0, stderr)
  app.assertComplete()
  assert.deepEqual(readdirSync(app.place), [])
})

for (const type of ['socket', 'syslog', 'otlp', 'jetstream']) {
  it(`recover keeps what a receiver that is away does not take: ${type}`, async (t) => {
    const port = await freePort()
    const app = await startOrphans(t, {
      children: 2,
      records: 3000,
      handlers: [handlerOf(type, port)],
      wait: '500ms',
    })
    app.killAll()
    await app.ended()
    const { code, stderr } = await command(['recover', app.directory])
    assert.equal(code, 1, stderr)
    assert.match(
      stderr,
      /run: not all records could be written, the rest is kept \(LOGSHARE_ERR_HANDLER\)\n$/,
    )
    assert.ok(
      app.left().some((name) => name.endsWith('.q')),
      'kept',
    )
    if (type !== 'socket') return
    const received = await receive(t, port)
    const again = await command(['recover', app.directory])
    assert.equal(again.code, 0, again.stderr)
    assert.deepEqual(app.left(), [])
    const records = readLines(received()).filter(({ name }) => name === 'orphan')
    assertDelivered(records)
    app.assertCounts(records)
  })
}

/** @param {string} type @param {number} port */
function handlerOf(type, port) {
  const at = `127.0.0.1:${port}`
  if (type === 'otlp') return { type, url: `http://${at}/v1/logs` }
  if (type === 'jetstream') return { type, servers: [at] }
  return { type, address: `tcp://${at}` }
}

/** @returns {Promise<number>} */
function freePort() {
  return new Promise((done) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = /** @type {import('node:net').AddressInfo} */ (server.address())
      server.close(() => done(port))
    })
  })
}

/** @param {{ after(fn: () => void): void }} t @param {number} port @returns {Promise<() => string>} */
function receive(t, port) {
  let text = ''
  const server = createServer({ allowHalfOpen: false }, (socket) => {
    socket.setEncoding('utf8').on('data', (part) => (text += part))
  })
  t.after(() => server.close())
  return new Promise((done) => server.listen(port, '127.0.0.1', () => done(() => text)))
}
