'use strict'
// InputQueue: an input goes on counting where a collector before has stopped, in whatever way that was.

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

it('counts by itself, or as it is told', (t) => {
  const directory = scratch(t)
  const { place, close } = openInputQueue(directory, OPTIONS, POLICY)
  assert.equal(place.last(), 0)
  place.give(['{"msg":"a"}', '{"msg":"b"}'])
  assert.equal(place.last(), 2)
  place.give(['{"msg":"c"}'], 10)
  place.give(['{"msg":"d"}', '{"msg":"e"}'], 12)
  assert.equal(place.last(), 12)
  close()
  const lines = linesIn(directory).map((line) => JSON.parse(line))
  assert.deepEqual(
    lines.map(({ seq, msg }) => `${seq} ${msg}`),
    ['1 a', '2 b', '10 c', '10 d', '12 e'],
  )
  assert.deepEqual(new Set(lines.map(({ source }) => source)), new Set(['ndjson']))
})

it('the count is kept when the queue was read and removed', (t) => {
  const directory = scratch(t)
  const before = openInputQueue(directory, OPTIONS, POLICY)
  before.place.give(['{"msg":"a"}'], LARGE)
  before.close()
  for (const name of readdirSync(directory)) if (name.endsWith('.q')) rmSync(join(directory, name))
  const after = openInputQueue(directory, OPTIONS, POLICY)
  assert.equal(after.place.last(), LARGE)
  after.close()
})

it('the count is found in what was left when it was killed before it had noted it', (t) => {
  const directory = scratch(t)
  const before = openInputQueue(directory, OPTIONS, POLICY)
  before.place.give(['{"msg":"a"}'], LARGE)
  const { directory: home } = before.place
  const noted = readFileSync(join(home, 'last'))
  before.place.give(['{"msg":"b"}'], LARGE + 7)
  before.close()
  writeFileSync(join(home, 'last'), noted)
  const other = openInputQueue(directory, { ...OPTIONS, address: 'tcp://127.0.0.1:2' }, POLICY)
  assert.equal(other.place.last(), 0)
  other.close()
  const after = openInputQueue(directory, OPTIONS, POLICY)
  assert.equal(after.place.last(), LARGE + 7)
  after.close()
})

it('where there is no room it throws, and tells later how many were dropped', (t) => {
  const directory = scratch(t)
  const { place, close } = openInputQueue(directory, OPTIONS, POLICY)
  const line = JSON.stringify({ level: 'warn', msg: 'x'.repeat(1000) })
  let given = 0
  assert.throws(() => {
    for (; given < 1e4; given++) place.give([line])
  }, /the queue is full/)
  assert.equal(place.last(), given)
  assert.throws(() => place.give([line]), /the queue is full/)
  const before = linesIn(directory)
  const segments = readdirSync(directory)
    .filter((name) => name.endsWith('.q'))
    .sort((a, b) => Number(a.split('.')[1]) - Number(b.split('.')[1]))
  for (const name of segments.slice(0, -1)) rmSync(join(directory, name))
  const left = linesIn(directory).length
  place.give([line])
  place.give([line])
  close()
  assert.equal(place.last(), given + 2)
  const all = [...before, ...linesIn(directory).slice(left)].map((each) => JSON.parse(each))
  const reports = all.filter((each) => each.dropped)
  assert.equal(all.length - reports.length, given + 2)
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
