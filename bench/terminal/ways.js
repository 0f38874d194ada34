'use strict'
// Ways: what each way of showing the records prints on a real terminal of 100 columns.

const { spawnSync } = require('node:child_process')
const { copyFileSync, cpSync, mkdtempSync, rmSync } = require('node:fs')
const { tmpdir } = require('node:os')
const { join } = require('node:path')
const { composeWay } = require('./compose.js')

const ROOT = join(__dirname, '../..')
const PEERS = join(__dirname, '../peers/node_modules')
const COLUMNS = 100
const NAMES = ['api', 'worker']
const WAYS = ['logshare', 'pino-pretty', 'consola', 'concurrently', 'docker-compose']
const CONFIG = {
  level: 'trace',
  adapters: false,
  handlers: [{ type: 'console', format: 'pretty' }],
}

/** @typedef {{ folder: string, env: Record<string, string> }} Place */

/**
 * What is printed; undefined if this way is not to be had here.
 * @param {string} way @param {{ isLight?: boolean }} [options]
 */
function printed(way, { isLight = false } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'shop-'))
  copyFileSync(join(__dirname, 'app.js'), join(folder, 'app.js'))
  cpSync(PEERS, join(folder, 'node_modules'), { recursive: true })
  const env = {
    TERM: 'xterm-256color',
    COLORFGBG: isLight ? '0;15' : '15;0',
    TZ: 'UTC',
    LOGSHARE_CONFIG: JSON.stringify(CONFIG),
    LOGSHARE: ROOT,
  }
  const place = { folder, env }
  try {
    if (way === 'docker-compose') {
      return composeWay(place, (words) => onTerminal(words, place))
    }
    return onTerminal(wordsOf(way, folder), place)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** @param {string} way @param {string} folder */
function wordsOf(way, folder) {
  const app = join(folder, 'app.js')
  const node = [process.execPath]
  if (way === 'logshare') return [...node, '-r', join(ROOT, 'register.js'), app, way]
  if (way !== 'concurrently') return [...node, app, way]
  const concurrently = join(folder, 'node_modules/concurrently/dist/bin/concurrently.js')
  const options = ['--names', NAMES.join(','), '--prefix-colors', 'auto']
  const commands = NAMES.map((name) => `${process.execPath} ${app} pino-pretty ${name}`)
  return [...node, concurrently, ...options, ...commands]
}

/** @param {string[]} words @param {Place} place */
function onTerminal(words, { folder, env }) {
  const quoted = words.map((word) => `'${word}'`).join(' ')
  const command = `stty cols ${COLUMNS} rows 50; ${quoted}`
  const { NO_COLOR, FORCE_COLOR, ...rest } = process.env
  const { stdout } = spawnSync('script', ['-qec', command, '/dev/null'], {
    cwd: folder,
    env: { ...rest, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
    encoding: 'utf8',
    maxBuffer: 1e8,
  })
  return stdout
}

module.exports = { COLUMNS, WAYS, printed }
