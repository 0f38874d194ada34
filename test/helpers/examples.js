'use strict'
// Examples: runs the code blocks of a page in a folder of its own, as a reader would who has logshare installed.

const { spawn } = require('node:child_process')
const { once } = require('node:events')
const { chmodSync, cpSync, mkdirSync, symlinkSync, writeFileSync } = require('node:fs')
const { delimiter, join } = require('node:path')
const { gzipSync } = require('node:zlib')
const { cleanEnv, collect, FIXTURES, killGroup, REGISTER, ROOT } = require('./run.js')

/** Commands that are not run, and why. */
const EXEMPT = [
  {
    command: /^npm install /,
    why: 'needs a registry; that the packages are known is checked instead',
  },
  { command: /^npm ci$/, why: 'replaces node_modules under the running tests' },
  { command: /^npm cit$/, why: 'is what runs this test' },
  { command: /^npm run demo$/, why: 'takes long; test/cli/demo.test.js runs it' },
]

/** Commands that end by a signal only: they get it after some seconds. */
const ENDLESS = /--follow|--watch|logshare view|logshare collect(?!.*(--prepare|&$))/

/** Milliseconds a block may take. */
const LIMIT = 25_000

/**
 * The folder for a page: logshare installed, `npx`, and what its blocks use: `app.js`, logs and a configuration. Blocks that
 * begin with a comment naming a file are that file.
 * @param {string} folder @param {import('./markdown.js').Page} page
 */
function prepare(folder, page) {
  mkdirSync(join(folder, 'node_modules'), { recursive: true })
  symlinkSync(ROOT, join(folder, 'node_modules/logshare'))
  // npm's own npx takes a second to find what is installed.
  const npx = `#!/bin/sh\n[ "$1" = logshare ] && shift && exec "${process.execPath}" "${ROOT}/dist/cli/main.js" "$@"\nexit 127\n`
  mkdirSync(join(folder, 'bin'))
  writeFileSync(join(folder, 'bin/npx'), npx)
  chmodSync(join(folder, 'bin/npx'), 0o755)
  cpSync(join(FIXTURES, 'docs'), folder, { recursive: true })
  writeFileSync(join(folder, 'other.log.2.gz'), gzipSync('2026-11-28T04:26:37Z a line of text\n'))
  for (const { language, code } of page.blocks) {
    const name = fileOf(code)
    if (language === 'js' && name) writeFileSync(join(folder, name), code)
  }
}

/** @param {string} code */
function fileOf(code) {
  return /^\/\/ ([\w-]+\.js)\n/.exec(code)?.[1]
}

/** Runs a block of JavaScript with the preload, or without if it installs logshare itself. */
function runScript(folder, code) {
  const file = join(folder, fileOf(code) ?? 'block.js')
  writeFileSync(file, code)
  const preload = code.includes('install(') ? [] : ['-r', REGISTER]
  return execute(folder, process.execPath, [...preload, file])
}

/** Runs a block of shell commands but for those that are exempt; stops at the first that fails. */
function runShell(folder, code) {
  const lines = code.split('\n').map((line) => {
    const commands = line.split(' && ').filter((command) => !isExempt(command))
    return commands.map(endIfEndless).join(' && ')
  })
  // A collector in the background has taken the records when they are in its log.
  const wait = 'for i in $(seq 100); do [ -s all.log ] && break; sleep 0.1; done'
  const isAlone = !/&$/m.test(code)
  const script = isAlone ? lines : [`trap 'kill $!; wait $!' EXIT`, ...lines, wait]
  return execute(folder, 'sh', ['-ec', script.join('\n')])
}

/** @param {string} command */
function isExempt(command) {
  return EXEMPT.some((exempt) => exempt.command.test(command))
}

/** @param {string} command */
function endIfEndless(command) {
  return ENDLESS.test(command) ? `timeout --preserve-status -s INT -k 5 2 ${command}` : command
}

/** An application that runs while a page's commands look at running applications; returns what ends it. */
async function startApplication(folder) {
  const file = join(folder, 'busy.js')
  const child = spawn(process.execPath, ['-r', REGISTER, file], { cwd: folder, env: envOf(folder) })
  await once(/** @type {import('node:stream').Readable} */ (child.stdout), 'data')
  return async () => {
    child.kill()
    await once(child, 'close')
  }
}

// Whatever it has started ends with it.
async function execute(folder, command, args) {
  const options = { cwd: folder, env: envOf(folder), detached: true }
  const child = spawn(command, args, { ...options, stdio: 'pipe' })
  try {
    return await collect(child, { limit: LIMIT })
  } finally {
    killGroup(child)
  }
}

function envOf(folder) {
  const PATH = [join(folder, 'bin'), process.env.PATH].join(delimiter)
  return cleanEnv({ PATH, TMPDIR: folder, XDG_RUNTIME_DIR: undefined, LOGSHARE_DIR: undefined })
}

module.exports = { EXEMPT, prepare, runScript, runShell, startApplication }
