'use strict'
// Trace: the active span is read from where OpenTelemetry's API keeps it.

const test = require('node:test')
const assert = require('node:assert/strict')
const { once } = require('node:events')
const { Socket } = require('node:net')
const { tmpdir } = require('node:os')
const { join } = require('node:path')
const { context, trace } = require('@opentelemetry/api')
const { NodeTracerProvider } = require('@opentelemetry/sdk-trace-node')
const { connectSocket } = require('../../dist/core/stdio.js')
const { encodeTrace, untraced } = require('../../dist/core/trace.js')

const KEY = Symbol.for('opentelemetry.js.api.1')
const IDS = { traceId: '0123456789abcdef0123456789abcdef', spanId: '0123456789abcdef' }
const TEXT = `,"trace_id":"${IDS.traceId}","span_id":"${IDS.spanId}","trace_flags":"01"`

/**
 * Registers a context manager in the API whose active context is `active()`.
 * @param {{ after(fn: () => void): void }} t @param {() => import('@opentelemetry/api').Context} active
 */
function manage(t, active) {
  context.setGlobalContextManager({
    active,
    with: (_context, run, self, ...args) => run.call(self, ...args),
    bind: (_context, target) => target,
    enable() {
      return this
    },
    disable() {
      return this
    },
  })
  t.after(() => context.disable())
}

/** @param {Partial<import('@opentelemetry/api').SpanContext>} [given] */
function within(given) {
  const { ROOT_CONTEXT } = require('@opentelemetry/api')
  return trace.setSpanContext(ROOT_CONTEXT, { ...IDS, traceFlags: 1, ...given })
}

test('without the API, a context manager or a span there are no fields', (t) => {
  assert.equal(encodeTrace(',"msg":"a"'), '')
  Reflect.set(globalThis, KEY, {})
  t.after(() => Reflect.deleteProperty(globalThis, KEY))
  assert.equal(encodeTrace(',"msg":"a"'), '')
  Reflect.deleteProperty(globalThis, KEY)
  const { ROOT_CONTEXT } = require('@opentelemetry/api')
  manage(t, () => ROOT_CONTEXT)
  assert.equal(encodeTrace(',"msg":"a"'), '')
})

test("a span's ids and flags, unless the record has a field of that name", (t) => {
  manage(t, () => within())
  assert.equal(encodeTrace(',"msg":"a"'), TEXT)
  for (const name of ['trace_id', 'span_id', 'trace_flags']) {
    assert.equal(encodeTrace(`,"msg":"a","${name}":null`), '')
    assert.equal(encodeTrace(`,"msg":"a","deep":{"${name}":1}`), TEXT)
    assert.equal(encodeTrace(`,"msg":${JSON.stringify(`"${name}":1`)}`), TEXT)
  }
})

test('consecutive spans, each with its own ids', (t) => {
  const spans = ['a', 'b', 'a'].map((digit) => within({ spanId: digit.repeat(16), traceFlags: 0 }))
  manage(t, () => spans[0])
  for (const digit of ['a', 'b', 'a']) {
    const text = encodeTrace(',"msg":"a"')
    assert.equal(
      text,
      `,"trace_id":"${IDS.traceId}","span_id":"${digit.repeat(16)}","trace_flags":"00"`,
    )
    spans.shift()
  }
})

test('invalid ids and a context manager that throws give no fields', (t) => {
  const wrong = ['', '0'.repeat(32), 'A'.repeat(32), `${'a'.repeat(31)}"`, undefined, 7]
  const contexts = wrong.map((traceId) => within({ traceId: /** @type {any} */ (traceId) }))
  contexts.push(within({ spanId: '0'.repeat(16) }), within({ spanId: 'a' }))
  manage(t, () => {
    const next = contexts.shift()
    if (next) return next
    throw new Error('no context')
  })
  for (let i = contexts.length; i >= 0; i--) assert.equal(encodeTrace(',"msg":"a"'), '')
})

test("what is logshare's own is in no span", (t) => {
  const provider = new NodeTracerProvider()
  provider.register()
  t.after(() => {
    trace.disable()
    context.disable()
  })
  const isRecording = () => trace.getTracer('test').startSpan('own').isRecording()
  assert.deepEqual([isRecording(), untraced(isRecording), isRecording()], [true, false, true])
  assert.throws(() => untraced(() => JSON.parse('')), SyntaxError)
})

test("a connection of logshare's own is not that of a tracer that has wrapped the method", async (t) => {
  const { connect } = Socket.prototype
  t.after(() => {
    Socket.prototype.connect = connect
  })
  Socket.prototype.connect = () => assert.fail('traced')
  const socket = connectSocket(join(tmpdir(), 'logshare-not-there'))
  await once(socket, 'error')
})
