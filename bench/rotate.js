'use strict'
// Measures eight processes that write one log, with and without rotation: records per second, lost and doubled records.

const { execFileSync } = require('node:child_process')
const { mkdtempSync, readdirSync, readFileSync, rmSync } = require('node:fs')
const { tmpdir } = require('node:os')
const { join } = require('node:path')
const { gunzipSync } = require('node:zlib')

const PROCESSES = 8
const RECORDS = 20_000
const CASES = {
  'no rotation': undefined,
  'size 1m': { size: '1m' },
  'size 1m, compress': { size: '1m', compress: true },
  'size 100k': { size: '100k' },
  'interval 1s, size 1m': { interval: '1s', size: '1m' },
}

for (const [name, rotate] of Object.entries(CASES)) measure(name, rotate)

function measure(name, rotate) {
  const folder = mkdtempSync(join(tmpdir(), 'logshare-bench-'))
  const config = { handlers: [{ type: 'file', path: join(folder, 'app.log'), rotate }] }
  const args = ['-r', join(__dirname, '../register.js')]
  const program = join(__dirname, '../test/fixtures/rotate/producers.js')
  const start = process.hrtime.bigint()
  execFileSync(
    process.execPath,
    [...args, program, PROCESSES, 0, RECORDS, '/nowhere'].map(String),
    {
      env: { ...process.env, LOGSHARE_CONFIG: JSON.stringify(config) },
      stdio: 'inherit',
    },
  )
  const seconds = Number(process.hrtime.bigint() - start) / 1e9
  const files = readdirSync(folder).map((file) => {
    const bytes = readFileSync(join(folder, file))
    return String(file.endsWith('.gz') ? gunzipSync(bytes) : bytes)
  })
  rmSync(folder, { recursive: true })
  const lines = files.join('').split('\n').filter(Boolean)
  const distinct = new Set(lines.map((line) => keyOf(JSON.parse(line))))
  const lost = PROCESSES * RECORDS - distinct.size
  const doubled = lines.length - distinct.size
  const rate = Math.round(lines.length / seconds)
  console.log(`${name}: ${files.length} files, ${lost} lost, ${doubled} doubled, ${rate} records/s`)
}

function keyOf({ source, pid, seq }) {
  return `${source} ${pid} ${seq}`
}
