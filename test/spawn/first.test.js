'use strict'
// The first process that a root starts: its start holds up neither the call nor what is written to its stdin.

const assert = require('node:assert/strict')
const { join } = require('node:path')
const { test } = require('node:test')
const { assertDelivered } = require('../helpers/delivery.js')
const { readLog, run, scratch } = require('../helpers/run.js')

test("the listener's thread starts after the first spawn has returned, and before it is missed", async (t) => {
  const directory = scratch(t)
  const path = join(directory, 'app.log')
  const options = {
    env: { XDG_RUNTIME_DIR: directory },
    config: { handlers: [{ type: 'file', path }] },
  }
  const { code, stdout, stderr } = await run('first-spawn.js', options)
  assert.deepEqual({ code, stderr }, { code: 0, stderr: '' })
  assert.deepEqual(stdout.split('\n').filter(Boolean), ['inline', 'written', 'thread'])
  const records = readLog(path)
  assertDelivered(records)
  assert.deepEqual(
    records.filter(({ source }) => source === 'spawn#1').map(({ msg }) => msg),
    ['from the child'],
  )
})

test('a root that exits right after it has started a process leaves it the log', async (t) => {
  const directory = scratch(t)
  const path = join(directory, 'app.log')
  const options = {
    env: { XDG_RUNTIME_DIR: directory },
    config: { handlers: [{ type: 'file', path }] },
    args: ['exit'],
  }
  const { code, stderr } = await run('first-spawn.js', options)
  assert.deepEqual({ code, stderr }, { code: 0, stderr: '' })
  assert.deepEqual(
    readLog(path).map(({ source, msg }) => `${source}: ${msg}`),
    ['root: before the child', 'spawn#1: from the child'],
  )
})
