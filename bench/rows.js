'use strict'
// Rows: what the benchmark compares, and the goal of each.

/**
 * Without `children` it is measured from the start to the end (begin.js).
 * @typedef {{ library: string, child?: 'fork' | 'thread', children?: number, shape?: string, share?: number,
 *   isLong?: boolean, does?: string, isFile?: boolean, handlers?: string[] }} Variant
 */

const forks = (library, children, more = {}) => ({ library, child: 'fork', children, ...more })
const threads = (library, children, more = {}) => ({ library, child: 'thread', children, ...more })

/** Of all producers together. */
const FEW = 100

/**
 * `share`: of the records that a variant logs, where it is slow. `isLong`: only with `--long`. `isOnce`: in the first round
 * only. @type {Record<string, Variant>} */
const VARIANTS = {
  'logshare 1 fork': forks('logshare', 1),
  'logshare 4 forks': forks('logshare', 4),
  'logshare 64 forks': forks('logshare', 64),
  'logshare 64 forks, long': forks('logshare', 64, { share: 16, isLong: true }),
  'logshare 1 thread': threads('logshare', 1),
  'logshare 4 threads': threads('logshare', 4),
  'logshare few': forks('logshare', 1, { share: 1 / 50 }),
  'logshare many': forks('logshare', 1, { share: 2 }),
  'logshare most': forks('logshare', 1, { share: 20, isLong: true }),
  'logshare 16 forks': forks('logshare', 16),
  'latency few': { kind: 'latency', children: 4, rate: FEW / 4 },
  'latency unordered': { kind: 'latency', children: 4, rate: FEW / 4, window: 0 },
  'latency full': { kind: 'latency', children: 4 },
  merge: { kind: 'merge', isOnce: true },
  'pino 1 fork': forks('pino', 1),
  'pino 64 forks': forks('pino', 64, { share: 1 / 16 }),
  'pino 4 forks': forks('pino', 4),
  'pino 1 thread': threads('pino', 1),
  'pino transport 4 threads': threads('pino transport', 4, { share: 1 / 5 }),
  'winston 4 forks': forks('winston', 4, { share: 1 / 10 }),
  'bunyan 4 forks': forks('bunyan', 4, { share: 1 / 10 }),
  'log4js 4 forks': forks('log4js', 4, { share: 1 / 20 }),
  'rsyslog 4 forks': forks('rsyslog', 4, { share: 1 / 10 }),
  'blocks 4 forks': forks('blocks', 4),
  'bare print': forks('print', 1),
  'logshare print': forks('print', 1, { handlers: [] }),
  'logshare print, console': forks('print', 1, { handlers: ['console'] }),
  'logshare print, file': forks('print', 1, { handlers: ['file'] }),
  'python 4 forks': forks('python', 4, { share: 1 / 25 }),
  ...shaped('error', 1 / 10),
  ...shaped('fields', 1 / 2),
  ...shaped('kilobyte', 1 / 5),
  ...begun('program', {}),
  ...begun('fork', { child: 'fork' }),
  ...begun('fork, a record', { child: 'fork', does: 'record' }, true),
  ...begun('thread', { child: 'thread' }),
  ...begun('thread, a record', { child: 'thread', does: 'record' }, true),
  ...begun('idle fork', { child: 'fork', does: 'idle' }, true),
}

function begun(name, variant, isFile = false) {
  return {
    [`logshare: ${name}`]: { library: 'logshare', ...variant, isFile },
    [`bare: ${name}`]: { library: 'bare', ...variant },
  }
}

function shaped(shape, share) {
  return {
    [`logshare ${shape}`]: forks('logshare', 1, { shape, share }),
    [`pino ${shape}`]: forks('pino', 1, { shape, share }),
  }
}

const rate = (ours, peer) => ours.rate / peer.rate
const caller = (ours, peer) => ours.caller / peer.caller
const cost = (ours, peer) => (ours.caller + ours.root) / (peer.caller + peer.root)
const tree = (ours, peer) => ours.cpu / peer.cpu

