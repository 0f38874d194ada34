'use strict'
// Silence: a test file that never ends is killed with all that it has started, so that the run fails and says where.

const { readdirSync, readFileSync } = require('node:fs')

/** The longest time without a line of output, in ms. The slowest test takes a third of it on a busy machine. */
const LIMIT = 300_000

/**
 * Watches the output of a test runner. The files that hang are its children.
 * @param {import('node:child_process').ChildProcess} runner its stdout is a pipe
 * @param {number} [limit] ms
 */
function endInSilence(runner, limit = LIMIT) {
  const timer = setTimeout(() => {
    const hanging = descendants(runner.pid)
    const lines = hanging.map(({ pid, parent, command }) => `  ${pid} (of ${parent}): ${command}`)
    console.error(`no output for ${limit} ms, killing:\n${lines.join('\n')}`)
    for (const { pid } of hanging) kill(pid)
    timer.refresh()
  }, limit)
  runner.stdout?.on('data', () => timer.refresh())
  runner.once('close', () => clearTimeout(timer))
}

/**
 * Processes below another one, parents first.
 * @param {number | undefined} root
 * @returns {{ pid: number, parent: number, command: string }[]}
 */
function descendants(root) {
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap(look)
  const below = (/** @type {number | undefined} */ parent) =>
    all
      .filter((process) => process.parent === parent)
      .flatMap((process) => [process, ...below(process.pid)])
  return below(root)
}

/** @param {string} pid */
function look(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    const [, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
    return [{ pid: Number(pid), parent: Number(parent), command: command.slice(0, 300) }]
  } catch {
    return [] // It has ended.
  }
}

/** @param {number} pid */
function kill(pid) {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has ended.
  }
}

module.exports = { endInSilence }
