'use strict'
// Own: what somebody has added to Object.prototype is no option.

const assert = require('node:assert/strict')
const { test } = require('node:test')
const { checkOptions } = require('../../dist/config/options.js')

test('inherited members are no options', (t) => {
  const given = { handlers: [{ type: 'file', path: '/app.log' }] }
  const before = checkOptions(given, ['console'])
  const more = {
    level: 'loud',
    lifecycle: true,
    format: 'pretty',
    rotate: { size: 1 },
    redact: ['a'],
  }
  Object.assign(Object.prototype, more)
  t.after(() => {
    for (const key of Object.keys(more)) Reflect.deleteProperty(Object.prototype, key)
  })
  assert.deepEqual(JSON.stringify(checkOptions(given, ['console'])), JSON.stringify(before))
})
