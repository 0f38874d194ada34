'use strict'
// Pictures: what the documentation shows of the page, taken from the demo's application.

const { execFileSync } = require('node:child_process')
const { mkdtempSync, rmSync, statSync, writeFileSync } = require('node:fs')
const { tmpdir } = require('node:os')
const { join } = require('node:path')
const { crc32, deflateSync, inflateSync } = require('node:zlib')
const { cleanEnv, REGISTER, ROOT } = require('../helpers/run')
const { openPage, startBrowser, startView } = require('./page')

const PATH = join(ROOT, 'docs/view.png')
const MOST_BYTES = 150_000

main()

async function main() {
  const folder = mkdtempSync(join(tmpdir(), 'logshare-pictures-'))
  /** @type {(() => unknown)[]} */
  const ends = [() => rmSync(folder, { recursive: true, force: true })]
  const t = { after: (/** @type {() => unknown} */ end) => void ends.unshift(end) }
  try {
    const log = join(folder, 'app.log')
    runApplication(log, folder)
    const browser = await startBrowser()
    t.after(() => browser.close())
    const { url } = await startView(t, [log], { env: { TZ: 'UTC' } })
    const viewport = { width: 1000, height: 560 }
    const { page } = await openPage(t, browser, url, { viewport, timezoneId: 'UTC' })
    await page.locator('.status:not(:has-text("read"))').waitFor()
    // The first records: those in the midst have paths of this machine.
    await page.locator('.list').press('ArrowDown')
    await page.evaluate('new Promise((done) => setTimeout(done, 1000))')
    writeFileSync(PATH, packed(await page.screenshot()))
    const { size } = statSync(PATH)
    console.log(`${PATH}: ${size} bytes`)
    if (size > MOST_BYTES) process.exitCode = 1
  } finally {
    for (const end of ends) await end()
  }
}

/** A PNG, compressed as far as it goes, which browsers do not. @param {Buffer} png */
function packed(png) {
  const chunks = []
  const data = []
  for (let at = 8; at < png.length; at += 12 + png.readUInt32BE(at)) {
    const chunk = png.subarray(at, at + 12 + png.readUInt32BE(at))
    if (chunk.toString('latin1', 4, 8) === 'IDAT') data.push(chunk.subarray(8, -4))
    else chunks.push(chunk)
  }
  const body = deflateSync(inflateSync(Buffer.concat(data)), { level: 9, memLevel: 9 })
  const named = Buffer.concat([Buffer.from('IDAT'), body])
  const ends = [Buffer.alloc(4), Buffer.alloc(4)]
  ends[0]?.writeUInt32BE(body.length)
  ends[1]?.writeUInt32BE(crc32(named))
  const last = /** @type {Buffer} */ (chunks.pop())
  const parts = [png.subarray(0, 8), ...chunks, ends[0], named, ends[1], last]
  return Buffer.concat(/** @type {Buffer[]} */ (parts))
}

/** @param {string} path @param {string} folder */
function runApplication(path, folder) {
  const config = { level: 'debug', lifecycle: true, handlers: [{ type: 'file', path }] }
  const script = join(ROOT, 'examples/index-modules/main.js')
  execFileSync(process.execPath, ['-r', REGISTER, script, join(ROOT, 'node_modules'), folder], {
    env: cleanEnv({ LOGSHARE_CONFIG: JSON.stringify(config), DEBUG: 'index:*' }),
    stdio: 'ignore',
  })
}
