'use strict'
// Compose: the application as two services of Docker Compose, whose log is shown by `docker compose logs`. It needs an engine
// and no registry: the image is empty, and the services see this machine's programs, read-only.

const { execFileSync, spawnSync } = require('node:child_process')
const { mkdirSync, symlinkSync, writeFileSync } = require('node:fs')
const { dirname, join } = require('node:path')

const ROOT = join(__dirname, '../..')
const IMAGE = 'logshare-terminal:1'
const NAMES = ['api', 'worker']
const FOLDERS = ['bin', 'lib', 'lib64', 'sbin']

/** @typedef {import('./ways.js').Place} Place */

/**
 * Undefined if there is no engine or no Compose.
 * @param {Place} place @param {(words: string[]) => string} show
 */
function composeWay(place, show) {
  const compose = composeCommand()
  if (!compose || spawnSync('docker', ['version']).status !== 0) return undefined
  importImage(place.folder)
  const file = join(place.folder, 'compose.json')
  writeFileSync(file, JSON.stringify(projectOf(place)))
  const words = [...compose, '--project-name', 'shop', '--file', file]
  const run = (/** @type {string[]} */ args) => {
    const [program, ...rest] = [...words, ...args]
    execFileSync(program, rest, { stdio: 'ignore' })
  }
  try {
    run(['up'])
    return show([...words, 'logs'])
  } finally {
    run(['down'])
    execFileSync('docker', ['image', 'rm', IMAGE], { stdio: 'ignore' })
  }
}

/** The plugin, or the program of its first version. */
function composeCommand() {
  const ways = [['docker', 'compose'], ['docker-compose']]
  return ways.find(([program, ...args]) => spawnSync(program, [...args, 'version']).status === 0)
}

/** @param {string} folder */
function importImage(folder) {
  const root = join(folder, 'image')
  mkdirSync(join(root, 'tmp'), { recursive: true })
  for (const name of FOLDERS) symlinkSync(`usr/${name}`, join(root, name))
  const input = execFileSync('tar', ['-C', root, '-c', '.'], { maxBuffer: 1e8 })
  execFileSync('docker', ['import', '-', IMAGE], { input, stdio: ['pipe', 'ignore', 'inherit'] })
}

/** @param {Place} place */
function projectOf({ folder, env }) {
  const seen = ['/usr', dirname(dirname(process.execPath)), ROOT, folder]
  const volumes = [...new Set(seen)].map((path) => `${path}:${path}:ro`)
  const environment = { ...env, FORCE_COLOR: '1' }
  const service = (/** @type {string} */ name) => ({
    image: IMAGE,
    command: [process.execPath, join(folder, 'app.js'), 'pino-pretty', name],
    network_mode: 'none',
    volumes,
    environment,
  })
  const services = Object.fromEntries(NAMES.map((name) => [name, service(name)]))
  return { version: '3', services }
}

module.exports = { composeWay }
