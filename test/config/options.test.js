'use strict'
// Options: the accepted values, the defaults, and the exact error message for each wrong value.

const { test } = require('node:test')
const assert = require('node:assert/strict')
const { resolve } = require('node:path')
const { checkInputs } = require('../../dist/config/inputs.js')
const { ADAPTER_NAMES } = require('../../dist/adapters/table.js')
const options = require('../../dist/config/options.js')
const { parseDuration, parseSize } = require('../../dist/config/quantity.js')

const LEVELS = 'one of trace, debug, info, warn, error, fatal, silent'
const SIZE = 'a size such as "64m" or a number of bytes'
const TIME = 'a duration such as "20ms" or a number of milliseconds'
const TOP =
  'level, levels, adapters, handlers, relay, streams, lifecycle, programs, overflow, order, queue, redact, fields, hostname, metrics, inputs'

/** @param {unknown} given @param {string} [directory] */
const checkOptions = (given, directory) => options.checkOptions(given, ADAPTER_NAMES, directory)
/** @param {object} handler */
const handlers = (handler) => ({ handlers: [handler] })
/** @param {object} rotate */
const rotated = (rotate) => handlers({ type: 'file', path: 'a', rotate })

test('fills in every default', () => {
  assert.deepEqual(checkOptions({}), {
    level: 'info',
    levels: {},
    adapters: ADAPTER_NAMES,
    handlers: [],
    relay: true,
    streams: { stdout: 'info', stderr: 'warn' },
    lifecycle: false,
    programs: false,
    overflow: { policy: 'block', limit: 64 * 2 ** 20, wait: 5000 },
    order: { window: 20 },
    queue: 'ring',
    redact: [],
    fields: {},
  })
  assert.deepEqual(checkOptions(handlers({ type: 'console' })).handlers, [
    { type: 'console', stream: 'stdout', format: 'auto' },
  ])
  assert.deepEqual(checkOptions(handlers({ type: 'file', path: 'x.log' }), '/base').handlers, [
    { type: 'file', path: resolve('/base/x.log'), format: 'json' },
  ])
  assert.deepEqual(checkOptions(handlers({ type: 'file', path: '/x.log' })).handlers, [
    { type: 'file', path: '/x.log', format: 'json' },
  ])
})

test('the app of an otlp handler defaults to the name of the script', () => {
  const script = process.argv[1]
  const all = {
    type: 'otlp',
    url: 'http://localhost:4318',
    protocol: 'grpc',
    headers: { 'x-key': 'k' },
    resource: { 'service.name': 's' },
    app: 'a',
    timeout: '3s',
    delay: 0,
  }
  try {
    for (const [path, app] of [
      ['/srv/shop.server.js', 'shop.server'],
      ['/srv/shop', 'shop'],
      ['', 'node'],
    ]) {
      process.argv[1] = path
      assert.deepEqual(checkOptions(handlers({ type: 'otlp' })).handlers, [{ type: 'otlp', app }])
    }
    assert.deepEqual(checkOptions(handlers(all)).handlers, [{ ...all, timeout: 3000 }])
  } finally {
    process.argv[1] = script
  }
})

test('accepts every option', () => {
  const common = { level: 'warn', names: ['a', 'b.*'] }
  const rotate = { size: '10m', interval: '1d', keep: 5, compress: true }
  const settings = checkOptions({
    level: 'silent',
    levels: { db: 'debug', 'db.pool': 'trace', __proto__: null },
    adapters: ['console', 'pino'],
    handlers: [
      { type: 'file', path: '/a', format: 'pretty', rotate, ...common },
      { type: 'console', stream: 'stderr', format: 'json', ...common },
      { type: 'relay', ...common }, // accepted, without an effect
    ],
    relay: false,
    streams: { stdout: 'debug', stderr: 'silent' },
    lifecycle: true,
    programs: true,
    overflow: { policy: 'drop', limit: '1k', wait: '1s' },
    order: { window: 0 },
    queue: 'file',
    fields: { service: 'api' },
    hostname: 'box',
    redact: ['password', '*.token', 'a["b-c"].d'],
  })
  assert.deepEqual(settings, {
    level: 'silent',
    levels: { db: 'debug', 'db.pool': 'trace' },
    adapters: ['console', 'pino'],
    handlers: [
      {
        type: 'file',
        path: '/a',
        format: 'pretty',
        rotate: { size: 10 * 2 ** 20, interval: 86_400_000, keep: 5, compress: true },
        ...common,
      },
      { type: 'console', stream: 'stderr', format: 'json', ...common },
    ],
    relay: false,
    streams: { stdout: 'debug', stderr: 'silent' },
    lifecycle: true,
    programs: true,
    overflow: { policy: 'drop', limit: 1024, wait: 1000 },
    order: { window: 0 },
    queue: 'file',
    fields: { hostname: 'box', service: 'api' },
    redact: ['password', '*.token', 'a["b-c"].d'],
  })
  assert.deepEqual(checkOptions({ adapters: false }).adapters, [])
  assert.deepEqual(checkOptions({ adapters: [] }).adapters, [])
  assert.deepEqual(checkOptions({ handlers: [] }).handlers, [])
  assert.equal(checkOptions({ level: undefined, overflow: undefined }).level, 'info')
})

