'use strict'
// Logger: names, levels, child loggers and pino's call shape, and that no call throws.

const { after, before, test } = require('node:test')
const assert = require('node:assert/strict')
const logshare = require('logshare')

const { addHandler, flush, getLogger, install, stats } = logshare
/**
 * What Fastify's types require of a logger instance.
 * @typedef {Record<typeof LEVELS[number] | 'silent', (fields: any, message?: string, ...args: any[]) => void> & {
 *   level: string,
 *   child: (fields: Record<string, any>, options?: { level?: string, serializers?: Record<string, (value: any) => any> })
 *     => FrameworkLogger
 * }} FrameworkLogger
 */

const LEVELS = /** @type {const} */ (['trace', 'debug', 'info', 'warn', 'error', 'fatal'])
const NO_LEVEL = {
  name: 'LogshareError',
  code: 'LOGSHARE_ERR_LEVEL',
  message: /^level of .*: expected one of trace, debug, info, warn, error, fatal, silent, got /,
}

/** @type {() => void} */
let uninstall
before(() => {
  uninstall = install({ handlers: [], adapters: false })
})
after(() => uninstall())

/** The records logged during `act`. @param {() => void} act */
async function record(act) {
  /** @type {import('logshare').LogRecord[]} */
  const records = []
  await flush()
  const remove = addHandler((each) => void records.push(each))
  act()
  await flush()
  remove()
  return records
}

/** @param {() => void} act */
const messages = async (act) => (await record(act)).map(({ msg }) => msg)

test('the package exports these names', () => {
  assert.deepEqual(Object.keys(logshare).sort(), [
    'LogshareError',
    'addHandler',
    'flush',
    'getLogger',
    'install',
    'observeMetrics',
    'registerMetrics',
    'reopen',
    'stats',
    'withContext',
  ])
})

test('a name has one logger, and without a name it is the root logger', () => {
  assert.equal(getLogger('a.b'), getLogger('a.b'))
  assert.notEqual(getLogger('a.b'), getLogger('a.c'))
  assert.equal(getLogger().name, 'root')
  assert.equal(getLogger(), getLogger('root'))
  assert.equal(getLogger(''), getLogger())
  assert.equal(getLogger(/** @type {any} */ (null)), getLogger())
  for (const name of ['__proto__', 'constructor', '..', ' ', '"\n\u{1f600}']) {
    assert.equal(getLogger(name).name, name)
    assert.equal(getLogger(name).level, 'info')
  }
})

test('a record has the fields of the contract', async () => {
  const log = getLogger('contract')
  const first = stats().made
  const [one, two] = await record(() => {
    log.info({ a: 1 }, 'one')
    log.fatal('two %d', 2)
  })
  const { time, ...rest } = one
  assert.deepEqual(rest, {
    level: 30,
    pid: process.pid,
    tid: 0,
    source: 'root',
    seq: first + 1,
    name: 'contract',
    msg: 'one',
    a: 1,
  })
  assert.ok(Math.abs(time - Date.now()) < 60_000)
  assert.deepEqual([two.level, two.seq, two.msg], [60, first + 2, 'two 2'])
  assert.deepEqual(Object.keys(one), [
    'level',
    'time',
    'pid',
    'tid',
    'source',
    'seq',
    'name',
    'msg',
    'a',
  ])
  assert.equal(stats().made, first + 2)
})

test('each level has a method, and silent() does nothing', async () => {
  const log = getLogger('methods')
  log.level = 'trace'
  const records = await record(() => {
    for (const level of LEVELS) log[level](level)
    log.silent('nothing')
  })
  assert.deepEqual(
    records.map(({ level }) => level),
    [10, 20, 30, 40, 50, 60],
  )
  assert.deepEqual(
    records.map(({ msg }) => msg),
    [...LEVELS],
  )
})

