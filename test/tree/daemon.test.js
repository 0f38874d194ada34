'use strict'
// Daemon: a child that only starts others outlives its root, and they log into the same log.

const assert = require('node:assert/strict')
const { readdirSync } = require('node:fs')
const { join } = require('node:path')
const { it } = require('node:test')
const { assertDelivered } = require('../helpers/delivery')
const { run, scratch, readLines, readLog } = require('../helpers/run')

for (const way of /** @type {const} */ (['-r', 'NODE_OPTIONS'])) {
  it(`logs what a daemon starts after the command that started it has ended, by ${way}`, async (t) => {
    const directory = scratch(t)
    const path = join(directory, 'app.log')
    const config = { handlers: [{ type: 'file', path }] }
    const { stderr } = await runCommand(directory, ['daemon'], { way, config })
    assert.equal(stderr, '')
    assertDelivered(readLog(path), { 'fork#1/fork#2': 100 })
  })
}

it('a daemon that does nothing before the command has ended leaves no directory', async (t) => {
  const { stdout, stderr } = await runCommand(scratch(t), ['late'], { way: 'NODE_OPTIONS' })
  assert.equal(stderr, '')
  assertDelivered(readLines(stdout), { 'fork#1/fork#1': 100 })
})

for (const how of ['exit', 'natural', 'shell', 'worker']) {
  it(`a process that has not logged before its root ends logs all the same: ${how}`, async (t) => {
    const directory = scratch(t)
    const path = join(directory, 'app.log')
    const out = join(directory, 'out.log')
    const env = { TMPDIR: directory, XDG_RUNTIME_DIR: '', OUT: out }
    const config = { handlers: [{ type: 'file', path }] }
    const ended = await run('death/orphan.js', { args: [how], env, config })
    assert.deepEqual([ended.code, ended.stdout, ended.stderr], [0, '', ''])
    const records = readLog(path)
    assertDelivered(records, { [how === 'worker' ? 'worker#1/spawn#1' : 'spawn#1']: 40 })
    assert.equal(readLog(out).length, 20)
    const base = readdirSync(directory).find((name) => name.startsWith('logshare-'))
    assert.deepEqual(readdirSync(join(directory, String(base))), [])
  })
}

it('a process that outlives its root and never logs leaves no directory', async (t) => {
  const directory = scratch(t)
  const env = { TMPDIR: directory, XDG_RUNTIME_DIR: '', OUT: join(directory, 'out'), SILENT: '1' }
  const ended = await run('death/orphan.js', { args: ['exit'], env })
  assert.deepEqual([ended.code, ended.stdout, ended.stderr], [0, '', ''])
  const base = readdirSync(directory).find((name) => name.startsWith('logshare-'))
  assert.deepEqual(readdirSync(join(directory, String(base))), [])
})

it('a program that ends with its root leaves no directory', async (t) => {
  const directory = scratch(t)
  const env = { TMPDIR: directory, XDG_RUNTIME_DIR: '' }
  // It is compiled, and goes on until its standard input ends.
  const text = `require('node:child_process').spawn('cat', { stdio: ['pipe', 'inherit', 'inherit'] }).unref()
process.exit()`
  const { code, stderr } = await run('context.js', { flags: ['-e', text], env })
  assert.deepEqual([code, stderr], [0, ''])
  const base = readdirSync(directory).find((name) => name.startsWith('logshare-'))
  assert.deepEqual(readdirSync(join(directory, String(base))), [])
})

/**
 * Fails unless nothing is left of the runtime directories. The run is over when the last process has closed its stdio.
 * @param {string} directory
 * @param {string[]} args
 * @param {Parameters<typeof run>[1]} options
 */
async function runCommand(directory, args, options) {
  const env = { TMPDIR: directory, XDG_RUNTIME_DIR: '' }
  const ended = await run('death/daemon.js', { ...options, args: ['command', ...args], env })
  assert.equal(ended.code, 0)
  const base = readdirSync(directory).find((name) => name.startsWith('logshare-'))
  assert.deepEqual(readdirSync(join(directory, String(base))), [])
  return ended
}