const long = 'x'.repeat(100)
const cycle = {}
Object.assign(cycle, { cycle })

/** @type {[options: unknown, message: string][]} */
const REJECTED = [
  [undefined, 'options: expected an object, got undefined'],
  [null, 'options: expected an object, got null'],
  [[], 'options: expected an object, got [] (array)'],
  ['info', "options: expected an object, got 'info' (string)"],
  [() => {}, 'options: expected an object, got a function'],
  [{ lvl: 'info' }, `lvl: unknown option, expected one of ${TOP}; did you mean 'level'?`],
  [{ toString: 1 }, `toString: unknown option, expected one of ${TOP}`],
  [{ level: 'loud' }, `level: expected ${LEVELS}, got 'loud' (string)`],
  [{ level: 'loud' }, `level: expected ${LEVELS}, got 'loud' (string)`],
  [{ level: 'INFOS' }, `level: expected ${LEVELS}, got 'INFOS' (string); did you mean 'info'?`],
  [{ level: 30 }, `level: expected ${LEVELS}, got 30 (number)`],
  [{ level: null }, `level: expected ${LEVELS}, got null`],
  [{ level: 30n }, `level: expected ${LEVELS}, got 30 (bigint)`],
  [{ level: Symbol('l') }, `level: expected ${LEVELS}, got Symbol(l) (symbol)`],
  [{ level: long }, `level: expected ${LEVELS}, got '${long.slice(0, 57)}…' (string)`],
  [{ level: cycle }, `level: expected ${LEVELS}, got an object`],
  [{ lifecycle: 'yes' }, "lifecycle: expected true or false, got 'yes' (string)"],
  [{ levels: ['a'] }, 'levels: expected an object, got ["a"] (array)'],
  [{ levels: { 'a.b': 'x' } }, `levels['a.b']: expected ${LEVELS}, got 'x' (string)`],
  [{ streams: 'info' }, "streams: expected an object, got 'info' (string)"],
  [{ streams: { stdout: 'loud' } }, `streams.stdout: expected ${LEVELS}, got 'loud' (string)`],
  [{ adapters: true }, 'adapters: expected an array of adapter names or false, got true (boolean)'],
  [
    { adapters: 'console' },
    "adapters: expected an array of adapter names or false, got 'console' (string)",
  ],
  [
    { adapters: ['console', 'log5js'] },
    `adapters[1]: expected one of ${ADAPTER_NAMES.join(', ')}, got 'log5js' (string); did you mean 'log4js'?`,
  ],
  [{ programs: 'python3' }, "programs: expected true or false, got 'python3' (string)"],
  [{ handlers: { type: 'relay' } }, 'handlers: expected an array, got {"type":"relay"} (object)'],
  [{ handlers: ['relay'] }, "handlers[0]: expected an object, got 'relay' (string)"],
  [
    handlers({}),
    'handlers[0].type: expected one of file, console, relay, socket, syslog, otlp, jetstream, module, pino, got undefined',
  ],
  [
    { handlers: [{ type: 'relay' }, { type: 'files' }] },
    "handlers[1].type: expected one of file, console, relay, socket, syslog, otlp, jetstream, module, pino, got 'files' (string); did you mean 'file'?",
  ],
  [handlers({ type: 'file' }), 'handlers[0].path: expected a non-empty string, got undefined'],
  [
    handlers({ type: 'file', path: '' }),
    "handlers[0].path: expected a non-empty string, got '' (string)",
  ],
  [
    handlers({ type: 'file', path: 'a', format: 'auto' }),
    "handlers[0].format: expected one of json, pretty, datadog, ecs, gelf, google, got 'auto' (string)",
  ],
  [
    handlers({ type: 'file', path: 'a', stream: 'stdout' }),
    'handlers[0].stream: unknown option, expected one of type, level, names, sources, lib, rate, sample, path, format, messageKey, levelKey, timestampKey, levels, time, rotate, sync, reopen',
  ],
  [
    handlers({ type: 'console', stream: 'out' }),
    "handlers[0].stream: expected one of stdout, stderr, got 'out' (string); did you mean 'stdout'?",
  ],
  [
    handlers({ type: 'console', format: 'text' }),
    "handlers[0].format: expected one of auto, json, pretty, raw, datadog, ecs, gelf, google, got 'text' (string)",
  ],
  [
    handlers({ type: 'console', path: 'a' }),
    'handlers[0].path: unknown option, expected one of type, level, names, sources, lib, rate, sample, stream, format, messageKey, levelKey, timestampKey, levels, time, clock, fold, stderr',
  ],
  [
    handlers({ type: 'relay', format: 'json' }),
    'handlers[0].format: unknown option, expected one of type, level, names, sources, lib, rate, sample',
  ],
  [
    handlers({ type: 'relay', level: 'no' }),
    `handlers[0].level: expected ${LEVELS}, got 'no' (string)`,
  ],
  [
    handlers({ type: 'relay', names: 'a' }),
    "handlers[0].names: expected an array, got 'a' (string)",
  ],
  [
    handlers({ type: 'relay', names: ['a', 1] }),
    'handlers[0].names[1]: expected a non-empty string, got 1 (number)',
  ],
  [rotated([]), 'handlers[0].rotate: expected an object, got [] (array)'],
  [
    rotated({ keep: 5 }),
    "handlers[0].rotate: expected an object with 'size' or 'interval', got {\"keep\":5} (object)",
  ],
  [
    rotated({ size: '10m', keepp: 5 }),
    "handlers[0].rotate.keepp: unknown option, expected one of size, interval, utc, keep, compress, pattern; did you mean 'keep'?",
  ],
  [rotated({ size: '10x' }), `handlers[0].rotate.size: expected ${SIZE}, got '10x' (string)`],
  [
    rotated({ interval: 'day' }),
    `handlers[0].rotate.interval: expected ${TIME}, got 'day' (string)`,
  ],
  [
    rotated({ size: 1, keep: 0 }),
    'handlers[0].rotate.keep: expected an integer of 1 or more, got 0 (number)',
  ],
  [
    rotated({ size: 1, keep: '5' }),
    "handlers[0].rotate.keep: expected an integer of 1 or more, got '5' (string)",
  ],
  [
    rotated({ size: 0 }),
    'handlers[0].rotate.size: expected a size of at least 1 byte, got 0 (number)',
  ],
  [
    rotated({ size: 1, keep: {} }),
    "handlers[0].rotate.keep: expected an object with 'count', 'age' or 'total', got {} (object)",
  ],
  [
    rotated({ size: 1, keep: { days: 1 } }),
    'handlers[0].rotate.keep.days: unknown option, expected one of count, age, total',
  ],
  [
    rotated({ size: 1, keep: { age: 'old' } }),
    `handlers[0].rotate.keep.age: expected ${TIME}, got 'old' (string)`,
  ],
  [
    rotated({ size: 1, utc: 'yes' }),
    "handlers[0].rotate.utc: expected true or false, got 'yes' (string)",
  ],
  [
    handlers({ type: 'file', path: 'a', sync: true }),
    'handlers[0].sync: expected one of never, interval, error, got true (boolean)',
  ],
  [
    handlers({ type: 'file', path: 'a', reopen: 'SIGKILL' }),
    "handlers[0].reopen: expected one of SIGHUP, SIGUSR1, SIGUSR2, got 'SIGKILL' (string)",
  ],
  [
    rotated({ size: 1, compress: 'yes' }),
    "handlers[0].rotate.compress: expected true or false, got 'yes' (string)",
  ],
  [{ overflow: 'drop' }, "overflow: expected an object, got 'drop' (string)"],
  [{ overflow: { max: 1 } }, 'overflow.max: unknown option, expected one of policy, limit, wait'],
  [
    { overflow: { policy: 'wait' } },
    "overflow.policy: expected one of block, drop, got 'wait' (string)",
  ],
  [{ overflow: { limit: -1 } }, `overflow.limit: expected ${SIZE}, got -1 (number)`],
  [{ overflow: { wait: 'long' } }, `overflow.wait: expected ${TIME}, got 'long' (string)`],
  [{ order: 20 }, 'order: expected an object, got 20 (number)'],
  [{ order: { size: 1 } }, 'order.size: unknown option, expected one of window'],
  [{ order: { window: Number.NaN } }, `order.window: expected ${TIME}, got NaN (number)`],
  [{ queue: 'pipe' }, "queue: expected one of ring, file, got 'pipe' (string)"],
  [{ redact: 'password' }, "redact: expected an array, got 'password' (string)"],
  [{ inputs: {} }, 'inputs: expected an array, got {} (object)'],
  [
    { inputs: [{ type: 'gelf' }] },
    "inputs[0].type: expected one of syslog, ndjson, jetstream, got 'gelf' (string)",
  ],
  [
    { inputs: [{ type: 'syslog', address: 'udp://127.0.0.1' }] },
    "inputs[0].address: expected udp://host:port, tcp://host:port or unix:/path, got 'udp://127.0.0.1' (string)",
  ],
  [
    { inputs: [{ type: 'ndjson', address: 'tcp://0.0.0.0:5170' }] },
    `inputs[0].address: expected a loopback address, or "open": true in the same input, got 'tcp://0.0.0.0:5170' (string)`,
  ],
  [
    { inputs: [{ type: 'jetstream', address: 'x' }] },
    'inputs[0].address: unknown option, expected one of type, servers, stream, durable, subject, user, password, token',
  ],
  [{ redact: ['a', ''] }, "redact[1]: expected a non-empty string, got '' (string)"],
]

