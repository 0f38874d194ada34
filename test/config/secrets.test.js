'use strict'
// Secrets: passwords and headers of handlers are in no error, warning, debug output or file that others may read.

const assert = require('node:assert/strict')
const { join } = require('node:path')
const { it } = require('node:test')
const { loadSettings } = require('../../dist/config/config.js')
const { checkOptions } = require('../../dist/config/options.js')
const { withoutCredentials } = require('../../dist/core/notice.js')
const { FIXTURES, run, scratch } = require('../helpers/run.js')

const S = 'S3CRET'
const NUMBER = 31415926

/** @param {object} handler */
const handlers = (handler) => ({ handlers: [handler] })

/** @type {[name: string, options: object][]} */
const WRONG = [
  ['no port', handlers({ type: 'socket', address: `tcp://u:${S}@h` })],
  ['a wrong scheme', handlers({ type: 'syslog', address: `nats://u:${S}@h:1` })],
  ['a slash in the password', handlers({ type: 'syslog', address: `tcp://u:a/${S}@h:1` })],
  ['a wrong URL', handlers({ type: 'otlp', url: `ftp://u:${S}@h/?key=${S}` })],
  ['a header', handlers({ type: 'otlp', headers: { authorization: NUMBER } })],
  ['headers in a list', handlers({ type: 'otlp', headers: [S] })],
  ['a password', handlers({ type: 'jetstream', password: NUMBER })],
  ['a token', handlers({ type: 'jetstream', token: [S] })],
  ['servers', handlers({ type: 'jetstream', servers: { a: S } })],
  ['handlers', { handlers: { type: 'otlp', headers: { authorization: S }, password: NUMBER } }],
  ['an unknown option', handlers({ type: 'module', module: 'm', options: S, other: S })],
  ['an input', { inputs: [{ type: 'jetstream', servers: [`u:${S}@h:1`], password: NUMBER }] }],
  ['the address of an input', { inputs: [{ type: 'syslog', address: `udp://u:${S}@0.0.0.0:1` }] }],
]

for (const [name, options] of WRONG) {
  it(`an error about ${name}`, () => {
    assert.throws(
      () => checkOptions(options, []),
      ({ code, message }) =>
        code === 'LOGSHARE_ERR_OPTION' && !message.includes(S) && !message.includes(NUMBER),
    )
  })
}

const BROKEN = [
  `{"password":"${S}" "b":1}`,
  `{"password":${S}}`,
  `{"a":"${S}`,
  `["${S}"]`,
  `{\n"a": ${S},\n}`,
]

for (const text of BROKEN) {
  it(`an error about LOGSHARE_CONFIG=${text.replace(S, '…')}`, () => {
    assert.throws(
      () => loadSettings(undefined, [], { LOGSHARE_CONFIG: text }),
      (error) =>
        require('node:util').inspect(error).includes('LOGSHARE_ERR_CONFIG') &&
        !require('node:util').inspect(error).includes(S),
    )
  })
}

it('what is no address stays as it is', () => {
  const texts = [
    'file /var/log/a@b.log',
    'unix:/run/a@1.sock',
    'file:///opt/a@1/b',
    'a@b.c',
    'http://h/a@b',
    'worker#1: x',
  ]
  for (const text of texts) assert.equal(withoutCredentials(text), text)
})

it('warnings, debug output, ps, and files that others may read, of handlers that fail', async (t) => {
  const directory = join(scratch(t), 'run')
  const address = `tcp://user:${S}@127.0.0.1:1`
  const config = {
    overflow: { wait: 50 },
    handlers: [
      { type: 'socket', address },
      { type: 'syslog', address },
      {
        type: 'otlp',
        url: `http://user:${S}@127.0.0.1:1/?key=${S}`,
        headers: { authorization: S },
      },
      {
        type: 'jetstream',
        servers: [`nats://user:${S}@127.0.0.1:1`, `user:${S}@127.0.0.1:2`],
        user: 'u',
        password: S,
      },
      { type: 'module', module: join(FIXTURES, 'redact/broken.js'), options: { key: S } },
    ],
  }
  const env = { DEBUG: 'logshare*', LOGSHARE_DIR: directory }
  const { stdout, stderr } = await run('redact/logs.js', { config, env })
  for (const label of ['socket tcp://', 'syslog tcp://', 'otlp', 'jetstream', 'broken.js'])
    assert.ok(stderr.includes(label), `${label}: ${stderr}`)
  assert.ok(!(stdout + stderr).includes(S), stdout + stderr)
  const { open, names, ps } = JSON.parse(stdout)
  assert.deepEqual(open, [])
  assert.ok(
    names.includes('config.json') &&
      ps.every((/** @type {string} */ text) => text.includes('fork#1')),
  )
})

/** @type {[name: string, handler: object][]} */
const UNOPENED = [
  ['tls.ca', { type: 'socket', address: `tls://u:${S}@127.0.0.1:1`, tls: { ca: '/none' } }],
  ['none.js', { type: 'module', module: join(FIXTURES, 'none.js'), options: { key: S } }],
]

for (const [name, handler] of UNOPENED) {
  it(`the error of a handler that cannot be opened: ${name}`, async () => {
    const { stdout, stderr } = await run('redact/logs.js', { config: handlers(handler) })
    assert.ok(stderr.includes(name) && !(stdout + stderr).includes(S), stderr)
  })
}
