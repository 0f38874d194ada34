'use strict'
// Peers: what libraries that take one of pino's loggers ask of ours. The libraries themselves: test/apps/peers.js.

const assert = require('node:assert/strict')
const { after, before, test } = require('node:test')
const pino = require('pino')
const pino9 = require('pino9')
const { addHandler, flush, getLogger, install } = require('logshare')

/** @type {() => void} */
let uninstall
before(() => {
  uninstall = install({ handlers: [], adapters: false, redact: ['token'] })
})
after(() => uninstall())

/** The records logged during `act`, without what each has. @param {() => void} act */
async function record(act) {
  /** @type {any[]} */
  const records = []
  await flush()
  const remove = addHandler(({ time, pid, tid, source, seq, name, ...rest }) => {
    records.push(rest)
  })
  act()
  await flush()
  remove()
  return records
}

test("a logger has pino's type and members", () => {
  /** @type {import('pino').Logger} */
  const log = getLogger('typed')
  /** @type {import('pino').Logger} */
  const child = log.child({ a: 1 }, { msgPrefix: 'x ', level: 'debug' })
  assert.equal(child.level, 'debug')
  const other = pino({ level: 'silent' })
  const names = new Set()
  for (let each = other; each && each !== Object.prototype; each = Object.getPrototypeOf(each))
    for (const name of Object.getOwnPropertyNames(each)) names.add(name)
  const missing = [...names].filter((name) => !(name in log))
  assert.deepEqual(missing, [])
  assert.deepEqual(log.levels.values, other.levels.values)
  assert.deepEqual(log.levels.labels, other.levels.labels)
  assert.equal(log.levels.values.silent, other.levels.values.silent)
  assert.equal(log.levels.labels[Number.POSITIVE_INFINITY], 'silent')
  assert.deepEqual([log.levelVal, child.isLevelEnabled('debug')], [30, true])
  child.level = 'silent'
  assert.equal(child.levelVal, Number.POSITIVE_INFINITY)
  assert.equal(log.version, require('../../package.json').version)
  assert.deepEqual([log.useLevelLabels, log.useOnlyCustomLevels], [false, false])
  assert.deepEqual([...Object.keys(log), ...Object.getOwnPropertySymbols(log)], [])
})

test('a prefix is before each message, whatever way that is encoded', async () => {
  const log = getLogger('prefix').child({}, { msgPrefix: '[a"] ' })
  const inner = log.child({ n: 1 }, { msgPrefix: 'ü: ' })
  assert.deepEqual([log.msgPrefix, inner.msgPrefix], ['[a"] ', '[a"] ü: '])
  assert.equal(getLogger('prefix').msgPrefix, undefined)
  const records = await record(() => {
    log.info('text')
    inner.info({ b: 2 }, 'text')
    inner.info('%d', 7)
    inner.info(new TypeError('failed'))
    inner.info({ msg: 'own' })
    inner.info('x'.repeat(2 ** 26))
  })
  assert.deepEqual(
    records.map(({ msg }) => msg),
    [
      '[a"] text',
      '[a"] ü: text',
      '[a"] ü: 7',
      '[a"] ü: failed',
      '[a"] ü: own',
      '[Record of 67108888 characters]',
    ],
  )
  assert.deepEqual([records[1].n, records[1].b], [1, 2])
})

test('setBindings adds to the records of its logger and of later children', async () => {
  const log = getLogger('bound').child({ a: 1 }, { serializers: { user: ({ id }) => id } })
  const earlier = log.child({ b: 2 })
  const records = await record(() => {
    log.setBindings({ user: { id: 5 }, a: 2 })
    log.info('one')
    earlier.info('two')
    log.child({ c: 3 }).info('three')
  })
  assert.deepEqual(records, [
    { level: 30, msg: 'one', a: 2, user: 5 },
    { level: 30, msg: 'two', a: 1, b: 2 },
    { level: 30, msg: 'three', a: 2, user: 5, c: 3 },
  ])
  assert.deepEqual(log.bindings(), { a: 2, user: { id: 5 } })
})

test('fields of a logger are serialized once, and not for each of its children', () => {
  let calls = 0
  const serializers = { req: () => ++calls }
  const log = getLogger('once').child({ req: {} }, { serializers })
  log.child({ a: 1 }).child({ b: 2 })
  assert.equal(calls, 1)
})