/** `value` gets what was measured of `ours` and `peer`; microseconds, records per second. */
const ROWS = [
  row('records/s, 4 forks, beside pino', 'logshare 4 forks', 'pino 4 forks', rate, '≥ 3'),
  row('CPU of the tree, 4 forks, beside pino', 'logshare 4 forks', 'pino 4 forks', tree, '≤ 0.3'),
  row('records/s, 1 fork, beside pino', 'logshare 1 fork', 'pino 1 fork', rate, '≥ 3'),
  row(
    'records/s, 4 threads, beside pino transports',
    'logshare 4 threads',
    'pino transport 4 threads',
    rate,
    '≥ 6',
  ),
  row('CPU of the caller, fork, beside pino', 'logshare 1 fork', 'pino 1 fork', caller, '≤ 0.25'),
  row(
    'CPU of the caller, 4 forks, beside pino',
    'logshare 4 forks',
    'pino 4 forks',
    caller,
    '≤ 0.25',
  ),
  row(
    'CPU of the caller, thread, beside pino',
    'logshare 1 thread',
    'pino 1 thread',
    caller,
    '≤ 0.25',
  ),
  row('CPU of the caller, an error, beside pino', 'logshare error', 'pino error', caller, '≤ 0.5'),
  row(
    'CPU of the caller, 5 fields, beside pino',
    'logshare fields',
    'pino fields',
    caller,
    '≤ 0.5',
  ),
  row(
    'CPU of the caller, 1 KB, beside pino',
    'logshare kilobyte',
    'pino kilobyte',
    caller,
    '≤ 0.5',
  ),
  prints('', ', no handler'),
  prints(', console', ', a console handler'),
  prints(', file', ', a file handler'),
  row(
    'CPU of the root, µs a record, 4 forks',
    'logshare 4 forks',
    undefined,
    ({ root }) => root,
    '≤ 0.25',
  ),
  row('records/s, 64 forks, beside 4', 'logshare 64 forks', 'logshare 4 forks', rate, '≥ 0.9'),
  row(
    'records/s, 64 forks, each as many, beside 4',
    'logshare 64 forks, long',
    'logshare 4 forks',
    rate,
    '≥ 0.9',
  ),
  row(
    'records/s, 4 forks, beside large writes',
    'logshare 4 forks',
    'blocks 4 forks',
    rate,
    '≥ 0.3',
  ),
  row(
    'records/s, 4 forks, beside Python’s QueueListener',
    'logshare 4 forks',
    'python 4 forks',
    rate,
    '≥ 100',
  ),
  row(
    'records/s, 4 forks, beside log4js cluster',
    'logshare 4 forks',
    'log4js 4 forks',
    rate,
    '≥ 5',
  ),
  row('records/s, 4 forks, beside winston', 'logshare 4 forks', 'winston 4 forks', rate, '≥ 5'),
  row('records/s, 4 forks, beside bunyan', 'logshare 4 forks', 'bunyan 4 forks', rate, '≥ 5'),
  row('records/s, 4 forks, beside rsyslog', 'logshare 4 forks', 'rsyslog 4 forks', rate, '≥ 5'),
  row('CPU a record, 100 times as many', 'logshare many', 'logshare few', cost, '≤ 1.2'),
  row('CPU a record, 1000 times as many', 'logshare most', 'logshare few', cost, '≤ 1.2'),
  row('CPU a record, 16 forks, beside 1', 'logshare 16 forks', 'logshare 1 fork', cost, '≤ 1.2'),
  row('CPU a record, 64 forks, beside 1', 'logshare 64 forks', 'logshare 1 fork', cost, '≤ 1.2'),
  row(
    'latency, ms, p99, idle, beyond the order window of 20',
    'latency few',
    undefined,
    ({ p99 }) => p99 - 20,
    '≤ 5',
  ),
  row(
    'latency, ms, p99, idle, without order window',
    'latency unordered',
    undefined,
    ({ p99 }) => p99,
    '≤ 5',
  ),
  row('latency, ms, p99, full load', 'latency full', undefined, ({ p99 }) => p99, '≤ 50'),
  row(
    `CPU of the root, ms a second, ${FEW} records a second`,
    'latency few',
    undefined,
    ({ root }) => root,
    '≤ 10',
  ),
  row(
    'logshare merge, beside sort -m',
    'merge',
    undefined,
    ({ speeds }) => speeds['logshare merge'] / speeds['sort -m, text'],
    '≥ 0.6',
  ),
  begins('ms of node -e 0, more than bare', 'program', over('wall'), '≤ 5'),
  begins('CPU of the first fork, beside bare', 'fork', tree, '≤ 1.25'),
  begins('CPU of the first fork, a record into a file', 'fork, a record', tree, '≤ 1.25'),
  begins('CPU of the first Worker, beside bare', 'thread', tree, '≤ 1.25'),
  begins('CPU of the first Worker, a record into a file', 'thread, a record', tree, '≤ 1.25'),
  begins('ms until the first fork returns, more than bare', 'fork', over('returned'), '≤ 15'),
  begins('MB of an idle fork, more than bare', 'idle fork', over('memory'), '≤ 2'),
  row(
    'MB of the root, 64 forks, more than with pino',
    'logshare 64 forks',
    'pino 64 forks',
    over('memory'),
    '≤ 64',
  ),
]

function over(key) {
  return (ours, peer) => ours[key] - peer[key]
}

function prints(variant, what) {
  const name = `CPU of the caller, process.stdout.write${what}, beside bare`
  return row(name, `logshare print${variant}`, 'bare print', caller, '≤ 0.6')
}

function begins(what, name, value, goal) {
  return row(`start: ${what}`, `logshare: ${name}`, `bare: ${name}`, value, goal)
}

function row(what, ours, peer, value, goal) {
  return { what, ours, peer, value, goal }
}

module.exports = { ROWS, VARIANTS }
