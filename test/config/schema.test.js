'use strict'
// Schema: docs/schema.json accepts and rejects what the code accepts and rejects.

const { test } = require('node:test')
const assert = require('node:assert/strict')
const { default: Ajv } = require('ajv')
const { ADAPTER_NAMES } = require('../../dist/adapters/table.js')
const { checkOptions, OPTION_NAMES } = require('../../dist/config/options.js')
const schema = require('../../docs/schema.json')

const validate = new Ajv({ strict: true, strictTypes: false, strictRequired: false }).compile(
  schema,
)

/** @param {unknown} options */
function isAccepted(options) {
  try {
    checkOptions(options, ADAPTER_NAMES)
    return true
  } catch {
    return false
  }
}

/** Values of every kind, put in the place of each member. */
const VALUES = [
  null,
  true,
  false,
  0,
  1,
  0.5,
  -1,
  3,
  '',
  'x',
  'info',
  'WARN',
  'warning',
  'silent',
  'off',
  '10m',
  '64 MiB',
  '20ms',
  '5s',
  '10 minutes',
  'daily',
  'daily2',
  'json',
  'pretty',
  'raw',
  'auto',
  'stdout',
  'stderr',
  'drop',
  'block',
  'ring',
  'file',
  'never',
  'error',
  'SIGHUP',
  'rfc3164',
  'local0',
  'grpc',
  'ecs',
  'relative',
  'words',
  'iso',
  'https://a.b/c',
  'tcp://a:1',
  'unix:/a',
  [],
  ['a'],
  [''],
  [1],
  ['pino'],
  {},
  { a: 'info' },
  { a: 1 },
  { size: 1 },
  { interval: 'daily' },
  { count: 1 },
  { age: '1d' },
  { limit: 1 },
  { limit: 0 },
  { debug: 0.5 },
  { debug: 2 },
  { ca: 'a' },
  { unknown: 1 },
]

const FILTER = { level: 0, names: 0, sources: 0, lib: 0, rate: 0, sample: 0 }
const KEYS = { messageKey: 0, levelKey: 0, timestampKey: 0, levels: 0, time: 0 }
const TLS = { ca: 0, cert: 0, key: 0, servername: 0, rejectUnauthorized: 0 }

/** Objects that are valid, and the members to vary in each: the given ones and those named. */
const PLACES = [
  {
    build: (/** @type {object} */ o) => o,
    base: {},
    members: OPTION_NAMES.filter((name) => name !== 'inputs'),
  },
  {
    build: (/** @type {object} */ o) => ({ overflow: o }),
    base: {},
    members: ['policy', 'limit', 'wait', 'other'],
  },
  {
    build: (/** @type {object} */ o) => ({ metrics: o }),
    base: {},
    members: ['port', 'host', 'other'],
  },
  { build: (/** @type {object} */ o) => ({ order: o }), base: {}, members: ['window'] },
  { build: (/** @type {object} */ o) => ({ streams: o }), base: {}, members: ['stdout', 'stderr'] },
  ...Object.entries({
    file: [
      { path: 'a' },
      { ...FILTER, ...KEYS, path: 0, format: 0, rotate: 0, sync: 0, reopen: 0 },
    ],
    console: [{}, { ...FILTER, ...KEYS, clock: 0, fold: 0, stream: 0, format: 0, stderr: 0 }],
    relay: [{}, FILTER],
    socket: [{ address: 'tcp://a:1' }, { ...FILTER, ...KEYS, format: 0, address: 0, tls: 0 }],
    syslog: [{}, { ...FILTER, address: 0, tls: 0, format: 0, facility: 0, app: 0 }],
    otlp: [
      {},
      { ...FILTER, url: 0, protocol: 0, headers: 0, resource: 0, app: 0, timeout: 0, delay: 0 },
    ],
    jetstream: [
      {},
      {
        ...FILTER,
        servers: 0,
        stream: 0,
        replicas: 0,
        prefix: 0,
        app: 0,
        user: 0,
        password: 0,
        token: 0,
        tls: 0,
      },
    ],
    module: [{ module: 'a' }, { ...FILTER, module: 0, options: 0 }],
    pino: [{ target: 'a' }, { ...FILTER, target: 0, options: 0 }],
  }).map(([type, [base, members]]) => ({
    build: (/** @type {object} */ o) => ({ handlers: [o] }),
    base: { type, ...base },
    members: [...Object.keys(members), 'type', 'other'],
  })),
  {
    build: (/** @type {object} */ rotate) => ({ handlers: [{ type: 'file', path: 'a', rotate }] }),
    base: { size: 1 },
    members: ['size', 'utc', 'keep', 'compress'],
  },
  {
    build: (/** @type {object} */ o) => ({ handlers: [o] }),
    base: { type: 'console', levels: 'words' },
    members: ['format', 'time'],
  },
  {
    build: (/** @type {object} */ tls) => ({ handlers: [{ type: 'syslog', tls }] }),
    base: {},
    members: Object.keys(TLS),
  },
]

test('accepts a value of an option exactly where the code accepts it', () => {
  let accepted = 0
  for (const { build, base, members } of PLACES) {
    for (const member of members) {
      for (const value of VALUES) {
        const options = build({ ...base, [member]: value })
        const isValid = validate(options)
        assert.equal(isValid, isAccepted(options), JSON.stringify(options))
        if (isValid) accepted++
      }
    }
  }
  assert.ok(accepted > 500, `${accepted} accepted`)
})

test('knows all options, `$schema`, placeholders and sections by environment', () => {
  const { $schema, ...options } = schema.properties
  assert.equal($schema.type, 'string')
  assert.deepEqual(Object.keys(options), [...OPTION_NAMES])
  assert.ok(validate({ $schema: 'x', level: `$${'{LEVEL}'}`, production: { level: 'warn' } }))
  assert.ok(!validate({ production: { levels: 1 } }))
})

test('explains every option where editors look: on the option, and nothing in what it refers to', () => {
  /** @type {string[]} */
  const missing = []
  /** @param {any} part @param {string} place */
  const walk = (part, place) => {
    if (typeof part !== 'object' || part === null) return
    for (const [name, option] of Object.entries(part.properties ?? {})) {
      // A condition repeats an option, without its explanation.
      const isCondition = /\/(?:if|then|else)$/.test(place) && !option.type && !option.anyOf
      if (!option.description && !option.$ref && !isCondition) missing.push(`${place}/${name}`)
    }
    for (const { $ref } of part.allOf ?? []) {
      // Editors show the innermost of several.
      const target = $ref && schema.definitions[$ref.split('/').pop()]
      if (target?.description) missing.push(`${place} → ${$ref}`)
    }
    for (const [name, inner] of Object.entries(part)) walk(inner, `${place}/${name}`)
  }
  walk(schema, '')
  assert.deepEqual(missing, [])
})
