'use strict'
// Prototype: properties that somebody has added to Object.prototype mean for children exactly what they mean without logshare.

const assert = require('node:assert/strict')
const { join } = require('node:path')
const { test } = require('node:test')
const { run, scratch } = require('../helpers/run')

test('a changed Object.prototype is the same for all children with logshare and without', async (t) => {
  const elsewhere = scratch(t)
  const changes = {
    cwd: { cwd: elsewhere },
    env: { env: { NAME: 'inherited' } },
    shell: { shell: '/bin/bash', stdio: 'ignore', eval: true },
    others: {
      detached: true,
      argv: ['more'],
      execArgv: ['--no-warnings'],
      argv0: 'other',
      windowsHide: true,
      uid: 65534,
    },
  }
  const args = [JSON.stringify(changes)]
  const bare = await run('prototype.js', { args, way: 'none', cwd: '/' })
  const config = { handlers: [{ type: 'file', path: join(elsewhere, 'app.log') }] }
  const seen = await run('prototype.js', { args, config, cwd: '/' })
  assert.deepEqual([seen.code, seen.stderr], [bare.code, bare.stderr])
  assert.deepEqual(JSON.parse(seen.stdout), JSON.parse(bare.stdout))
})
