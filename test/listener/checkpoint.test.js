'use strict'
// The checkpoint's file: whatever a killed listener leaves of it, the last complete checkpoint is read.

const assert = require('node:assert/strict')
const { readFileSync, rmSync, statSync, writeFileSync } = require('node:fs')
const { join } = require('node:path')
const test = require('node:test')
const { CheckpointFile, readCheckpoint } = require('../../dist/listener/checkpoint.js')
const { scratch } = require('../helpers/run')

const HALF = 4096

test('the last checkpoint is read, of an earlier listener too', (t) => {
  const directory = scratch(t)
  assert.deepEqual(readCheckpoint(directory), { positions: {}, marks: [] })
  for (const first of [1, 10]) {
    const file = new CheckpointFile(directory)
    for (let number = first; number < first + 5; number++) {
      file.write(checkpoint(number))
      assert.deepEqual(readCheckpoint(directory), checkpoint(number))
    }
  }
})

test('of a half that was written in part, the other one is read, wherever the part ends', (t) => {
  const directory = scratch(t)
  const path = join(directory, 'state.json')
  const file = new CheckpointFile(directory)
  for (const number of [1, 2]) file.write(checkpoint(number))
  for (const number of [3, 4]) {
    const before = readFileSync(path)
    file.write(checkpoint(number))
    const after = readFileSync(path)
    const from = (number % 2) * HALF
    const { length } = after.toString('latin1', from, from + HALF).trimEnd()
    for (let at = from + 1; at <= from + length; at++) {
      const torn = Buffer.concat([after.subarray(0, at), before.subarray(at)])
      writeFileSync(path, torn)
      const read = readCheckpoint(directory)
      assert.ok(torn.equals(after) || read.positions.a[1] === number - 1, `cut at ${at}`)
    }
    writeFileSync(path, after)
    assert.deepEqual(readCheckpoint(directory), checkpoint(number))
  }
})

test('a checkpoint may outgrow its half, and its file may be removed', (t) => {
  const directory = scratch(t)
  const path = join(directory, 'state.json')
  const file = new CheckpointFile(directory)
  const producers = [1, 100, 1000, 1]
  for (const count of producers) {
    /** @type {Record<string, [number, number]>} */
    const positions = Object.fromEntries(Array.from({ length: count }, (_, i) => [`ä${i}`, [i, 7]]))
    for (let again = 0; again < 3; again++) {
      file.write({ positions, marks: [] })
      assert.deepEqual(readCheckpoint(directory), { positions, marks: [] })
    }
  }
  const { ino } = statSync(path)
  file.write(checkpoint(1))
  assert.equal(statSync(path).ino, ino, 'is overwritten')
  rmSync(path)
  file.write(checkpoint(2))
  assert.deepEqual(readCheckpoint(directory), checkpoint(2))
})

test('the checkpoint of an earlier version is read', (t) => {
  const directory = scratch(t)
  writeFileSync(join(directory, 'state.json'), JSON.stringify(checkpoint(5)), { mode: 0o600 })
  assert.deepEqual(readCheckpoint(directory), checkpoint(5))
})

/** @returns {import('../../dist/listener/checkpoint.js').Checkpoint} */
function checkpoint(number) {
  const marks = [{ path: '/ä.log', inode: '5', size: number * 1e6 }]
  return { positions: { a: [0, number], b: [number, 0] }, marks }
}
