'use strict'
// Fastify: it accepts our logger as its logger instance, in place of one of pino's.

const assert = require('node:assert/strict')
const { join } = require('node:path')
const { test } = require('node:test')
const { assertDelivered } = require('../helpers/delivery')
const { run, scratch, readLog } = require('../helpers/run')

test('Fastify logs through a logger instance, with its own children and serializers', async (t) => {
  const path = join(scratch(t), 'app.log')
  const config = { handlers: [{ type: 'file', path }] }
  const { code, stderr } = await run('fastify.js', { config })
  assert.equal(code, 0, stderr)
  const records = readLog(path)
  assertDelivered(records, { root: records.length })
  const ours = records.filter(({ name }) => name === 'web')
  const [incoming, handled, completed] = /** @type {any[]} */ (
    ours.filter(({ reqId }) => reqId !== undefined)
  )
  assert.equal(incoming.msg, 'incoming request')
  assert.deepEqual(
    [incoming.req.method, incoming.req.url],
    ['GET', '/hello'],
    'the request is logged as its serializer returns it',
  )
  assert.deepEqual([handled.msg, handled.greeted], ['in the handler', 'world'])
  assert.equal(completed.msg, 'request completed')
  assert.equal(completed.res.statusCode, 200)
})
