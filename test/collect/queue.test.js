'use strict'
// An input's queue: sequence numbers continue after the last ones of an earlier collector, however that one ended.

const assert = require('node:assert/strict')
const { readdirSync, readFileSync, rmSync, writeFileSync } = require('node:fs')
const { join } = require('node:path')
const { it } = require('node:test')
const { openInputQueue } = require('../../dist/collect/queue')
const { FileReader } = require('../../dist/queue/reader')
const { listProducers } = require('../../dist/queue/segment')
const { sumByLevel } = require('../helpers/delivery')
const { scratch } = require('../helpers/run')

const OPTIONS = /** @type {const} */ ({ type: 'ndjson', address: 'tcp://127.0.0.1:1' })
const POLICY = /** @type {const} */ ({ policy: 'drop', limit: 512 * 1024, wait: 0 })
const LARGE = 2 ** 32 + 5

it('numbers records itself, or uses the numbers it is given', (t) => {
  const directory = scratch(t)
  const { context, close } = openInputQueue(directory, OPTIONS, POLICY)
  assert.equal(context.last(), 0)
  context.append(['{"msg":"a"}', '{"msg":"b"}'])
  assert.equal(context.last(), 2)
  context.append(['{"msg":"c"}'], 10)
  context.append(['{"msg":"d"}', '{"msg":"e"}'], 12)
  assert.equal(context.last(), 12)
  close()
  const lines = linesIn(directory).map((line) => JSON.parse(line))
  assert.deepEqual(
    lines.map(({ seq, msg }) => `${seq} ${msg}`),
    ['1 a', '2 b', '10 c', '10 d', '12 e'],
  )
  assert.deepEqual(new Set(lines.map(({ source }) => source)), new Set(['ndjson']))
})

it('keeps the last number when the queue was read and removed', (t) => {
  const directory = scratch(t)
  const before = openInputQueue(directory, OPTIONS, POLICY)
  before.context.append(['{"msg":"a"}'], LARGE)
  before.close()
  for (const name of readdirSync(directory)) if (name.endsWith('.q')) rmSync(join(directory, name))
  const after = openInputQueue(directory, OPTIONS, POLICY)
  assert.equal(after.context.last(), LARGE)
  after.close()
})

it('finds the last number in the queue if the collector was killed before it saved it', (t) => {
  const directory = scratch(t)
  const before = openInputQueue(directory, OPTIONS, POLICY)
  before.context.append(['{"msg":"a"}'], LARGE)
  const { directory: home } = before.context
  const saved = readFileSync(join(home, 'last'))
  before.context.append(['{"msg":"b"}'], LARGE + 7)
  before.close()
  writeFileSync(join(home, 'last'), saved)
  const other = openInputQueue(directory, { ...OPTIONS, address: 'tcp://127.0.0.1:2' }, POLICY)
  assert.equal(other.context.last(), 0)
  other.close()
  const after = openInputQueue(directory, OPTIONS, POLICY)
  assert.equal(after.context.last(), LARGE + 7)
  after.close()
})

it('throws if the queue is full, and later reports how many records were dropped', (t) => {
  const directory = scratch(t)
  const { context, close } = openInputQueue(directory, OPTIONS, POLICY)
  const line = JSON.stringify({ level: 'warn', msg: 'x'.repeat(1000) })
  let appended = 0
  assert.throws(() => {
    for (; appended < 1e4; appended++) context.append([line])
  }, /the queue is full/)
  assert.equal(context.last(), appended)
  assert.throws(() => context.append([line]), /the queue is full/)
  const before = linesIn(directory)
  const segments = readdirSync(directory)
    .filter((name) => name.endsWith('.q'))
    .sort((a, b) => Number(a.split('.')[1]) - Number(b.split('.')[1]))
  for (const name of segments.slice(0, -1)) rmSync(join(directory, name))
  const left = linesIn(directory).length
  context.append([line])
  context.append([line])
  close()
  assert.equal(context.last(), appended + 2)
  const all = [...before, ...linesIn(directory).slice(left)].map((each) => JSON.parse(each))
  const reports = all.filter((each) => each.dropped)
  assert.equal(all.length - reports.length, appended + 2)
  assert.deepEqual(sumByLevel(reports.map(({ dropped }) => dropped)), { warn: 2 })
})

/** All lines of a directory's queues. @param {string} directory */
function linesIn(directory) {
  return [...listProducers(directory)].flatMap(([producer, first]) => {
    const reader = new FileReader(directory, producer, [first, 0])
    const lines = []
    for (let frame = reader.peek(); frame; frame = reader.peek()) {
      lines.push(frame.buffer.toString('utf8', frame.start, frame.end))
      reader.next()
      reader.release()
    }
    reader.close()
    return lines
  })
}
