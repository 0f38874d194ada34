'use strict'
// Another process damages the queue files and floods the doorbell while an application runs: the application is unaffected.

const assert = require('node:assert/strict')
const { spawn } = require('node:child_process')
const { once } = require('node:events')
const fs = require('node:fs')
const { connect } = require('node:net')
const { join } = require('node:path')
const { it } = require('node:test')
const { doorbellPath } = require('../../dist/queue/doorbell.js')
const { assertDelivered } = require('../helpers/delivery.js')
const {
  cleanEnv,
  collect,
  FIXTURES,
  killGroup,
  readLog,
  REGISTER,
  scratch,
} = require('../helpers/run.js')

const PROGRAM = join(FIXTURES, 'hostile/neighbours.js')

/** Seeded random numbers, so that a failure is reproducible. */
function chance(seed = 7) {
  let state = seed
  return (/** @type {number} */ below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state % below
  }
}

/**
 * Runs the program and calls `harm` while its children log.
 * @param {import('node:test').TestContext} t
 * @param {(runtime: string) => Promise<unknown> | void} harm
 */
async function runHarmed(t, harm) {
  const directory = scratch(t)
  const runtime = join(directory, 'run')
  const path = join(directory, 'app.log')
  const config = { adapters: false, handlers: [{ type: 'file', path }] }
  const env = cleanEnv({ LOGSHARE_DIR: runtime, LOGSHARE_CONFIG: JSON.stringify(config) })
  const args = ['-r', REGISTER, PROGRAM]
  const program = spawn(process.execPath, args, { env, stdio: 'pipe', detached: true })
  t.after(() => killGroup(program))
  const begun = once(program.stdout, 'data')
  const stdin = program.stdin
  const ended = collect(
    Object.assign(program, { stdin: Object.assign(stdin, { end: () => stdin }) }),
    { limit: 60_000 },
  )
  await begun
  await harm(runtime)
  stdin.write('stop\n')
  const { code, signal, stdout, stderr } = await ended
  assert.deepEqual({ code, signal, stderr }, { code: 0, signal: null, stderr: '' })
  const { counted, codes, stats } = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '')
  assert.deepEqual(codes, [0, 0, 0])
  return { path, counted, stats, runtime }
}

/** @param {string} runtime */
const segments = (runtime) =>
  fs
    .readdirSync(runtime)
    .filter((name) => name.endsWith('.q'))
    .map((name) => join(runtime, name))

it('bytes appended to queue files cost no records', async (t) => {
  const random = chance()
  const { path, counted, stats } = await runHarmed(t, async (runtime) => {
    for (let round = 0; round < 200; round++) {
      for (const file of segments(runtime)) {
        const bytes = Buffer.from(Array.from({ length: 1 + random(3000) }, () => random(256)))
        fs.appendFileSync(file, round % 2 === 0 ? bytes : Buffer.alloc(bytes.length, 'SL'))
      }
      await new Promise((done) => setTimeout(done, 2))
    }
  })
  const [worker, one, two] = counted
  assertDelivered(readLog(path), { root: 1, 'worker#1': worker, 'fork#1': one, 'fork#2': two })
  assert.ok(stats.damaged > 0)
})

it('flipped, truncated and removed bytes are counted, and later records are delivered', async (t) => {
  const random = chance()
  const { path, counted, stats } = await runHarmed(t, async (runtime) => {
    for (let round = 0; round < 200; round++) {
      for (const file of segments(runtime)) {
        const { size } = fs.statSync(file)
        if (size === 0) continue
        const at = Math.max(0, size - 1 - random(4000))
        if (round % 10 === 9) {
          fs.truncateSync(file, at)
        } else {
          const fd = fs.openSync(file, 'r+')
          fs.writeSync(fd, Buffer.from([random(256), random(256)]), 0, 2, at)
          fs.closeSync(fd)
        }
      }
      await new Promise((done) => setTimeout(done, 1))
    }
    for (const file of segments(runtime)) fs.truncateSync(file, 100)
    await heardAgain(join(runtime, '../app.log'))
  })
  const lines = fs.readFileSync(path, 'utf8').split('\n').filter(Boolean)
  const records = lines.flatMap(parse)
  assert.equal(new Set(lines).size, lines.length, 'duplicate line')
  assert.ok(stats.damaged > 0)
  // The producer with a ring has lost nothing; the others have lost nothing logged after the damage.
  const of = (/** @type {string} */ source) =>
    new Set(records.filter((each) => each.source === source).map(({ n }) => Number(n)))
  assert.equal(of('worker#1').size, counted[0])
  for (const [source, count] of [
    ['fork#1', counted[1]],
    ['fork#2', counted[2]],
  ]) {
    const got = of(source)
    for (let n = count - 500; n <= count; n++) assert.ok(got.has(n), `${source}: ${n} of ${count}`)
  }
})

it('thousands of connections that flood the doorbell cost no records', async (t) => {
  const noises = [
    '',
    'x',
    '\n',
    '1-0-',
    `${process.pid}-0-0000beef\n`,
    Buffer.alloc(2 ** 20, 'x'),
    Buffer.alloc(2 ** 20, '\n'),
    Buffer.from(Array.from({ length: 500 }, (_, i) => (i * 7) % 256)),
  ]
  /** @type {import('node:net').Socket[]} */
  const sockets = []
  t.after(() => {
    for (const socket of sockets) socket.destroy()
  })
  const { path, counted } = await runHarmed(t, async (runtime) => {
    for (let i = 0; i < 3000; i++) {
      const socket = connect(doorbellPath(runtime)).on('error', () => {})
      const noise = noises[i % noises.length]
      if (noise.length < 1000 || i < 200) socket.write(noise)
      if (i % 3 === 0) socket.end()
      sockets.push(socket)
    }
    // All were accepted: the last connection is either closed by the listener or open.
    const last = connect(doorbellPath(runtime)).on('error', () => {})
    sockets.push(last)
    await once(last, 'connect')
  })
  const [worker, one, two] = counted
  assertDelivered(readLog(path), { root: 1, 'worker#1': worker, 'fork#1': one, 'fork#2': two })
})

/** Resolves when both forks have more records in the log than now. @param {string} path */
async function heardAgain(path) {
  const counts = () => {
    const lines = fs.readFileSync(path, 'utf8').split('\n')
    return ['fork#1', 'fork#2'].map((fork) => lines.filter((line) => line.includes(fork)).length)
  }
  const [one, two] = counts()
  for (let i = 0; i < 500; i++) {
    const [first, second] = counts()
    if (first > one + 100 && second > two + 100) return
    await new Promise((done) => setTimeout(done, 20))
  }
  assert.fail('a queue is not read any more')
}

/** @param {string} line @returns {import('logshare').LogRecord[]} */
function parse(line) {
  try {
    return [JSON.parse(line)]
  } catch {
    return [] // a damaged line
  }
}