for (const [options, message] of REJECTED) {
  test(`rejects: ${message}`, () => {
    assert.throws(() => checkOptions(options), {
      name: 'LogshareError',
      code: 'LOGSHARE_ERR_OPTION',
      message,
    })
  })
}

for (const interval of ['500ms', '8d', '36h', '1.5s']) {
  test(`rejects the interval ${interval}`, () => {
    const what = 'a duration from "1m" to "1w", in whole days from "1d" on'
    const message = `handlers[0].rotate.interval: expected ${what}, got '${interval}' (string)`
    assert.throws(() => checkOptions(rotated({ interval })), { message })
  })
}

for (const pattern of [
  '{name}{ext}',
  '{index}',
  'old/{name}.{index}',
  '{name}.{index}.{index}',
  '{name}.{index}.{i}',
]) {
  test(`rejects the pattern ${pattern}`, () => {
    const what =
      'a file name with one {name} and one {index}, and optionally one {date} and one {ext}'
    const message = `handlers[0].rotate.pattern: expected ${what}, got '${pattern}' (string)`
    assert.throws(() => checkOptions(rotated({ size: 1, pattern })), { message })
  })
}

test('accepts inputs, which an application ignores', () => {
  const inputs = [
    { type: 'syslog', address: 'udp://[::1]:5514' },
    { type: 'syslog', address: 'tcp://0.0.0.0:5514', open: true },
    { type: 'ndjson', address: 'unix:/run/app/log' },
    { type: 'jetstream', servers: ['127.0.0.1:4222'], stream: 'LOGS', durable: 'one' },
  ]
  assert.deepEqual(checkInputs(inputs, 'inputs'), inputs)
  assert.deepEqual(checkOptions({ inputs }), checkOptions({}))
})

