// Main: an application with many processes and threads that indexes modules, answers look-ups and compresses the index.
//
//   node -r logshare/register main.js DIRECTORY OUTPUT

const { execFile, fork, spawn } = require('node:child_process')
const cluster = require('node:cluster')
const { once } = require('node:events')
const { writeFileSync } = require('node:fs')
const { Agent, get } = require('node:http')
const { join } = require('node:path')
const { buffer } = require('node:stream/consumers')
const { promisify } = require('node:util')
const { gunzipSync } = require('node:zlib')
const { getLogger } = require('logshare')
const { walk } = require('./walk')

const LOOKUPS = 1000
const log = getLogger('index')

async function main(directory, output) {
  process.chdir(directory)
  const paths = walk('.')
  log.info({ directory, files: paths.length }, 'files found')
  const shares = [0, 1].map((share) => paths.filter((_, i) => i % 2 === share))
  const entries = (await Promise.all(shares.map(index))).flat()

  const path = join(output, 'index.json')
  const names = collectNames(entries)
  writeFileSync(path, JSON.stringify({ versions: await versions(), files: entries, names }))
  log.info({ path, names: Object.keys(names).length }, 'index written')

  const [lookups, packed] = await Promise.all([lookUp(path, Object.keys(names)), pack(path)])
  writeFileSync(`${path}.gz`, packed)
  report(directory, { entries, names, lookups, packed })
}

async function index(paths) {
  const indexer = fork(join(__dirname, 'indexer.js'))
  indexer.send(paths)
  const [[entries], [code]] = await Promise.all([once(indexer, 'message'), once(indexer, 'exit')])
  if (code !== 0) throw new Error(`an indexer ended with ${code}`)
  log.info('process %d has indexed %d files', indexer.pid, entries.length)
  return entries
}

function collectNames(entries) {
  const names = Object.create(null)
  for (const entry of entries) {
    for (const [name, line] of entry.names) {
      names[name] ??= []
      names[name].push(`${entry.path}:${line}`)
    }
  }
  return names
}

// The output of this process is its result, not a log.
async function versions() {
  const { stdout } = await promisify(execFile)(process.execPath, [
    '-p',
    'JSON.stringify(process.versions)',
  ])
  return JSON.parse(stdout)
}

// Looks up a sample of the names, and some names that no file declares.
async function lookUp(path, names) {
  cluster.setupPrimary({ exec: join(__dirname, 'lookup.js'), args: [path] })
  const workers = [cluster.fork(), cluster.fork()]
  const [[{ port }]] = await Promise.all(workers.map((worker) => once(worker, 'listening')))
  const agent = new Agent({ keepAlive: true, maxSockets: 4 })
  const step = names.length / LOOKUPS
  const statuses = await Promise.all(
    Array.from({ length: LOOKUPS }, (_, i) =>
      ask(i % 100 === 99 ? `nothing${i}` : names[Math.floor(i * step)], { port, agent }),
    ),
  )
  agent.destroy()
  for (const worker of workers) worker.disconnect()
  await Promise.all(workers.map((worker) => once(worker, 'exit')))
  log.info('%d look-ups, %d in vain', LOOKUPS, statuses.filter((status) => status === 404).length)
  return statuses.length
}

async function ask(name, { port, agent }) {
  const request = get({ host: '127.0.0.1', port, agent, path: `/${encodeURIComponent(name)}` })
  const [response] = await once(request, 'response')
  await buffer(response)
  return response.statusCode
}

async function pack(path) {
  const packer = spawn(process.execPath, [join(__dirname, 'pack.js'), path], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const packed = await buffer(packer.stdout)
  const { files } = JSON.parse(gunzipSync(packed).toString())
  log.info({ files: files.length, bytes: packed.length }, 'index compressed')
  return packed
}

function report(directory, { entries, names, lookups, packed }) {
  const sum = (key) => entries.reduce((total, entry) => total + entry[key], 0)
  const slowest = entries.reduce((a, b) => (a.ms > b.ms ? a : b))
  const rows = {
    files: entries.length,
    bytes: sum('bytes'),
    lines: sum('lines'),
    names: Object.keys(names).length,
    imports: `${sum('found')} found, ${sum('missing')} missing`,
    slowest: `${slowest.path}, ${slowest.ms.toFixed()} ms`,
    'look-ups': lookups,
    packed: `${packed.length} bytes`,
  }
  const lines = Object.entries(rows).map(([key, value]) => `  ${key.padEnd(9)} ${value}\n`)
  process.stdout.write(`index of ${directory}\n${lines.join('')}`)
}

main(process.argv[2], process.argv[3])
