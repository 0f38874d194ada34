'use strict'
// Programs of the system that tests need: installed from Debian where they are missing.

const { execFileSync } = require('node:child_process')
const { accessSync, constants } = require('node:fs')
const { tmpdir } = require('node:os')
const { delimiter, join } = require('node:path')

/**
 * Throws if one is missing and cannot be installed.
 * @param {Record<string, string>} programs the package of each
 */
function needPrograms(programs) {
  const missing = () => Object.keys(programs).filter((program) => !isThere(program))
  if (missing().length === 0) return
  const packages = missing().map((program) => programs[program])
  const command = `apt-get install -y -qq --no-install-recommends ${packages.join(' ')}`
  if (process.getuid?.() !== 0) throw new Error(`needs ${missing().join(', ')}: ${command}`)
  // One test at a time: the others find it done.
  const lock = join(tmpdir(), 'logshare-apt.lock')
  execFileSync('flock', [lock, 'sh', '-c', `apt-get update -qq && ${command}`], { stdio: 'ignore' })
  if (missing().length > 0) throw new Error(`needs ${missing().join(', ')}, also after ${command}`)
}

/** @param {string} program */
function isThere(program) {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin']
  return folders.some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}

module.exports = { needPrograms }
