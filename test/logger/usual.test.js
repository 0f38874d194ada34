'use strict'
// Usual: the calls that are encoded in one step have the lines of all others.

const { test } = require('node:test')
const assert = require('node:assert/strict')
const { setImmediate } = require('node:timers/promises')
const { setFlagsFromString } = require('node:v8')
const { runInNewContext } = require('node:vm')
const fc = require('fast-check')
const { Draft } = require('../../dist/core/draft.js')
const { encodeCall, encodeFields } = require('../../dist/core/record.js')
const { addUsual, createClosed } = require('../../dist/core/usual.js')
const { Registry } = require('../../dist/logger/registry.js')
const { QueueHandler } = require('../../dist/queue/handler.js')

const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ minLength: 10, maxLength: 200 }),
  fc.string({
    unit: fc.constantFrom('a', ' ', '\n', '"', '\\', '\u007f', 'é', '\ud800'),
    maxLength: 100,
  }),
)
const value = fc.oneof(
  text,
  fc.integer(),
  fc.anything({ withBigInt: true, withDate: true, withMap: true }),
)
const fields = fc.oneof(
  fc.dictionary(text, value),
  fc.dictionary(fc.constantFrom('id', 'msg', 'level', 'err', 'toJSON', 'größe'), value),
)
const args = fc.oneof(fc.tuple(text), fc.tuple(fields, text), fc.tuple(fc.anything(), text))

test('property: a usual call has the text of any other', () => {
  const draft = new Draft('{', ',', ',"msg":"')
  fc.assert(
    fc.property(args, fields, (given, own) => {
      const bindings = encodeFields(own)
      draft.open()
      if (addUsual(draft, given, createClosed(bindings)))
        assert.equal(`${draft}`.slice(20), `${encodeCall(given, { bindings })}}`)
    }),
    { numRuns: 1000 },
  )
})

test('property: a draft has the count and the time of its record', () => {
  const time = fc.integer({ min: 1e15, max: 9e15 })
  const step = fc.oneof(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 100_000 }))
  fc.assert(
    fc.property(fc.array(fc.tuple(step, time, text), { minLength: 1 }), (records) => {
      const draft = new Draft('{"time":', ',"seq":', ',"msg":"')
      let count = 0
      for (const [by, microseconds, message] of records) {
        count += by
        draft.open()
        draft.addText(message)
        draft.add('"}')
        draft.setCount(count)
        draft.setTime(microseconds)
        const milliseconds = String(microseconds).replace(/(...)$/, '.$1')
        assert.equal(`${draft}`.slice(0, 8 + 17 + 7), `{"time":${milliseconds},"seq":`)
        const { seq, msg } = JSON.parse(`${draft}`)
        assert.deepEqual([seq, msg], [count, message])
      }
    }),
    { numRuns: 300 },
  )
})

test('records made within others have their own lines and the counts before those', () => {
  /** @type {string[]} */
  const lines = []
  const queue = {
    /** @param {{ draft?: object }} head @param {string} line */
    write: ({ draft }, line) => lines.push(draft ? String(draft) : line) > 0,
    close() {},
  }
  const log = new Registry(new QueueHandler({ pid: 1, tid: 0, source: 'root' }, queue)).getLogger(
    'within',
  )
  const inner = { toJSON: () => log.info('inner') ?? 'text' }
  for (let i = 0; i < 12; i++) log.info({ inner, i }, 'outer')
  const records = lines.map((line) => JSON.parse(line))
  assert.deepEqual(
    records.map(({ seq }) => seq),
    records.map((_, i) => i + 1),
  )
  assert.equal(records.filter(({ msg }) => msg === 'inner').length, 12)
  assert.deepEqual(
    records.filter(({ msg }) => msg === 'outer').map(({ i, inner: text }) => [i, text]),
    Array.from({ length: 12 }, (_, i) => [i, 'text']),
  )
})

test('a record that is logged while another one is written has its own line', () => {
  /** @type {string[]} */
  const lines = []
  let isWithin = false
  const queue = {
    takesDrafts: true,
    /** @param {{ draft?: object }} head @param {string} line */
    write({ draft }, line) {
      if (!isWithin) {
        isWithin = true
        log.info('inner')
        isWithin = false
      }
      return lines.push(draft ? String(draft) : line) > 0
    },
    close() {},
  }
  const handler = new QueueHandler({ pid: 1, tid: 0, source: 'root' }, queue)
  const log = new Registry(handler).getLogger('within')
  for (let i = 0; i < 3; i++) log.info({ i }, 'outer')
  assert.deepEqual(
    lines.map((line) => JSON.parse(line).msg),
    ['inner', 'outer', 'inner', 'outer', 'inner', 'outer'],
  )
})

test('a record that is too long for a draft leaves none of its memory behind', async () => {
  /** @type {string[]} */
  const lines = []
  const queue = {
    takesDrafts: true,
    /** @param {{ draft?: object }} head @param {string} line */
    write: ({ draft }, line) => lines.push(draft ? String(draft).slice(-60) : line.slice(-60)) > 0,
    close() {},
  }
  const log = new Registry(new QueueHandler({ pid: 1, tid: 0, source: 'root' }, queue)).getLogger(
    'long',
  )
  log.info('first')
  const before = process.memoryUsage().arrayBuffers
  log.info({ long: 'x'.repeat(2 ** 25), more: 'x'.repeat(2 ** 25) }, 'second')
  log.info('third')
  log.info('fourth')
  assert.deepEqual(
    lines.map((line) => /"msg":"([^"]*)/.exec(line)?.[1]),
    ['first', '[Record of 67108899 characters]', 'third', 'fourth'],
  )
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc')
  const isLeft = () => process.memoryUsage().arrayBuffers - before >= 2 ** 20
  for (let i = 0; i < 100 && isLeft(); i++) {
    collect() // V8 frees the memory itself in another thread
    await setImmediate()
  }
  assert.ok(!isLeft())
})
