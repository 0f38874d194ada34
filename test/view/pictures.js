'use strict'
// Pictures: what the documentation shows of the page, taken from the demo's application. Needs Debian's pngquant.

const { execFileSync } = require('node:child_process')
const { mkdtempSync, rmSync, statSync } = require('node:fs')
const { tmpdir } = require('node:os')
const { join } = require('node:path')
const { cleanEnv, REGISTER, ROOT } = require('../helpers/run')
const { openPage, startBrowser, startView } = require('./page')

const PATH = join(ROOT, 'docs/view.png')
const MOST_BYTES = 50_000

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
    await page.screenshot({ path: PATH })
    execFileSync('pngquant', ['--force', '--quality=60-90', '--output', PATH, PATH])
    const { size } = statSync(PATH)
    console.log(`${PATH}: ${size} bytes`)
    if (size > MOST_BYTES) process.exitCode = 1
  } finally {
    for (const end of ends) await end()
  }
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
