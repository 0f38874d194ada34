'use strict'
// The inputs of `logshare collect`, fed by programs without logshare.

const assert = require('node:assert/strict')
const { spawn } = require('node:child_process')
const { createServer } = require('node:net')
const { join } = require('node:path')
const { it } = require('node:test')
const { countLines, startCollector, until } = require('../helpers/collector')
const { needPrograms } = require('../helpers/programs')
const { collect, readLog, scratch } = require('../helpers/run')

const IS_LINUX = process.platform === 'linux'
if (IS_LINUX) needPrograms({ logger: 'bsdutils', python3: 'python3' })

it('takes messages of logger(1) over UDP, TCP and a Unix socket, in both formats', {
  skip: !IS_LINUX,
}, async (t) => {
  const { port, socket, stop } = await start(t)
  const network = ['-n', '127.0.0.1', '-P', String(port)]
  const before = Date.now()
  for (const [...args] of [
    ['-d', '-p', 'local3.err', '-t', 'new', '--id=77', 'over udp'],
    ['-d', '--rfc3164', '-t', 'old', '--id=78', 'over udp: old'],
    ['-T', '-p', 'crit', '-t', 'lf', 'one', 'line'],
    [
      '-T',
      '-p',
      'debug',
      '-t',
      'oct',
      '--octet-count',
      '--sd-id',
      'x@1',
      '--sd-param',
      'k="v\\"w"',
      'counted',
    ],
  ]) {
    await program('logger', [...network, ...args])
  }
  await program('logger', ['-u', socket, '--socket-errors=on', '-t', 'local', '-p', 'warning', 'ä'])
  await program('logger', [...network, '-T', '-t', 'many'], '1\n2\n3\n')
  const log = await stop(8)
  const parts = log.map(({ level, source, pid, msg, time, ...rest }) => {
    assert.ok(Math.abs(time - before) < 60_000, String(time))
    return [source, level, pid, msg, rest.facility]
  })
  assert.deepEqual(parts.sort(), [
    ['syslog/lf', 60, 0, 'one line', 'user'],
    ['syslog/local', 40, 0, 'ä', 'user'],
    ['syslog/many', 30, 0, '1', 'user'],
    ['syslog/many', 30, 0, '2', 'user'],
    ['syslog/many', 30, 0, '3', 'user'],
    ['syslog/new', 50, 77, 'over udp', 'local3'],
    ['syslog/oct', 20, 0, 'counted', 'user'],
    ['syslog/old', 30, 78, 'over udp: old', 'user'],
  ])
  const counted = log.find(({ msg }) => msg === 'counted')
  assert.deepEqual([counted?.name, counted?.['x@1']], ['oct', { k: 'v"w' }])
})

it("takes messages of Python's SysLogHandler over UDP, TCP and a Unix socket", {
  skip: !IS_LINUX,
}, async (t) => {
  const { port, socket, stop } = await start(t)
  const script = `
import logging, logging.handlers as h, socket, sys
for where in (dict(address=('127.0.0.1', ${port})),
              dict(address=('127.0.0.1', ${port}), socktype=socket.SOCK_STREAM),
              dict(address='${socket}')):
    handler = h.SysLogHandler(**where)
    log = logging.getLogger('x')
    log.handlers = [handler]
    log.setLevel('DEBUG')
    log.debug('plain text')
    handler.ident = 'py[12]: '
    log.critical('two\\nlines')
    log.warning('last')
    handler.close()
`
  await program('python3', ['-c', script])
  const log = await stop(9)
  const parts = log.map(({ level, name, pid, msg }) => [level, name, pid, msg]).sort()
  const thrice = (/** @type {unknown} */ part) => [part, part, part]
  assert.deepEqual(parts, [
    ...thrice([20, 'syslog', 0, 'plain text']),
    ...thrice([40, 'py', 12, 'last']),
    ...thrice([60, 'py', 12, 'two\nlines']),
  ])
})

it('takes JSON lines from a shell and from other loggers, and text', async (t) => {
  const { ndjson, stop } = await start(t)
  const lines = [
    { level: 'warn', msg: 'words', x: 1, time: '2026-01-02T03:04:05.678Z' },
    { severity: 'ERROR', message: 'other names', logger: 'shop', ts: 1767323045.5 },
    { level: 50, time: 1767323045500, pid: 7, hostname: 'h', msg: 'pino', err: { type: 'E' } },
  ].map((line) => JSON.stringify(line))
  const ours =
    '{"level":40,"time":1767323045500.125,"pid":9,"tid":2,"source":"root","seq":3,"name":"db","msg":"ours"}'
  const script =
    'exec 3<>/dev/tcp/127.0.0.1/$0; for line; do echo "$line" >&3; done; printf "no end" >&3'
  await program('bash', ['-c', script, String(ndjson), ...lines, ours, 'text', '[1]'])
  const log = await stop(7)
  assert.deepEqual(
    log.map(({ level, name, msg }) => [level, name, msg]),
    [
      [40, 'ndjson', 'words'],
      [50, 'shop', 'other names'],
      [50, 'ndjson', 'pino'],
      [40, 'db', 'ours'],
      [30, 'ndjson', 'text'],
      [30, 'ndjson', '[1]'],
      [30, 'ndjson', 'no end'],
    ],
  )
  assert.deepEqual(
    log.slice(0, 3).map(({ time, seq, pid, x, err }) => [time, seq, pid === 7, x, err]),
    [
      [1767323045678, 1, false, 1, undefined],
      [1767323045500, 2, false, undefined, undefined],
      [1767323045500, 3, true, undefined, { type: 'E' }],
    ],
  )
  assert.equal(JSON.stringify(log[3]), ours.replace('"root"', '"ndjson/root"'))
})

