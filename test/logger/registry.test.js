'use strict'
// Registry: names that nobody asked for by `getLogger` are kept up to a limit.

const assert = require('node:assert/strict')
const { test } = require('node:test')
const { Registry } = require('../../dist/logger/registry.js')

test('names of printed lines beyond 10,000 are not kept, and have their levels', () => {
  const registry = new Registry(/** @type {any} */ ({}), 'info')
  registry.setLevels({ 'app.db': 'warn' })
  for (let i = 0; i < 20_000; i++) registry.node(`name ${i}`)
  assert.equal(registry.node('name 1'), registry.node('name 1'))
  assert.notEqual(registry.node('name 19999'), registry.node('name 19999'))
  assert.deepEqual([registry.node('app.db.new').limit, registry.node('app.x').limit], [40, 0])
  const logger = registry.getLogger('late')
  registry.setLevel(registry.node('late'), 'debug')
  assert.deepEqual([logger.level, registry.ownLevels().late], ['debug', 'debug'])
})
