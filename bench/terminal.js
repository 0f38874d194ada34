'use strict'
// Shows the same records as logshare, pino-pretty and consola do, each on a terminal of 100 columns.
//
//   node bench/terminal.js [logshare|pino-pretty|consola]

const { spawnSync } = require('node:child_process')
const { join } = require('node:path')

const [way, isInner] = process.argv.slice(2)
const WAYS = ['logshare', 'pino-pretty', 'consola']

/** Level, message, fields: of two producers in turn. @returns {[string, string, object][]} */
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

function inner() {
  if (way === 'consola') {
    const { createConsola } = require('consola')
    const log = createConsola({ level: 5 })
    for (const tag of ['api', 'worker']) {
      for (const [level, text, fields] of records()) log.withTag(tag)[level](text, fields)
    }
    return
  }
  const names = ['api', 'worker']
  const pretty = require('pino-pretty')
  const log =
    way === 'logshare'
      ? require('../dist/index.js').getLogger('app')
      : require('pino')({ level: 'trace' }, pretty({ sync: true, colorize: true }))
  for (const name of names) {
    for (const [level, text, fields] of records()) log.child({ part: name })[level](fields, text)
  }
}

function show(name) {
  const node = `'${process.execPath}'`
  const script = `'${__filename}'`
  const line = {
    logshare: `${node} -r '${join(__dirname, '../register.js')}' ${script} logshare inner`,
  }[name]
  const command = `stty cols 100 rows 50; ${line ?? `${node} ${script} ${name} inner`}`
  const config = {
    level: 'trace',
    adapters: false,
    handlers: [{ type: 'console', format: 'pretty' }],
  }
  const env = { ...process.env, TERM: 'xterm-256color', LOGSHARE_CONFIG: JSON.stringify(config) }
  console.log(`\n===== ${name}`)
  spawnSync('script', ['-qec', command, '/dev/null'], { stdio: 'inherit', env })
}

if (isInner) inner()
else for (const name of way ? [way] : WAYS) show(name)
