'use strict'
// The delivery checker: what was logged and what arrived, by producer and sequence number.

const assert = require('node:assert/strict')

/**
 * What is wrong with a log, counted. A producer is a thread of a process; its `seq` runs 1, 2, 3, …
 * @param {readonly import('logshare').LogRecord[]} records
 */
function audit(records) {
  /** @type {Map<string, number[]>} */
  const producers = new Map()
  for (const { source, pid, tid, seq } of records) {
    const key = `${source} ${pid}/${tid}`
    const sequence = producers.get(key)
    if (sequence) sequence.push(seq)
    else producers.set(key, [seq])
  }
  const faults = { lost: 0, doubled: 0, disordered: 0 }
  for (const sequence of producers.values()) {
    const distinct = new Set(sequence)
    const last = sequence.reduce((greatest, seq) => Math.max(greatest, seq), 0)
    faults.lost += last - distinct.size
    faults.doubled += sequence.length - distinct.size
    faults.disordered += sequence.filter((seq, i) => i > 0 && seq < sequence[i - 1]).length
  }
  return { producers, ...faults }
}

/**
 * Fails unless each producer's records are complete from 1, single and in order, and as many as expected.
 * @param {readonly import('logshare').LogRecord[]} records
 * @param {Record<string, number>} [expected] records by source, summed over the processes of that source
 */
function assertDelivered(records, expected) {
  const { producers, lost, doubled, disordered } = audit(records)
  assert.deepEqual({ lost, doubled, disordered }, { lost: 0, doubled: 0, disordered: 0 })
  if (!expected) return
  /** @type {Record<string, number>} */
  const counts = {}
  for (const [key, sequence] of producers) {
    const source = key.slice(0, key.lastIndexOf(' '))
    counts[source] = (counts[source] ?? 0) + sequence.length
  }
  assert.deepEqual(counts, expected)
}

/**
 * Adds up what was dropped, by level, as `stats().drops` and the records about it tell by producer.
 * @param {readonly any[]} tallies
 */
function sumByLevel(tallies) {
  /** @type {Record<string, number>} */
  const sum = {}
  for (const tally of tallies) {
    for (const levels of Object.values(tally)) {
      for (const [level, count] of Object.entries(levels)) sum[level] = (sum[level] ?? 0) + count
    }
  }
  return sum
}

module.exports = { sumByLevel, audit, assertDelivered }
