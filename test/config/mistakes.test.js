'use strict'
// Mistakes: what people write wrong in a configuration, and the one line that tells them file, place and remedy.

const { test } = require('node:test')
const assert = require('node:assert/strict')
const { writeFileSync } = require('node:fs')
const { join } = require('node:path')
const { ADAPTER_NAMES } = require('../../dist/adapters/table.js')
const { loadSettings } = require('../../dist/config/config.js')
const { scratch } = require('../helpers/run.js')

const TOP =
  'level, levels, adapters, handlers, relay, streams, lifecycle, programs, overflow, order, queue, redact, fields, hostname, metrics, inputs'
const LEVELS = 'one of trace, debug, info, warn, error, fatal, silent'
const SIZE = 'a size such as "64m" or a number of bytes'
const TIME = 'a duration such as "20ms" or a number of milliseconds'
const FILTER = 'type, level, names, sources, lib, rate, sample'
const ROTATE = 'size, interval, utc, keep, compress, pattern'

/** @param {string} members */
const file = (members) =>
  `{\n "handlers": [\n  { "type": "file",\n    "path": "a.log",\n    ${members} } ] }`
/** @param {string} members */
const rotate = (members) => file(`"rotate": {\n ${members} }`)
/** @param {string} members */
const handler = (members) => `{ "handlers": [\n {\n ${members} } ] }`