test('levels of a child, by name', async () => {
  const customLevels = { audit: 35, notice: 31 }
  const log = getLogger('custom').child({}, { customLevels, level: 'notice' })
  const inner = log.child({ inner: true }, { customLevels: { alarm: 70 } })
  const both = /** @type {any} */ (inner)
  assert.deepEqual([log.level, log.levelVal, inner.level], ['notice', 31, 'notice'])
  assert.deepEqual(inner.levels.values, {
    ...getLogger().levels.values,
    ...customLevels,
    alarm: 70,
  })
  assert.deepEqual(
    ['info', 'notice', 'audit', 'alarm'].map((each) => inner.isLevelEnabled(each)),
    [...[false, true, true, true]],
  )
  const records = await record(() => {
    /** @type {any} */
    log.audit({ a: 1 }, 'audited %s', 'x')
    inner.alarm('loud')
    log.info('not logged')
    log.level = /** @type {any} */ ('audit')
    /** @type {any} */
    log.notice('not logged')
    both.notice('logged')
  })
  assert.deepEqual(records, [
    { level: 35, msg: 'audited x', a: 1 },
    { level: 70, msg: 'loud', inner: true },
    { level: 31, msg: 'logged', inner: true },
  ])
  /** @type {Record<string, number>[]} */
  const faults = [{ info: 35 }, { child: 35 }, { on: 35 }, { big: 100 }, { part: 1.5 }]
  for (const wrong of faults) {
    assert.throws(() => log.child({}, { customLevels: wrong }), { code: 'LOGSHARE_ERR_LEVEL' })
  }
})

test("a child's paths are redacted beside those of the options", async () => {
  const log = getLogger('redacted').child(
    { password: 'hidden' },
    { redact: ['password', 'user.key'] },
  )
  const same = getLogger('redacted').child({}, { redact: { paths: ['password'] } })
  const records = await record(() => {
    log.info({ user: { key: 'hidden' }, token: 'hidden' }, 'one')
    log.child({ d: 1 }).info({ password: 'hidden' })
    same.info({ password: 'hidden', token: 'hidden' }, '{"password":"hidden"}')
    getLogger('redacted').info({ password: 'kept' })
  })
  assert.ok(!JSON.stringify(records).includes('hidden'), JSON.stringify(records))
  assert.equal(records[3].password, 'kept')
  log.child({}, { redact: /** @type {any} */ ('text') }).info('not looked at')
  getLogger('redacted').level = 'warn'
  assert.equal(log.isLevelEnabled('info'), false)
})

test('level-change: the logger itself, and those that inherit', () => {
  /** @type {unknown[]} */
  const events = []
  const [parent, leaf] = [getLogger('events'), getLogger('events.leaf')]
  const child = leaf.child({})
  for (const each of [parent, leaf, child]) {
    each.on('level-change', (level, value, before, old, self) => {
      assert.equal(self, each)
      events.push([each === child ? 'child' : each.name, level, value, before, old])
    })
  }
  parent.level = 'debug'
  parent.level = 'debug'
  child.level = 'silent'
  assert.deepEqual(events, [
    ['events', 'debug', 20, 'info', 30],
    ['events.leaf', 'debug', 20, 'info', 30],
    ['child', 'silent', Number.POSITIVE_INFINITY, 'debug', 20],
  ])
  const before = leaf.listenerCount('level-change')
  leaf.removeAllListeners('level-change')
  assert.deepEqual([before, leaf.listenerCount('level-change')], [1, 0])
  assert.equal(getLogger('events.other').listenerCount('level-change'), 0)
})

test("what is read by pino's symbols is there, of every copy of pino", async () => {
  const serializers = { a: () => 'A' }
  const log = /** @type {any} */ (getLogger('symbols').child({ b: 1 }, { serializers }))
  for (const { symbols } of [pino, pino9]) {
    const { chindingsSym, stringifySym, serializersSym } = /** @type {any} */ (symbols)
    assert.equal(log[chindingsSym], ',"b":1')
    assert.equal(log[stringifySym]({ c: 2 }), '{"c":2}')
    assert.deepEqual(log[serializersSym], serializers)
  }
  assert.equal(log[Symbol.iterator], undefined)
  assert.equal(log[Symbol('constructor')], undefined)
  assert.equal(await log, log, 'it is no promise')
})

test('onChild is called with each child, and inherited', () => {
  /** @type {unknown[]} */
  const made = []
  const log = getLogger('parent').child({})
  log.onChild = (each) => void made.push(each)
  const child = log.child({})
  const inner = child.child({})
  getLogger('parent').child({})
  assert.deepEqual(
    made.map((each) => [child, inner].indexOf(/** @type {any} */ (each))),
    [0, 1],
  )
})

test('a message that is undefined is none', async () => {
  const records = await record(() => {
    getLogger('none').error({ err: new Error('of the error') }, undefined)
    getLogger('none').error(new Error('itself'), undefined)
    getLogger('none').error({ a: 1 }, undefined)
  })
  assert.deepEqual(
    records.map(({ msg }) => msg),
    ['of the error', 'itself', ''],
  )
})
