'use strict'
// Systems that give little: few descriptors, a temporary directory that is read-only, no /proc, no /dev/shm.

const assert = require('node:assert/strict')
const { spawn } = require('node:child_process')
const { mkdirSync } = require('node:fs')
const { join } = require('node:path')
const { it } = require('node:test')
const { cleanEnv, collect, FIXTURES, REGISTER, scratch } = require('../helpers/run')

const PROGRAM = join(FIXTURES, 'attacks/children.js')

/** Shell commands before the program. @type {Record<string, { before: (folder: string) => string, lines: number }>} */
const SYSTEMS = {
  'few descriptors': { before: () => 'ulimit -n 24', lines: 1 },
  'a read-only temporary directory': {
    before: (folder) => `mount -t tmpfs -o ro none ${folder}`,
    lines: 1,
  },
  'no /dev/shm': { before: () => 'mount -t tmpfs -o ro none /dev/shm', lines: 0 },
  'no /proc': { before: () => 'umount -l /proc', lines: 0 },
}

for (const [name, { before, lines }] of Object.entries(SYSTEMS)) {
  for (const isConfigured of [false, true]) {
    it(`${name}: the program runs as without logshare${isConfigured ? ', with a log file' : ''}`, async (t) => {
      const folder = scratch(t)
      const tmp = join(folder, 'tmp')
      mkdirSync(tmp)
      const config = JSON.stringify({ handlers: [{ type: 'file', path: join(folder, 'app.log') }] })
      const env = cleanEnv({
        TMPDIR: tmp,
        XDG_RUNTIME_DIR: '',
        ...(isConfigured && { LOGSHARE_CONFIG: config }),
      })
      const start = (/** @type {string} */ flags) => {
        const script = `${before(tmp)} && exec ${process.execPath} ${flags} ${PROGRAM}`
        const child = spawn('unshare', ['-m', 'bash', '-c', script], { env, stdio: 'pipe' })
        return collect(child, { limit: 30_000 })
      }
      const [bare, ours] = [await start(''), await start(`-r ${REGISTER}`)]
      assert.deepEqual([ours.code, ours.stdout], [bare.code, bare.stdout], ours.stderr)
      assert.equal(bare.code, 5)
      assert.ok(ours.stderr.split('\n').filter(Boolean).length <= lines, ours.stderr)
    })
  }
}
