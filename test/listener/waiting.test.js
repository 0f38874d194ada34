'use strict'
// A main thread that waits for a child which logs more than its queue holds: no deadlock, and no record is lost.

const assert = require('node:assert/strict')
const { spawn } = require('node:child_process')
const { once } = require('node:events')
const { createReadStream, readFileSync } = require('node:fs')
const { join } = require('node:path')
const { createInterface } = require('node:readline')
const { it } = require('node:test')
const { assertDelivered } = require('../helpers/delivery')
const { cleanEnv, FIXTURES, readLines, readLog, REGISTER, run, scratch } = require('../helpers/run')

/** Records of 1000 bytes: ten times the capacity of a ring. */
const RECORDS = 20_000
const MANY = 200_000
const MAX_RSS = 300

for (const [depth, source] of /** @type {const} */ ([
  [1, 'worker#1'],
  [2, 'worker#1/worker#1'],
])) {
  const whom = depth === 1 ? 'a worker' : 'a worker that waits for its own worker'

  it(`in Atomics.wait for ${whom}: into a file`, async (t) => {
    const path = join(scratch(t), 'app.log')
    await wait(t, ['logger', depth], { handlers: [{ type: 'file', path }] })
    assertDelivered(readLog(path), { [source]: RECORDS })
  })

  it(`in Atomics.wait for ${whom}: to the console`, async (t) => {
    for (const handlers of [undefined, [{ type: 'console' }]]) {
      const { stdout } = await wait(t, ['logger', depth], { handlers })
      assertDelivered(readLines(stdout), { [source]: RECORDS })
    }
  })

  it(`in Atomics.wait for ${whom}: what it prints is all printed`, async (t) => {
    const { stdout, stats } = await wait(t, ['console', depth], {})
    assert.equal(countLines(stdout), RECORDS)
    assert.equal(stats.undelivered, 0)
  })

  it(`in Atomics.wait for ${whom}: what it prints is all printed, whatever the limit`, async (t) => {
    const config = { overflow: { limit: '4m' } }
    const { stdout, stats } = await wait(t, ['console', depth], config)
    assert.equal(countLines(stdout), RECORDS)
    assert.equal(stats.undelivered, 0)
  })
}

for (const how of ['logger', 'console']) {
  it(`in spawnSync for a child that logs 200 MB by ${how}: into a file`, async (t) => {
    const path = join(scratch(t), 'app.log')
    const config = { handlers: [{ type: 'file', path }] }
    const { told } = await spawnSync(t, [how, MANY], config)
    t.diagnostic(`the root's memory: ${told.maxRSS} MiB at most`)
    assert.ok(told.maxRSS < MAX_RSS, `${told.maxRSS} MiB`)
    assert.equal(await countInOrder(path, 'spawn#1'), MANY)
  })
}

it('in spawnSync for a child that prints: everything is printed, whatever the limit', async (t) => {
  const { stdout, told } = await spawnSync(t, ['console', RECORDS], { overflow: { limit: '4m' } })
  assert.equal(countLines(stdout), RECORDS)
  assert.equal(told.undelivered, 0)
})

it('in spawnSync for a child that prints: printed at once', async (t) => {
  const child = spawn(process.execPath, ['-r', REGISTER, join(FIXTURES, 'blocked/live.js')], {
    env: cleanEnv(),
  })
  t.after(() => child.kill('SIGKILL'))
  const closed = once(child, 'close')
  // The child exits only after what it printed was answered.
  child.stdout.once('data', () => child.stdin.end('seen'))
  assert.deepEqual(await closed, [0, null])
})

/** @param {import('node:test').TestContext} t @param {[string, number]} args how and depth @param {object} config */
async function wait(t, [how, depth], config) {
  const { told, ...ended } = await tell(t, 'blocked/waits.js', [how, RECORDS, 1000, depth], config)
  const [{ result }, stats] = told
  assert.notEqual(result, 'timed-out')
  return { ...ended, stats }
}

/** @param {import('node:test').TestContext} t @param {[string, number]} args how and records @param {object} config */
async function spawnSync(t, [how, records], config) {
  const args = [how, records, 1000]
  const { told, ...ended } = await tell(t, 'blocked/spawns-sync.js', args, config)
  assert.equal(told[0].status, 0)
  return { ...ended, told: told[0] }
}

/**
 * @param {import('node:test').TestContext} t
 * @param {string} program
 * @param {(string | number)[]} args
 * @param {object} config
 */
async function tell(t, program, args, config) {
  const report = join(scratch(t), 'report')
  const env = { TEST_REPORT: report }
  const ended = await run(program, { args: args.map(String), env, config, limit: 90_000 })
  assert.equal(ended.code, 0, ended.stderr)
  return { ...ended, told: /** @type {any[]} */ (readLines(readFileSync(report, 'utf8'))) }
}

/** Number of printed lines without the reports of drops. @param {string} text */
function countLines(text) {
  return text.split('\n').filter((line) => line.startsWith('x')).length
}

/** Counts the records of a log that is too large for a string. Fails at the first one out of order. @param {string} path @param {string} source */
async function countInOrder(path, source) {
  let count = 0
  for await (const line of createInterface({ input: createReadStream(path) })) {
    const record = JSON.parse(line)
    assert.deepEqual([record.source, record.seq], [source, ++count])
  }
  return count
}
