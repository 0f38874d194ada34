'use strict'
// What the log has to have of the start and the end of a child, with the option `lifecycle`.

const assert = require('node:assert/strict')
const { join } = require('node:path')
const { assertDelivered } = require('./delivery.js')
const { FIXTURES } = require('./run.js')

const CHILD = join(FIXTURES, 'lifecycle/child.js')

/** @typedef {import('logshare').LogRecord} LogRecord */
/** @typedef {Partial<Record<'kind' | 'script' | 'reason' | 'code' | 'signal' | 'records' | 'level', unknown>>} End */

/** What the log has of one child, in order. @param {readonly LogRecord[]} records @param {string} child */
const of = (records, child) => records.filter(({ source }) => source === child)
/** @param {readonly LogRecord[]} records */
const events = (records) => records.filter(({ event }) => event !== undefined)

/**
 * Fails unless the child's records begin with its start and end with its end, and both are complete.
 * @param {readonly LogRecord[]} records
 * @param {string} child
 * @param {End} expected
 */
function assertLife(records, child, expected) {
  const own = of(records, child)
  const names = own.map(({ event }) => event ?? '')
  assert.deepEqual(names, ['start', ...own.slice(2).map(() => ''), 'end'], child)
  const [start, end] = [own[0], own[own.length - 1]]
  const { level = 30, ...fields } = expected
  for (const [name, value] of Object.entries(fields))
    assert.equal(end[name], value, `${child}: ${name}`)
  assert.equal(end.level, level, child)
  assert.equal(start.level, 30)
  for (const each of [start, end]) {
    assert.equal(each.name, 'logshare')
    assert.equal(each.child, child)
    assert.equal(each.parent, child.includes('/') ? child.slice(0, child.lastIndexOf('/')) : 'root')
    assert.equal(each.kind, fields.kind ?? child.slice(child.lastIndexOf('/') + 1).split('#')[0])
    assert.equal(each.script, 'script' in fields ? fields.script : CHILD)
    assert.deepEqual([each.pid, each.tid], [start.pid, start.tid])
  }
  if (!('signal' in fields)) assert.equal(end.signal, undefined, child)
  assert.equal(end.records, fields.records ?? own.length - 2, child)
  assert.equal(end.drops, 0)
  assert.ok(Number.isInteger(end.duration) && Number(end.duration) <= 60_000, `${end.duration}`)
  assert.match(end.msg, new RegExp(`^${child} .* after ${end.duration} ms$`))
}

/** @param {readonly LogRecord[]} records @param {string[]} children */
function assertOnly(records, children) {
  assertDelivered(records)
  const named = events(records).map(({ event, child }) => `${event} ${child}`)
  assert.deepEqual(
    named.sort(),
    children.flatMap((child) => [`start ${child}`, `end ${child}`]).sort(),
  )
}

module.exports = { assertLife, assertOnly, events, of }
