'use strict'
// Audit: reads a log of any size once and counts, per producer, its records and those missing, doubled or out of order.

const { createReadStream } = require('node:fs')
const { createInterface } = require('node:readline')

/** Gaps that are remembered of one producer, so that a record behind a later one is told from a doubled one. */
const MAX_GAPS = 10_000

/** `knows` tells whether there is a producer of that number. */
async function auditFile(path, knows) {
  const audit = {
    producers: new Map(),
    lines: 0,
    bytes: 0,
    late: 0,
    announced: 0,
    broken: 0,
    first: '',
  }
  let latest = 0
  for await (const line of createInterface({ input: createReadStream(path), crlfDelay: 0 })) {
    audit.lines++
    audit.bytes += line.length + 1
    const record = parse(line)
    if (record?.name === 'logshare') audit.announced += sumOf(record.dropped)
    else if (record?.name !== 'soak' || !knows(record.p)) {
      audit.broken++
      audit.first ||= line.slice(0, 200)
    } else {
      const producer = audit.producers.get(record.p) ?? {
        last: 0,
        missing: 0,
        doubled: 0,
        disordered: 0,
        gaps: [],
      }
      audit.producers.set(record.p, producer)
      count(producer, record.i)
      if (record.time < latest) audit.late++
      else latest = record.time
    }
  }
  return audit
}

function count(producer, i) {
  if (i <= producer.last) {
    if (fill(producer.gaps, i)) {
      producer.missing--
      producer.disordered++
    } else producer.doubled++
    return
  }
  const from = producer.last + 1
  if (i > from) {
    producer.missing += i - from
    if (producer.gaps.length < MAX_GAPS) producer.gaps.push([from, i - 1])
  }
  producer.last = i
}

// Takes one number out of the gaps; false if it is in none.
function fill(gaps, i) {
  const at = gaps.findIndex(([from, to]) => from <= i && i <= to)
  if (at < 0) return false
  const [from, to] = gaps[at]
  const rest = [
    [from, i - 1],
    [i + 1, to],
  ].filter(([low, high]) => low <= high)
  gaps.splice(at, 1, ...rest)
  return true
}

function parse(line) {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}

function sumOf(counts = {}) {
  return Object.values(counts).reduce((sum, n) => sum + n, 0)
}

module.exports = { auditFile }
