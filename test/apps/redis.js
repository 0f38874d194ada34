// A redis-server of the tests' own, on a Unix socket; nothing of it is kept.

const { spawn } = require('node:child_process')
const { once } = require('node:events')
const { existsSync, mkdtempSync, rmSync } = require('node:fs')
const { tmpdir } = require('node:os')
const { join } = require('node:path')

/** Returns the path of its socket, and what ends it. */
async function startRedis() {
  const folder = mkdtempSync(join(tmpdir(), 'logshare-redis-'))
  const socket = join(folder, 'redis.sock')
  const args = ['--port', '0', '--unixsocket', socket, '--save', '', '--appendonly', 'no']
  const server = spawn('redis-server', [...args, '--dir', folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exit = once(server, 'exit').catch(() => [])
  const end = async () => {
    server.kill()
    await exit
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    await ready(server)
  } catch (cause) {
    await end()
    throw new Error('redis-server does not start; Debian: apt-get install redis-server', { cause })
  }
  if (!existsSync(socket)) throw new Error('redis-server has made no socket')
  return { socket, end }
}

/** @param {import('node:child_process').ChildProcessByStdio<null, import('node:stream').Readable, null>} server */
function ready(server) {
  return new Promise((resolve, reject) => {
    server.on('error', reject)
    server.on('exit', () => reject(new Error('it ended')))
    let text = ''
    server.stdout.setEncoding('utf8').on('data', (part) => {
      text += part
      if (/eady to accept connections/.test(text)) resolve(undefined)
    })
  })
}

module.exports = { startRedis }
