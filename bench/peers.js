'use strict'
// Peers: the libraries that logshare is compared with, in a folder of their own and at fixed versions.

const { spawnSync } = require('node:child_process')
const { existsSync } = require('node:fs')
const { createRequire } = require('node:module')
const { join } = require('node:path')

const folder = join(__dirname, 'peers')
const requirePeer = createRequire(join(folder, 'package.json'))

/** Installs them if they are not there. */
function installPeers() {
  if (existsSync(join(folder, 'node_modules'))) return
  const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund']
  const { status } = spawnSync('npm', args, { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] })
  if (status !== 0) throw new Error('the peers cannot be installed')
}

module.exports = { installPeers, requirePeer }
