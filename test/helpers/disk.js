'use strict'
// Real disks that are really full.

const assert = require('node:assert/strict')
const { execFileSync } = require('node:child_process')
const { mkdtempSync, rmdirSync, writeFileSync } = require('node:fs')
const { tmpdir } = require('node:os')
const { join } = require('node:path')

/**
 * A file system of its own, in memory, unmounted after the test; Linux, and a user who may mount.
 * @param {{ after(fn: () => void): void }} t
 * @param {string} size
 */
function mountSmall(t, size) {
  const path = mkdtempSync(join(tmpdir(), 'logshare-disk-'))
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size},mode=0700`, 'tmpfs', path])
  t.after(() => {
    execFileSync('umount', ['-l', path])
    rmdirSync(path)
  })
  return path
}

/** Takes all the room there is. @param {string} path */
function fill(path) {
  for (const size of [64 * 1024, 1]) {
    try {
      for (;;) writeFileSync(path, Buffer.alloc(size), { flag: 'a' })
    } catch (error) {
      assert.equal(/** @type {NodeJS.ErrnoException} */ (error).code, 'ENOSPC')
    }
  }
}

module.exports = { fill, mountSmall }