test('each threshold passes its level and above', async () => {
  const log = getLogger('thresholds')
  for (const [i, level] of LEVELS.entries()) {
    log.level = level
    assert.equal(log.level, level)
    assert.deepEqual(
      await messages(() => LEVELS.forEach((each) => void log[each](each))),
      LEVELS.slice(i),
    )
    for (const [j, each] of LEVELS.entries()) assert.equal(log.isLevelEnabled(each), j >= i)
  }
  log.level = 'silent'
  assert.equal(log.level, 'silent')
  assert.deepEqual(await messages(() => LEVELS.forEach((each) => void log[each](each))), [])
  for (const each of [...LEVELS, 'silent', 'constructor', '__proto__', 'loud', '']) {
    assert.equal(log.isLevelEnabled(each), false, each)
  }
})

test('a level is inherited from the nearest ancestor that has one', () => {
  const [a, ab, abc, abd, other] = ['t', 't.b', 't.b.c', 't.b:d', 'tb'].map((name) =>
    getLogger(name),
  )
  const levels = () => [a, ab, abc, abd, other].map(({ level }) => level)
  assert.deepEqual(levels(), Array(5).fill('info'))
  a.level = 'debug'
  assert.deepEqual(levels(), ['debug', 'debug', 'debug', 'debug', 'info'])
  ab.level = 'warn'
  assert.deepEqual(levels(), ['debug', 'warn', 'warn', 'warn', 'info'])
  assert.equal(getLogger('t.b.later.deep').level, 'warn')
  ab.level = /** @type {any} */ (undefined)
  assert.deepEqual(levels(), ['debug', 'debug', 'debug', 'debug', 'info'])
  assert.equal(getLogger('t.b.later.deep').level, 'debug')
  a.level = /** @type {any} */ (undefined)
  getLogger().level = 'error'
  assert.deepEqual(levels(), Array(5).fill('error'))
  getLogger().level = /** @type {any} */ (undefined)
  assert.deepEqual(levels(), Array(5).fill('info'))
})

test('a wrong level is rejected and changes nothing', () => {
  const log = getLogger('refuses')
  const child = log.child({ a: 1 })
  const bare = log.child({})
  for (const level of ['loud', 'INFO', '', 30, null, 'constructor', {}]) {
    for (const each of [log, child, bare]) {
      assert.throws(() => {
        each.level = /** @type {any} */ (level)
      }, NO_LEVEL)
      assert.equal(each.level, 'info')
    }
    if (level === null) continue // null counts as no option
    assert.throws(() => log.child({}, { level: /** @type {any} */ (level) }), NO_LEVEL)
  }
})

test('a child logger adds its own fields and those of its parents', async () => {
  const log = getLogger('family')
  const fields = { request: 1, pid: 5, shared: 'parent' }
  const child = log.child(fields)
  const grandchild = child.child({ shared: 'child', user: 'u' })
  fields.request = 2
  const records = await record(() => {
    child.info('a')
    grandchild.info({ own: 1 }, 'b')
    log.info('c')
  })
  const own = records.map(({ request, _pid, shared, user, own, name }) => [
    name,
    request,
    _pid,
    shared,
    user,
    own,
  ])
  assert.deepEqual(own, [
    ['family', 1, 5, 'parent', undefined, undefined],
    ['family', 1, 5, 'child', 'u', 1],
    ['family', undefined, undefined, undefined, undefined, undefined],
  ])
  assert.equal(child.name, 'family')
  assert.deepEqual(log.bindings(), {})
  assert.deepEqual(grandchild.bindings(), { request: 1, pid: 5, shared: 'child', user: 'u' })
  Object.assign(child.bindings(), { request: 9 })
  assert.equal(child.bindings().request, 1)
})

test("a child logger's level affects no other logger", async () => {
  const log = getLogger('own')
  for (const fields of [{ a: 1 }, {}]) {
    const child = log.child(fields)
    child.level = 'trace'
    assert.deepEqual([child.level, log.level, log.child(fields).level], ['trace', 'info', 'info'])
    assert.equal(child.child({}).level, 'trace')
    assert.deepEqual(await messages(() => child.trace('t')), ['t'])
    child.level = /** @type {any} */ (undefined)
    assert.equal(child.level, 'info')
  }
  const quiet = log.child({}, { level: 'error' })
  assert.ok(!quiet.isLevelEnabled('warn'))
  log.level = 'trace'
  assert.deepEqual([quiet.level, log.child({}).level], ['error', 'trace'])
  assert.deepEqual(await messages(() => quiet.warn('w')), [])
})

