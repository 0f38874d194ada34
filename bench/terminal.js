'use strict'
// Shows the same records of two processes as logshare, pino-pretty, consola, and concurrently with pino-pretty do, each on a
// terminal of 100 columns.
//
//   node bench/terminal.js [logshare|pino-pretty|consola|concurrently]

const { fork, spawnSync } = require('node:child_process')
const { dirname, join } = require('node:path')
const { installPeers, requirePeer } = require('./peers.js')

const [way, producer] = process.argv.slice(2)
const WAYS = ['logshare', 'pino-pretty', 'consola', 'concurrently']
const NAMES = ['api', 'worker']

/** Level, message, fields. @returns {[string, string, object][]} */
function records() {
  const cause = Object.assign(new Error('connect ECONNREFUSED'), {
    code: 'ECONNREFUSED',
    port: 5432,
  })
  const error = new Error('query failed', { cause })
  const long = 'a long text that does not fit in one line of the terminal '.repeat(4)
  return [
    ['info', 'listening', { port: 3000, host: '0.0.0.0' }],
    ['debug', 'cache warmed', { entries: 4211 }],
    ['trace', 'tick', {}],
    ['warn', 'slow query', { ms: 1840, sql: 'select * from orders where customer = $1' }],
    ['error', 'request failed', { err: error, requestId: 'a81f' }],
    [
      'fatal',
      'giving up',
      { err: new AggregateError([error, new TypeError('no port')], 'all failed') },
    ],
    [
      'info',
      long,
      { user: { id: 7, roles: ['admin', 'ops'], address: { city: 'Zürich', zip: '8001' } } },
    ],
    ['info', '日本語のログメッセージ 🎉', { 名前: '太郎' }],
    ...Array(4).fill(['warn', 'retrying', { host: 'db1' }]),
    ['info', 'two\nlines', {}],
    [
      'info',
      'many fields',
      Object.fromEntries([...'abcdefgh'].map((key) => [key, key.repeat(18)])),
    ],
  ]
}

/** What one producer logs. @param {string} name */
function log(name) {
  const as = way === 'concurrently' ? 'pino-pretty' : way
  if (as === 'consola') {
    const { createConsola } = require('consola')
    const logger = createConsola({ level: 5 }).withTag(name)
    for (const [level, text, fields] of records()) logger[level](text, fields)
    return
  }
  const pretty = require('pino-pretty')
  const logger =
    as === 'logshare'
      ? require('../dist/index.js').getLogger(name)
      : require('pino')({ level: 'trace', name }, pretty({ sync: true, colorize: true }))
  for (const [level, text, fields] of records()) logger[level](fields, text)
}

/** Both producers, one after the other, each in a process of its own. */
function startAll() {
  const [name, ...left] = NAMES
  const start = (each, others) => {
    if (!each) return
    fork(__filename, [way, each]).on('exit', () => start(others[0], others.slice(1)))
  }
  start(name, left)
}

/** @param {string} name */
function show(name) {
  const quoted = (/** @type {string[]} */ words) => words.map((word) => `'${word}'`).join(' ')
  const node = [process.execPath]
  const register = ['-r', join(__dirname, '../register.js')]
  const line = {
    logshare: quoted([...node, ...register, __filename, name, 'all']),
    concurrently: quoted([
      ...node,
      join(dirname(requirePeer.resolve('concurrently/package.json')), 'dist/bin/concurrently.js'),
      '--names',
      NAMES.join(','),
      '--prefix-colors',
      'auto',
      ...NAMES.map((each) => `${process.execPath} ${__filename} ${name} ${each}`),
    ]),
  }[name]
  const command = `stty cols 100 rows 50; ${line ?? quoted([...node, __filename, name, 'all'])}`
  const config = {
    level: 'trace',
    adapters: false,
    handlers: [{ type: 'console', format: 'pretty' }],
  }
  const env = { ...process.env, TERM: 'xterm-256color', LOGSHARE_CONFIG: JSON.stringify(config) }
  console.log(`\n===== ${name}`)
  spawnSync('script', ['-qec', command, '/dev/null'], { stdio: 'inherit', env })
}

if (producer === 'all') startAll()
else if (producer) log(producer)
else {
  installPeers()
  for (const name of way ? [way] : WAYS) show(name)
}