it('replaces what `redact` names, in messages and lines of all inputs', async (t) => {
  const { port, ndjson, stop } = await start(t, { redact: ['password', '*.password', 'name'] })
  const send = (/** @type {number} */ to, /** @type {string} */ text) =>
    program('bash', ['-c', 'printf %s "$1" >/dev/tcp/127.0.0.1/$0', String(to), text])
  await send(port, '<13>1 - - app - - [a@1 password="S3CRET"] said {"password":"S3CRET"}')
  await send(ndjson, '{"msg":"m","password":"S3CRET","name":"S3CRET","a":{"password":"S3CRET"}}')
  const log = await stop(2)
  assert.ok(!JSON.stringify(log).includes('S3CRET'))
  assert.deepEqual(log.map(({ source }) => source).sort(), ['ndjson', 'syslog/app'])
})

it('numbers continue and no received record is lost when the collector is killed', async (t) => {
  const { path, ndjson, collector, restart } = await start(t)
  const shell = (/** @type {number} */ from) =>
    program('bash', [
      '-c',
      `exec 3<>/dev/tcp/127.0.0.1/${ndjson}; for i in $(seq ${from} ${from + 1999}); do echo "{\\"msg\\":\\"$i\\"}" >&3; done`,
    ])
  await shell(1)
  await until(() => countLines(path) === 2000, '2000 records')
  await collector.end('SIGKILL')
  const next = await restart()
  await shell(2001)
  const log = await next(4000)
  assert.deepEqual(
    log.map(({ seq, msg }) => `${seq} ${msg}`),
    Array.from({ length: 4000 }, (_, i) => `${i + 1} ${i + 1}`),
  )
})

it('bytes that are not messages close only their own connection', async (t) => {
  const { port, ndjson, collector, stop } = await start(t)
  const send = (/** @type {number} */ to, /** @type {string} */ bytes) =>
    program('bash', ['-c', `exec 3<>/dev/tcp/127.0.0.1/${to}; ${bytes} >&3 2>/dev/null || true`])
  await send(port, "printf '<999>1 - - \\0 \\377\\n<13>1 - - - - - [a b\\n<\\n\\n'")
  await send(ndjson, 'head -c 3000000 /dev/zero')
  await send(ndjson, 'echo \'{"msg":"after"}\'')
  const log = await stop(2)
  assert.ok(log.some(({ msg }) => msg === 'after'))
  assert.match(collector.output.stderr, /a message of more than 1048576 bytes .*_DROPPED\)/)
})

/** @param {string} file @param {string[]} args @param {string} [input] */
async function program(file, args, input) {
  const child = spawn(file, args, { stdio: 'pipe' })
  const { code, stderr } = await collect(child, { limit: 30_000, ...(input && { input }) })
  assert.equal(code, 0, stderr)
}

/** Starts a collector with all inputs. @param {{ after(fn: () => void): void }} t @param {object} [more] */
async function start(t, more = {}) {
  const folder = scratch(t)
  const path = join(folder, 'all.log')
  const socket = join(folder, 'log')
  const port = await freePort()
  const ndjson = await freePort()
  const inputs = [
    ...['udp', 'tcp'].map((each) => ({ type: 'syslog', address: `${each}://127.0.0.1:${port}` })),
    { type: 'ndjson', address: `tcp://127.0.0.1:${ndjson}` },
  ]
  const config = { handlers: [{ type: 'file', path }], inputs, order: { window: 0 }, ...more }
  const options = {
    directory: join(folder, 'run'),
    config,
    args: ['--input', `syslog+unix:${socket}`],
  }
  const collector = await startCollector(t, options)
  const stopOf = (/** @type {typeof collector} */ each) => async (/** @type {number} */ count) => {
    await until(() => countLines(path) >= count, `${count} records`)
    assert.equal(await each.end(), 0)
    return /** @type {any[]} */ (readLog(path))
  }
  const restart = async () => stopOf(await startCollector(t, options))
  return { path, socket, port, ndjson, collector, stop: stopOf(collector), restart }
}

/** A free TCP port, whose UDP port is most likely free, too. @returns {Promise<number>} */
function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = /** @type {import('node:net').AddressInfo} */ (server.address())
      server.close(() => resolve(port))
    })
  })
}
