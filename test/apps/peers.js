// Peers: frameworks that take a logger of pino's shape, each as a small server that was given one of ours.

const { existsSync } = require('node:fs')
const { isDeepStrictEqual } = require('node:util')
const { join } = require('node:path')
const { execute, findFaults } = require('./execute.js')
const { audit } = require('../helpers/delivery.js')
const { readLog, ROOT } = require('../helpers/run.js')

const LOG = 'app.log'
const SECRET = 'hidden'
/** What an error and a request are in a record. */
const ERR = (/** @type {any} */ { err }) => [err?.type, err?.message, /\n +at /.test(err?.stack)]
const FAILED = ['Error', 'it failed', true]

/**
 * What each has to be in the log: the messages, and what is picked of the records with one of them.
 * @type {Record<string, { messages: readonly string[], picks?: readonly Pick[], hides?: boolean }>}
 * @typedef {[message: string, pick: (record: any) => unknown, values: readonly unknown[]]} Pick
 */
const EXPECTED = {
  'pino-http': {
    messages: [
      ...['[web] handling', '[web] request completed'],
      ...['[web] handling', '[web] request errored'],
      ...['[web] handling', '[web] request completed'],
    ],
    hides: true,
    picks: [
      [
        '[web] handling',
        ({ level, query, customer }) => [level, query, customer].join(' '),
        ['20 /HELLO 6', '20 /FAILS 6', '20 /ASSIGNED?PASSWORD=HIDDEN 25'],
      ],
      [
        '[web] handling',
        ({ req }) => [req.id, req.headers.cookie],
        [1, 2, 3].map((id) => [id, '[REDACTED]']),
      ],
      ['[web] request errored', ({ level, res }) => [level, res.statusCode], [[55, 500]]],
      ['[web] request errored', ERR, [FAILED]],
    ],
  },
  koa: {
    messages: [
      ...['handling', 'request completed'],
      ...['handling', 'it failed', 'request errored'],
      ...['handling', 'request completed'],
    ],
    picks: [
      [
        'handling',
        ({ reqId, req, url }) => [reqId, req, url],
        [
          [1, undefined, '/hello'],
          [2, undefined, '/fails'],
          [3, undefined, '/assigned?password=hidden'],
        ],
      ],
      ['it failed', ERR, [FAILED]],
      [
        'request completed',
        ({ req, res }) => [req.method, res.statusCode],
        [
          ['GET', 200],
          ['GET', 200],
        ],
      ],
    ],
  },
  fastify: {
    messages: [
      ...['[web] incoming request', '[web] handling', '[web] request completed'],
      ...['[web] incoming request', '[web] it failed', '[web] request completed'],
      ...['[web] incoming request', '[web] handling', '[web] request completed'],
    ],
    picks: [
      [
        '[web] handling',
        ({ level, reqId, assigned }) => [level, reqId, assigned],
        [
          [10, 'req-1', undefined],
          [30, 'req-3', 'by setBindings'],
        ],
      ],
      ['[web] it failed', ERR, [FAILED]],
      ['[web] request completed', ({ res }) => res, [{ code: 200 }, { code: 500 }, { code: 200 }]],
    ],
  },
  nest: {
    messages: [
      ...['handling', 'handled', 'request completed'],
      ...['handling', 'it failed', 'request errored'],
      ...['handling', 'handled', 'request completed'],
    ],
    picks: [
      [
        'handled',
        ({ customer, assigned, context }) => [customer, assigned, context],
        [
          [7, undefined, 'Hello'],
          [7, 'by setBindings', 'Hello'],
        ],
      ],
      ['it failed', ERR, [FAILED]],
      ['request errored', ERR, [FAILED]],
      [
        'request completed',
        ({ assigned, res }) => [assigned, res.statusCode],
        [
          [undefined, 200],
          ['by setBindings', 200],
        ],
      ],
      ['Nest application successfully started', ({ context }) => context, ['NestApplication']],
    ],
  },
  apollo: {
    messages: ['request', 'handling', 'request', 'request', 'handling'],
    picks: [
      ['handling', ({ url }) => url, ['/hello', '/assigned?password=hidden']],
      ['request', ({ query }) => query, ['{ hello }', '{ fails }', '{ hello }']],
    ],
  },
  hono: {
    messages: [
      ...['handling', 'Request completed'],
      ...['handling', 'it failed'],
      ...['handling', 'Request completed'],
    ],
    picks: [
      [
        'handling',
        ({ assigned, url }) => [assigned, url],
        [
          [undefined, '/hello'],
          [undefined, '/fails'],
          ['by setBindings', '/assigned'],
        ],
      ],
      ['it failed', ({ level, reqId, res }) => [level, reqId, res.status], [[50, 2, 500]]],
    ],
  },
}

const PEERS = Object.keys(EXPECTED).map((name) => ({
  name: `${name}, our logger`,
  folder: 'peers',
  program: 'main.js',
  args: [name],
  tasks: 3,
  libs: {},
  sources: /^root$/,
  ways: /** @type {const} */ (['-r']),
  env: { PACKAGE: ROOT },
  runner: /** @type {const} */ ('peers'),
}))

/** @param {string} folder @param {import('./specs.js').Spec} spec */
async function* runPeer(folder, spec) {
  const began = Date.now()
  const handlers = [{ type: 'file', path: LOG }]
  const ended = await execute(folder, spec, { way: '-r', config: { handlers } })
  const [name] = spec.args ?? []
  const faults = findFaults(ended)
  if (ended.code !== 0) faults.push(`ended with ${ended.code}: ${ended.stderr.slice(0, 800)}`)
  if (ended.result !== '{"statuses":[200,500,200],"error":null}')
    faults.push(`result: ${ended.result}`)
  const path = join(ended.cwd, LOG)
  faults.push(
    ...(existsSync(path) ? check(readLog(path), EXPECTED[String(name)]) : ['there is no log']),
  )
  ended.remove()
  yield/** @type {const} */ (['file handler', faults, began])
}

/** @param {readonly any[]} records @param {typeof EXPECTED[string]} expected */
function check(records, { messages, picks = [], hides = false }) {
  const faults = []
  const { lost, doubled, disordered } = audit(records)
  if (lost + doubled + disordered > 0)
    faults.push(`${lost} lost, ${doubled} doubled, ${disordered} out of order`)
  const other = records.find((record) => record.name !== 'http' || record.lib !== undefined)
  if (other) faults.push(`not of our logger: ${JSON.stringify(other).slice(0, 300)}`)
  const known = new Set(messages)
  compare(
    faults,
    'messages',
    records.map(({ msg }) => msg).filter((msg) => known.has(msg)),
    messages,
  )
  for (const [message, pick, values] of picks) {
    compare(faults, `of ${message}`, records.filter(({ msg }) => msg === message).map(pick), values)
  }
  if (hides && JSON.stringify(records).replaceAll(`password=${SECRET}`, '').includes(SECRET))
    faults.push('a secret is in the log')
  return faults
}

/** @param {string[]} faults @param {string} what @param {unknown} actual @param {unknown} expected */
function compare(faults, what, actual, expected) {
  if (isDeepStrictEqual(actual, expected)) return
  faults.push(
    `${what}: ${JSON.stringify(actual)}, expected ${JSON.stringify(expected)}`.slice(0, 600),
  )
}

module.exports = { PEERS, runPeer }