/** The text of the file, the line that the message names, and the message. @type {[string, number | undefined, string][]} */
const MISTAKES = [
  // names
  [
    '{ "handler": [] }',
    1,
    `handler: unknown option, expected one of ${TOP}; did you mean 'handlers'?`,
  ],
  [
    '{\n"Level": "info" }',
    2,
    `Level: unknown option, expected one of ${TOP}; did you mean 'level'?`,
  ],
  [
    '{\n"redcat": [] }',
    2,
    `redcat: unknown option, expected one of ${TOP}; did you mean 'redact'?`,
  ],
  ['{ "transports": [] }', 1, `transports: unknown option, expected one of ${TOP}`],
  [
    '{ "overflow": {\n"polcy": "drop" } }',
    2,
    "overflow.polcy: unknown option, expected one of policy, limit, wait; did you mean 'policy'?",
  ],
  [
    '{ "order": { "windows": 3 } }',
    1,
    "order.windows: unknown option, expected one of window; did you mean 'window'?",
  ],
  [
    '{ "streams": { "stdin": "info" } }',
    1,
    'streams.stdin: unknown option, expected one of stdout, stderr',
  ],
  [
    file('"rotation": {}'),
    5,
    `handlers[0].rotation: unknown option, expected one of ${FILTER}, path, format, messageKey, levelKey, timestampKey, levels, time, rotate, sync, reopen; did you mean 'rotate'?`,
  ],
  [
    handler('"type": "file", "filename": "a.log"'),
    3,
    `handlers[0].filename: unknown option, expected one of ${FILTER}, path, format, messageKey, levelKey, timestampKey, levels, time, rotate, sync, reopen`,
  ],
  [
    rotate('"maxSize": "10m"'),
    6,
    `handlers[0].rotate.maxSize: unknown option, expected one of ${ROTATE}; did you mean 'size'?`,
  ],
  [
    rotate('"size": "10m",\n"kep": 3'),
    7,
    `handlers[0].rotate.kep: unknown option, expected one of ${ROTATE}; did you mean 'keep'?`,
  ],
  [
    rotate('"size": "10m", "gzip": true'),
    6,
    `handlers[0].rotate.gzip: unknown option, expected one of ${ROTATE}`,
  ],
  [
    handler('"type": "console", "strem": "stderr"'),
    3,
    `handlers[0].strem: unknown option, expected one of ${FILTER}, stream, format, messageKey, levelKey, timestampKey, levels, time, clock, fold, stderr; did you mean 'stream'?`,
  ],
  // types
  ['[]', 1, 'options: expected an object, got [] (array)'],
  ['null', 1, 'options: expected an object, got null'],
  [
    '{ "handlers": { "type": "file" } }',
    1,
    'handlers: expected an array, got {"type":"file"} (object)',
  ],
  ['{ "handlers": "app.log" }', 1, "handlers: expected an array, got 'app.log' (string)"],
  ['{ "handlers": ["file"] }', 1, "handlers[0]: expected an object, got 'file' (string)"],
  ['{ "relay": "no" }', 1, "relay: expected true or false, got 'no' (string)"],
  ['{ "lifecycle": 1 }', 1, 'lifecycle: expected true or false, got 1 (number)'],
  [
    '{ "metrics": { "port": 65536 } }',
    1,
    'metrics.port: expected a port from 0 to 65535, got 65536 (number)',
  ],
  ['{ "redact": "password" }', 1, "redact: expected an array, got 'password' (string)"],
  ['{ "levels": ["db"] }', 1, 'levels: expected an object, got ["db"] (array)'],
  [
    '{ "adapters": "pino" }',
    1,
    "adapters: expected an array of adapter names or false, got 'pino' (string)",
  ],
  [file('"names": "db"'), 5, "handlers[0].names: expected an array, got 'db' (string)"],
  [file('"rotate": "10m"'), 5, "handlers[0].rotate: expected an object, got '10m' (string)"],
  [
    file('"sample": { "debug": "1%" }'),
    5,
    "handlers[0].sample.debug: expected a number from 0 to 1, got '1%' (string)",
  ],
  [
    file('"sample": { "debug": 5 }'),
    5,
    'handlers[0].sample.debug: expected a number from 0 to 1, got 5 (number)',
  ],
  // levels
  ['{ "level": "verbos" }', 1, `level: expected ${LEVELS}, got 'verbos' (string)`],
  ['{ "level": 30 }', 1, `level: expected ${LEVELS}, got 30 (number)`],
  [
    '{ "level": "warnings" }',
    1,
    `level: expected ${LEVELS}, got 'warnings' (string); did you mean 'warn'?`,
  ],
  [
    '{ "levels": {\n"db": "debgu" } }',
    2,
    `levels['db']: expected ${LEVELS}, got 'debgu' (string); did you mean 'debug'?`,
  ],
  ['{ "levels": {\n"a.b": true } }', 2, `levels['a.b']: expected ${LEVELS}, got true (boolean)`],
  [file('"level": ""'), 5, `handlers[0].level: expected ${LEVELS}, got '' (string)`],
  [
    handler('"type": "console", "stderr": true'),
    3,
    `handlers[0].stderr: expected ${LEVELS}, got true (boolean)`,
  ],
  // units
  [
    rotate('"size": "10 mbit"'),
    6,
    `handlers[0].rotate.size: expected ${SIZE}, got '10 mbit' (string)`,
  ],
  [rotate('"size": "10,5m"'), 6, `handlers[0].rotate.size: expected ${SIZE}, got '10,5m' (string)`],
  [rotate('"size": "-1"'), 6, `handlers[0].rotate.size: expected ${SIZE}, got '-1' (string)`],
  [
    rotate('"size": 0'),
    6,
    'handlers[0].rotate.size: expected a size of at least 1 byte, got 0 (number)',
  ],
  [
    rotate('"interval": "monthly"'),
    6,
    `handlers[0].rotate.interval: expected ${TIME}, got 'monthly' (string)`,
  ],
  [
    rotate('"interval": "90h"'),
    6,
    `handlers[0].rotate.interval: expected a duration from "1m" to "1w", in whole days from "1d" on, got '90h' (string)`,
  ],
  [
    rotate('"interval": "YYYY-MM-DD"'),
    6,
    `handlers[0].rotate.interval: expected ${TIME}, got 'YYYY-MM-DD' (string)`,
  ],
  [
    rotate('"size": 1, "keep": "5"'),
    6,
    "handlers[0].rotate.keep: expected an integer of 1 or more, got '5' (string)",
  ],
  [
    rotate('"size": 1, "keep": "14d"'),
    6,
    "handlers[0].rotate.keep: expected an integer of 1 or more, got '14d' (string)",
  ],
  [
    rotate('"size": 1,\n"keep": { "days": 3 }'),
    7,
    'handlers[0].rotate.keep.days: unknown option, expected one of count, age, total',
  ],
  [
    '{ "overflow": { "wait": "5 parsecs" } }',
    1,
    `overflow.wait: expected ${TIME}, got '5 parsecs' (string)`,
  ],
  [
    file('"rate": { "limit": "100/s" }'),
    5,
    "handlers[0].rate.limit: expected an integer of 1 or more, got '100/s' (string)",
  ],
  [file('"rate": 100'), 5, 'handlers[0].rate: expected an object, got 100 (number)'],
  // files
  [handler('"type": "file"'), 2, 'handlers[0].path: expected a non-empty string, got undefined'],
  [
    handler('"type": "file", "path": ""'),
    3,
    "handlers[0].path: expected a non-empty string, got '' (string)",
  ],
  [
    handler('"type": "file", "path": "~/app.log"'),
    3,
    "handlers[0].path: expected a path without '~', which only a shell replaces, got '~/app.log' (string)",
  ],
  [
    '{ "handlers": [\n{ "type": "file", "path": "a.log" },\n{ "type": "file", "path": "./a.log" } ] }',
    3,
    "handlers[1].path: expected a file of its own, got that of handlers[0]: 'FOLDER/a.log'",
  ],
  [
    rotate('"size": 1, "pattern": "{name}-{date}.log"'),
    6,
    "handlers[0].rotate.pattern: expected a file name with one {name} and one {index}, and optionally one {date} and one {ext}, got '{name}-{date}.log' (string)",
  ],
  [
    handler('"type": "file", "path": "$' + '{NO_SUCH_PLACE}/a.log"'),
    3,
    'handlers[0].path: the environment variable NO_SUCH_PLACE is not set; $' +
      '{NO_SUCH_PLACE:-…} gives a default',
  ],
  [handler('"type": "file", "path": "$' + '{a b}"'), 3, ', got $' + '{a b} (write $$'],
  // formats and types
  [
    file('"format": "text"'),
    5,
    "handlers[0].format: expected one of json, pretty, datadog, ecs, gelf, google, got 'text' (string)",
  ],
  [
    file('"format": "prety"'),
    5,
    "handlers[0].format: expected one of json, pretty, datadog, ecs, gelf, google, got 'prety' (string); did you mean 'pretty'?",
  ],
  [
    file('"sync": true'),
    5,
    'handlers[0].sync: expected one of never, interval, error, got true (boolean)',
  ],
  [
    file('"reopen": "HUP"'),
    5,
    "handlers[0].reopen: expected one of SIGHUP, SIGUSR1, SIGUSR2, got 'HUP' (string); did you mean 'SIGHUP'?",
  ],
  [
    handler('"path": "a.log"'),
    2,
    'handlers[0].type: expected one of file, console, relay, socket, syslog, otlp, jetstream, module, pino, got undefined',
  ],
  [
    handler('"type": "stdout"'),
    3,
    "handlers[0].type: expected one of file, console, relay, socket, syslog, otlp, jetstream, module, pino, got 'stdout' (string)",
  ],
  [
    handler('"type": "console", "stream": 2'),
    3,
    'handlers[0].stream: expected one of stdout, stderr, got 2 (number)',
  ],
  [
    handler('"type": "syslog", "address": "127.0.0.1:514"'),
    3,
    "handlers[0].address: expected tcp://host:port, tls://host:port, udp://host:port or unix:/path, got '127.0.0.1:514' (string)",
  ],
  [handler('"type": "syslog", "facility": "locl0"'), 3, "did you mean 'local0'?"],
  [
    handler('"type": "otlp", "url": "localhost:4318"'),
    3,
    "handlers[0].url: expected an http or https URL, got 'localhost:4318' (string)",
  ],
  [
    handler('"type": "otlp", "protocol": "http"'),
    3,
    "handlers[0].protocol: expected one of http/protobuf, http/json, grpc, got 'http' (string)",
  ],
  [
    handler('"type": "jetstream", "servers": "127.0.0.1:4222"'),
    3,
    "handlers[0].servers: expected an array, got '127.0.0.1:4222' (string)",
  ],
  // environments
  ['{ "production": { "levle": "warn" } }', 1, `production.levle: unknown option`],
  [
    '{ "level": "info",\n"production": {\n"level": "lout" } }',
    3,
    `production.level: expected ${LEVELS}, got 'lout' (string)`,
  ],
  // JSON
  ['', undefined, 'expected JSON, got an empty file'],
  ['{\n "level": "info",\n}', 3, 'invalid JSON: '],
  ["{ 'level': 'info' }", 1, 'invalid JSON: '],
  ['{\n // comment\n}', 2, 'invalid JSON: '],
  ['{ "level": "info"', undefined, 'invalid JSON: '],
]

test(`${MISTAKES.length} mistakes: one line each, with file, line and remedy`, (t) => {
  assert.ok(MISTAKES.length >= 60)
  const path = join(scratch(t), 'logshare.config.json')
  const lines = MISTAKES.map(([text, line, message]) => {
    writeFileSync(path, text)
    const error = errorOf(path)
    const start = line === undefined ? path : `${path}:${line}: `
    assert.ok(error.startsWith(start), `${text}\n${error}`)
    assert.ok(error.includes(message.replace('FOLDER', join(path, '..'))), `${text}\n${error}`)
    assert.ok(!error.includes('\n'), error)
    return error
  })
  assert.equal(new Set(lines).size, MISTAKES.length)
})

/** @param {string} LOGSHARE_CONFIG */
function errorOf(LOGSHARE_CONFIG) {
  try {
    loadSettings(undefined, ADAPTER_NAMES, { LOGSHARE_CONFIG })
  } catch (error) {
    return /** @type {Error} */ (error).message
  }
  assert.fail('accepted')
}
