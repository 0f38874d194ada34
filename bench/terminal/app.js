'use strict'
// Application: a process for each of two producers, which log the same records by the library that is asked for. It runs from
// a folder of its own with the peers beside it, so that its frames are those of an application.
//
//   node app.js <way> [producer]
//
// LOGSHARE is the folder from which logshare comes.

const { fork } = require('node:child_process')

const NAMES = ['api', 'worker']
const { LOGSHARE = '' } = process.env
const [way, producer] = process.argv.slice(2)

Error.stackTraceLimit = 4

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

/** The logger of a producer: `(level, text, fields)`. @param {string} name */
function loggerOf(name) {
  if (way === 'consola') {
    const logger = require('consola').createConsola({ level: 5 }).withTag(name)
    return (level, text, fields) => logger[level](text, fields)
  }
  const pretty = () => require('pino-pretty')({ sync: true, colorize: true })
  const logger =
    way === 'logshare'
      ? require(LOGSHARE).getLogger(name)
      : require('pino')({ level: 'trace', name }, pretty())
  return (level, text, fields) => logger[level](fields, text)
}

/** One producer after the other, each in a process of its own. @param {string[]} names */
function startAll([name, ...others]) {
  if (name) fork(__filename, [way, name]).on('exit', () => startAll(others))
}

if (producer) {
  const log = loggerOf(producer)
  for (const record of records()) log(...record)
} else startAll(NAMES)
