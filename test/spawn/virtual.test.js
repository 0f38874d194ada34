'use strict'
// Virtual: below Yarn PnP a package with peers has a path that is on no disk; children get the one that is.

const assert = require('node:assert/strict')
const { join } = require('node:path')
const { it } = require('node:test')
const { ROOT } = require('../helpers/run')

const { onDisk } = require(join(ROOT, 'dist/spawn/preload.js'))

it("finds a package's folder on the disk", () => {
  const rest = 'unplugged/logshare/node_modules/logshare/register.js'
  assert.equal(onDisk(`/app/.yarn/__virtual__/logshare-virtual-1a/0/${rest}`), `/app/.yarn/${rest}`)
  assert.equal(
    onDisk(`/app/.yarn/__virtual__/logshare-virtual-1a/2/packages/logshare/register.js`),
    '/packages/logshare/register.js',
  )
  assert.equal(
    onDisk('/app/node_modules/logshare/register.js'),
    '/app/node_modules/logshare/register.js',
  )
})
