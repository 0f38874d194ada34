'use strict'
// Redact: unit tests of paths and of what they reach; test/adapters/kit/redact.test.js has the libraries and handlers.

const assert = require('node:assert/strict')
const { test } = require('node:test')
const { inspect } = require('node:util')
const { createRedact } = require('../../dist/core/redact.js')

const S = 'S3CRET'
const R = '[REDACTED]'

/** @param {string[]} paths */
function redactBy(...paths) {
  const redact = createRedact(paths)
  assert.ok(redact)
  return redact
}

/** @param {string[]} paths @param {string} json */
function fields(paths, json) {
  return JSON.parse(
    `{${redactBy(...paths)
      .fields(`,${json.slice(1, -1)}`)
      .slice(1)}}`,
  )
}

/** @type {[path: string, json: string, shown: string][]} */
const PATHS = [
  ['a', '{"a":1,"b":{"a":2}}', `{"a":"${R}","b":{"a":2}}`],
  ['a.b', '{"a":{"b":{"c":1},"d":2}}', `{"a":{"b":"${R}","d":2}}`],
  ['*.b', '{"a":{"b":1},"c":[1],"d":{"b":2}}', `{"a":{"b":"${R}"},"c":[1],"d":{"b":"${R}"}}`],
  ['a[0].b', '{"a":[{"b":1},{"b":2}]}', `{"a":[{"b":"${R}"},{"b":2}]}`],
  ['a[*].b', '{"a":[{"b":1},null,{"b":2}]}', `{"a":[{"b":"${R}"},null,{"b":"${R}"}]}`],
  ['a[*][*].b', '{"a":[[{"b":1}],[{"b":2}]]}', `{"a":[[{"b":"${R}"}],[{"b":"${R}"}]]}`],
  ['a.*', '{"a":{"b":1,"c":[2]}}', `{"a":{"b":"${R}","c":"${R}"}}`],
  ['a["b.c"].d', '{"a":{"b.c":{"d":1}}}', `{"a":{"b.c":{"d":"${R}"}}}`],
  ["['a-b']", '{"a-b":1,"a":2}', `{"a-b":"${R}","a":2}`],
  ['*.*.c', '{"a":{"b":{"c":1}}}', `{"a":{"b":{"c":"${R}"}}}`],
  ['__proto__.a', '{"__proto__":{"a":1},"b":2}', `{"__proto__":{"a":"${R}"},"b":2}`],
  [
    '*.a',
    '{"__proto__":{"a":1},"b":{"__proto__":{"a":2}}}',
    `{"__proto__":{"a":"${R}"},"b":{"__proto__":{"a":2}}}`,
  ],
]

for (const [path, json, shown] of PATHS) {
  test(`${path} in fields, and in an object that is formatted`, () => {
    assert.equal(JSON.stringify(fields([path], json)), shown)
    const given = JSON.parse(json)
    const before = JSON.stringify(given)
    const [left] = redactBy(path).args([given])
    assert.equal(JSON.stringify(left), shown)
    assert.equal(JSON.stringify(given), before)
    assert.equal(redactBy(path).message(`a ${json} b`), `a ${shown} b`)
  })
}

test('a path that begins with a name of ours reaches the field that has it', () => {
  const json = '{"_name":1,"_msg":{"a":2},"_pid":{"a":3},"tide":4}'
  const left = fields(['name', 'msg.a', '["pid"].a', 'tid'], json)
  assert.deepEqual(left, { _name: R, _msg: { a: R }, _pid: { a: R }, tide: 4 })
  assert.deepEqual(
    ['name', '*', 'names'].map((each) => redactBy(each).name('n')),
    [R, R, 'n'],
  )
  assert.deepEqual(
    ['msg', '*', 'msg.a'].map((each) => redactBy(each).message('m')),
    [R, R, 'm'],
  )
})

test('two paths that share members change neither the object nor each other', () => {
  const given = { a: { b: S, x: { y: S } }, c: { x: { y: S } } }
  const [left] = redactBy('a.b', '*.x.y').args([given])
  assert.deepEqual(left, { a: { b: R, x: { y: R } }, c: { x: { y: R } } })
  assert.deepEqual(given, { a: { b: S, x: { y: S } }, c: { x: { y: S } } })
})

test('copies are printed like the originals', () => {
  class Account {
    password = S
    id = 7
    get open() {
      return true
    }
  }
  class Failure extends TypeError {
    password = S
  }
  const failure = new Failure('m', { cause: Object.assign(new Error('c'), { password: S }) })
  const list = Object.assign([{ password: S }], { password: S })
  const hidden = Object.defineProperty({ a: 1 }, 'password', { value: S })
  const withGetter = Object.defineProperty({}, 'password', { get: () => S, enumerable: true })
  const values = [
    new Account(),
    failure,
    list,
    new Map([['password', S]]),
    new Map([[{ a: 1 }, S]]),
    new Set([{ password: S }]),
    Object.assign(Object.create(null), { password: S }),
    hidden,
  ]
  const redact = redactBy('password', '*.password', 'err.cause.password', '[0][1]')
  for (const value of [...values, withGetter]) {
    const before = inspect(value, { showHidden: true })
    const [left] = redact.args([value])
    assert.notEqual(left, value)
    assert.ok(!inspect(left, { showHidden: true, getters: true }).includes(S))
    assert.equal(inspect(value, { showHidden: true }), before)
  }
  for (const value of values)
    assert.equal(inspect(redact.args([value])[0]), inspect(value).replaceAll(S, R))
  const [copy] = redact.args([failure])
  assert.ok(copy instanceof Failure && copy.stack === failure.stack)
})

test('what no path names is passed on as it is', () => {
  const values = [
    { a: { b: 1 } },
    new Error('m'),
    'text {"a":1}',
    1,
    null,
    undefined,
    new Map(),
    [{}],
    () => {},
  ]
  const redact = redactBy('password', '*.token')
  assert.equal(redact.args(values), values)
})

test('an object that cannot be read is replaced as a whole', () => {
  const { proxy, revoke } = Proxy.revocable({ password: S }, {})
  revoke()
  const throws = new Proxy(
    {},
    {
      getOwnPropertyDescriptor: () => {
        throw new Error(S)
      },
    },
  )
  assert.deepEqual(redactBy('password').args([proxy, throws]), [R, R])
})

/** @type {[text: string, shown: string][]} */
const TEXTS = [
  [`{"a":"${S}"}`, `{"a":"${R}"}`],
  [`[1,{"a":"${S}"}]`, `[1,{"a":"${R}"}]`],
  [
    `user {"a":"${S}","b":"} \\" {"} and {"a":1} x`,
    `user {"a":"${R}","b":"} \\" {"} and {"a":"${R}"} x`,
  ],
  [`{ not JSON } {"a":"${S}"}`, `{ not JSON } {"a":"${R}"}`],
  [`{ [ {"a":"${S}"}`, `{ [ {"a":"${R}"}`],
  [`} ] " {"a":"${S}"}`, `} ] " {"a":"${R}"}`],
  ['{"b":1.0}', '{"b":1.0}'],
  ['no JSON', 'no JSON'],
]

for (const [text, shown] of TEXTS) {
  test(`JSON in a message: ${text}`, () => {
    assert.equal(redactBy('a', '[1].a').message(text), shown)
  })
}

test('a long message of open brackets is read once', () => {
  const text = '[{"'.repeat(100_000)
  assert.equal(redactBy('a').message(text), text)
  const open = '{'.repeat(500_000)
  assert.equal(redactBy('a').message(open), open)
})