test('rejects a redaction path that does not parse', () => {
  assert.throws(() => checkOptions({ redact: ['a[', 'b'] }), {
    code: 'LOGSHARE_ERR_OPTION',
    message: /^redact: .+/,
  })
})

test('parses sizes', () => {
  /** @type {[unknown, number][]} */
  const sizes = [
    [0, 0],
    [1.5, 1.5],
    ['7', 7],
    ['7b', 7],
    ['1k', 1024],
    ['1K', 1024],
    ['1.5m', 1.5 * 2 ** 20],
    [' 2 g ', 2 * 2 ** 30],
  ]
  for (const [value, bytes] of sizes) assert.equal(parseSize(value, 'o'), bytes)
})

test('parses durations', () => {
  /** @type {[unknown, number][]} */
  const times = [
    [0, 0],
    ['250', 250],
    ['20ms', 20],
    ['1.5s', 1500],
    ['2m', 120_000],
    ['1h', 3_600_000],
    ['1d', 86_400_000],
    ['1w', 604_800_000],
    ['10 minutes', 600_000],
    ['2 Days', 172_800_000],
    ['hourly', 3_600_000],
    ['Daily', 86_400_000],
    ['weekly', 604_800_000],
  ]
  for (const [value, milliseconds] of times) assert.equal(parseDuration(value, 'o'), milliseconds)
})

test('rejects what is neither a size nor a duration', () => {
  const wrong = [
    '',
    'k',
    '-1k',
    '1e3',
    '1kbit',
    '1 fortnight',
    '1 k b',
    '0x10',
    '1constructor',
    'Infinity',
    true,
    null,
    {},
    [],
    1n,
  ]
  for (const value of [...wrong, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
    const place = {
      code: 'LOGSHARE_ERR_OPTION',
      message: /^o\.p: expected a (size|duration) such as/,
    }
    assert.throws(() => parseSize(value, 'o.p'), place)
    assert.throws(() => parseDuration(value, 'o.p'), place)
  }
})