test("a child logger's serializers apply to bindings and fields, and are inherited", async () => {
  const serializers = {
    user: (/** @type {{ id: number }} */ user) => user.id,
    bad: () => {
      throw new Error('no')
    },
  }
  const child = getLogger('serializers').child({ user: { id: 1 } }, { serializers })
  const grandchild = child.child({ bad: 1 }, { serializers: { other: () => 'o' } })
  const [one, two] = await record(() => {
    child.info({ user: { id: 2 } }, 'x')
    grandchild.info({ user: { id: 3 }, other: 1 }, 'y')
  })
  assert.equal(one.user, 2)
  assert.deepEqual([two.user, two.other, two.bad], [3, 'o', '[Throws: no]'])
})

test('serializers take an error that is given first, and `%j` a BigInt within', async () => {
  const log = getLogger('first').child(
    {},
    { serializers: { err: (/** @type {Error} */ { message }) => `of ${message}` } },
  )
  const records = await record(() => {
    log.info(new Error('one'))
    log.child({ a: 1 }).info(new Error('two'), 'with %s', 'a text')
    log.info('three %j', { deep: { big: 1n, list: [2n] } })
  })
  assert.deepEqual(
    records.map(({ msg, err }) => [msg, err]),
    [
      ['one', 'of one'],
      ['with a text', 'of two'],
      ['three {"deep":{"big":1,"list":[2]}}', undefined],
    ],
  )
})

test('a disabled level does not access its arguments', () => {
  const log = getLogger('lazy')
  let looks = 0
  const look = () => {
    looks++
    throw new Error('looked')
  }
  const watched = new Proxy({}, { get: look, has: look, ownKeys: look, getPrototypeOf: look })
  log.debug(watched)
  log.debug('%s', watched, { toString: look, toJSON: look })
  log.silent(watched)
  log.child({}, { level: 'silent' }).fatal(watched)
  assert.equal(looks, 0)
})

test('no call throws, with any arguments', async () => {
  const no = () => {
    throw new Error('no')
  }
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  const hostile = [
    proxy,
    new Proxy(
      {},
      { get: no, has: no, ownKeys: no, getPrototypeOf: no, getOwnPropertyDescriptor: no },
    ),
    { toString: no, toJSON: no, [Symbol.toPrimitive]: no },
    Object.defineProperty(new Error('m'), 'message', { get: no }),
    Object.defineProperty({}, 'msg', { get: no, enumerable: true }),
    Object.defineProperty({}, 'err', { get: no, enumerable: true }),
    Object.create(null),
    Symbol('s'),
    1n,
    undefined,
    null,
    '%s %d %j %o %O %i %f %c',
  ]
  const log = getLogger('hostile')
  let calls = 0
  const records = await record(() => {
    for (const one of hostile) {
      for (const two of hostile) {
        for (const args of [[one], [one, two], [one, two, one], ['%s %j', one, two]]) {
          log.info(.../** @type {[any]} */ (args))
          calls++
        }
      }
      log.child(/** @type {any} */ (one)).info('child')
      log.child({ one }).info('child')
      calls += 2
    }
  })
  assert.equal(records.length, calls)
  assert.ok(records.every(({ msg }) => typeof msg === 'string'))
})

test('a logger has the members of pino that frameworks use', () => {
  /** @type {FrameworkLogger} */
  const log = getLogger('framework')
  for (const each of [log, log.child({}, { serializers: {} })]) {
    for (const method of [...LEVELS, 'silent', 'child', 'bindings', 'isLevelEnabled']) {
      assert.equal(typeof (/** @type {any} */ (each)[method]), 'function', method)
    }
    assert.equal(typeof each.level, 'string')
  }
})
