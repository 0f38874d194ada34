'use strict'
// Redact: no handler gets a secret, whichever library, thread or place it comes from.

const assert = require('node:assert/strict')
const { once } = require('node:events')
const { readFileSync } = require('node:fs')
const http = require('node:http')
const net = require('node:net')
const { join } = require('node:path')
const { it } = require('node:test')
const { FIXTURES, readLog, run, scratch } = require('../../helpers/run.js')

const SECRET = 'S3CRET'
const REDACT = [
  'password',
  'name',
  'pid',
  '*.password',
  '*.*.password',
  '*.*.*.password',
  'user.token',
  '*.user.token',
  '*.token',
  'list[*].token',
  'list[1][0]["token"]',
  '*.list[*].token',
  '*.list[*][*].token',
  'deep.a[0].password',
  'deep.a[*].user.token',
  'deep.a[*].list[*].token',
  'deep.a[*].list[*][*].token',
]
const LIBRARIES =
  'console stdout debuglog warning pino bunyan winston log4js tslog debug loglevel consola signale roarr logtape'.split(
    ' ',
  )

it('a secret in any place of any library is in no output of a handler, and objects stay as they are', async (t) => {
  const directory = scratch(t)
  const path = (/** @type {string} */ name) => join(directory, name)
  const syslog = await receive(t, (each) => net.createServer((socket) => socket.on('data', each)))
  const otlp = await receive(t, (each) =>
    http.createServer((request, response) => {
      request.on('data', each).on('end', () => response.end('{}'))
    }),
  )
  const module = join(FIXTURES, 'redact/handler.js')
  const config = {
    redact: REDACT,
    level: 'trace',
    handlers: [
      { type: 'file', path: path('json.out') },
      { type: 'file', path: path('pretty.out'), format: 'pretty' },
      { type: 'console', format: 'json' },
      { type: 'console', format: 'pretty', stream: 'stderr' },
      { type: 'syslog', address: `tcp://127.0.0.1:${syslog.port}` },
      { type: 'otlp', url: `http://127.0.0.1:${otlp.port}`, protocol: 'http/json', delay: 10 },
      { type: 'module', module, options: { path: path('module.out') } },
    ],
  }
  const env = { NODE_DEBUG: 'demo', ROARR_LOG: 'true' }
  const { code, stdout, stderr } = await run('redact/app.js', { config, env, cwd: directory })
  assert.equal(code, 0, stderr)
  const outputs = {
    stdout,
    stderr,
    syslog: syslog.text(),
    otlp: otlp.text(),
    json: readFileSync(path('json.out'), 'utf8'),
    pretty: readFileSync(path('pretty.out'), 'utf8'),
    module: readFileSync(path('module.out'), 'utf8'),
  }
  for (const [name, text] of Object.entries(outputs)) {
    const leak = text.indexOf(SECRET)
    assert.ok(leak < 0, `${name}: ${text.slice(Math.max(0, leak - 1500), leak + 100)}`)
    for (const lib of LIBRARIES)
      assert.ok(text.includes(lib) || /std|pretty/.test(name), `${name} ${lib}`)
    assert.ok(text.split('[REDACTED]').length > 200, name)
  }
  const records = readLog(path('json.out'))
  for (const lib of [undefined, ...LIBRARIES]) {
    const sources = records.filter(
      (each) => each.lib === lib && JSON.stringify(each).includes('[REDACTED]'),
    )
    assert.deepEqual(
      [...new Set(sources.map(({ source }) => source))].sort(),
      ['fork#1', 'root', 'worker#1'],
      lib,
    )
  }
  const last = records.filter(({ msg }) => msg === 'unchanged')
  assert.deepEqual(
    last.map(({ isSame }) => isSame),
    [true, true, true],
  )
  // A library's own destinations hold what the library was given, as without logshare.
  for (const name of ['pino.log', 'bunyan.log', 'winston.log', 'log4js.log']) {
    const own = readFileSync(path(name), 'utf8')
    assert.ok(own.includes(SECRET) && !own.includes('[REDACTED]'), name)
  }
})

/**
 * @param {{ after(fn: () => unknown): void }} t
 * @param {(each: (bytes: Buffer) => void) => net.Server} create
 */
async function receive(t, create) {
  let text = ''
  const server = create((bytes) => {
    text += bytes
  }).listen(0, '127.0.0.1')
  t.after(() => server.close())
  await once(server, 'listening')
  const { port } = /** @type {net.AddressInfo} */ (server.address())
  return { port, text: () => text }
}

it('an exception that is no error is recorded without its secret', async (t) => {
  const path = join(scratch(t), 'app.log')
  const config = { redact: ['password'], handlers: [{ type: 'file', path }] }
  const { stderr } = await run('redact/crash.js', { config })
  assert.ok(stderr.includes(SECRET), 'Node prints it itself')
  const [{ msg, lib }] = readLog(path)
  assert.equal(lib, 'crash')
  assert.equal(msg, "uncaughtException: { password: '[REDACTED]', user: { name: 'n' } }")
})
