'use strict'
// What a log contains cannot run or load anything, nobody else can read it, and the page is accessible.

const assert = require('node:assert/strict')
const { readFileSync, writeFileSync } = require('node:fs')
const { request } = require('node:http')
const { join } = require('node:path')
const { after, before, it } = require('node:test')
const { gzipSync } = require('node:zlib')
const { ROOT, scratch } = require('../helpers/run')
const { line, writeLog } = require('./logs')
const { openPage, startBrowser, startView } = require('./page')

/** @type {import('playwright-core').Browser} */
let browser
before(async () => {
  browser = await startBrowser()
})
after(() => browser.close())

const HOSTILE = [
  '<script>window.ran = 1</script>',
  '<img src=x onerror="window.ran = 1">',
  '"><svg onload=window.ran=1>',
  '</style><style>@import "http://127.0.0.1:1/x"</style>',
  'javascript:window.ran=1',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: templates in a log
  '${window.ran=1} {{constructor.constructor("window.ran=1")()}}',
  '__proto__',
  'user\u202egnp.exe\u0000\u0007\u001b[31m',
]

it('text of a log is text, wherever it is', async (t) => {
  const path = join(scratch(t), 'app.log')
  let text = ''
  for (const [nth, bad] of HOSTILE.entries()) {
    const fields = {
      [bad]: bad,
      link: 'http://127.0.0.1:1/x',
      err: { type: bad, message: bad, stack: bad, [bad]: bad, cause: { message: bad } },
    }
    text += line(nth, fields, { msg: bad, name: bad, source: bad, level: 50 })
    text += `2026-09-21T10:00:00.000Z ERROR ${bad.replace(/[\0\n]/g, '')}\n`
  }
  writeFileSync(path, `${text}{"level":1e999,"time":"${HOSTILE[0]}","msg":{"toString":1}}\n`)
  const { url } = await startView(t, [path])
  const { page, faults, requests } = await openPage(t, browser, url)
  const count = await page.locator('.record').count()
  assert.ok(count >= HOSTILE.length)
  for (let nth = 0; nth < count; nth++) {
    await page.locator('.list').press(nth === 0 ? 'Home' : 'ArrowDown')
    await page.locator('.list').press('Enter')
    await page.locator('.detail h2').waitFor()
    await page.locator('.detail .around li').first().waitFor()
  }
  for (const bad of HOSTILE) {
    await page.fill('#text', bad)
    await page.fill('#field', bad)
    await page.fill('#name', bad)
  }
  assert.equal(await page.evaluate('window.ran'), undefined)
  assert.deepEqual(faults, [])
  assert.deepEqual(
    requests.filter((each) => !each.startsWith(url)),
    [],
  )
  assert.equal(await page.locator('svg, img, style, iframe, .list script').count(), 0)
})

it('characters that deceive are shown as their numbers', async (t) => {
  const path = join(scratch(t), 'app.log')
  writeFileSync(path, line(0, {}, { msg: 'a\u202eb\u0007c\u200bd' }))
  const { url } = await startView(t, [path])
  const { page } = await openPage(t, browser, url)
  assert.equal(await page.locator('.record .msg').textContent(), 'a\\u202eb\\u0007c\\u200bd')
})

it('only the address that was printed answers, only on loopback, only to read', async (t) => {
  const path = join(scratch(t), 'app.log')
  writeLog(path, 10)
  const { url } = await startView(t, [path])
  const { port, pathname, hostname } = new URL(url)
  assert.equal(hostname, '127.0.0.1')
  assert.ok(pathname.length > 32)
  const ask = (/** @type {string} */ at, /** @type {object} */ options = {}) =>
    new Promise((resolve, reject) => {
      const asked = request({ host: '127.0.0.1', port, path: at, ...options }, (response) => {
        response.resume()
        resolve({ status: response.statusCode, headers: response.headers })
      })
      asked.on('error', reject).end()
    })
  const status = async (/** @type {string} */ at, options = {}) => (await ask(at, options)).status
  assert.equal(await status(pathname), 200)
  assert.equal(await status('/'), 403)
  assert.equal(await status('/api/summary'), 403)
  assert.equal(await status(`/${'A'.repeat(32)}/api/summary`), 403)
  assert.equal(await status(`${pathname.slice(0, -2)}/api/summary`), 403)
  assert.equal(
    await status(`${pathname}api/summary`, { headers: { host: `rebound.example:${port}` } }),
    403,
  )
  assert.equal(await status(`${pathname}api/summary`, { headers: { host: '127.0.0.1:1' } }), 403)
  assert.equal(
    await status(`${pathname}api/summary`, { headers: { origin: 'http://other.example' } }),
    403,
  )
  for (const method of ['POST', 'PUT', 'DELETE', 'HEAD', 'OPTIONS'])
    assert.equal(await status(pathname, { method }), 405)
  for (const name of [
    '..%2f..%2fpackage.json',
    '../main.js',
    'page/../../cli/main.js',
    'constructor',
    'api/constructor',
  ])
    assert.notEqual(await status(`${pathname}${name}`), 200, name)
  const { headers } = await ask(pathname)
  const policy = headers['content-security-policy']
  for (const part of [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "connect-src 'self'",
  ])
    assert.ok(policy.includes(part))
  assert.ok(!policy.includes('unsafe'))
  assert.equal(headers['x-content-type-options'], 'nosniff')
  assert.equal(headers['referrer-policy'], 'no-referrer')
  assert.equal(headers['access-control-allow-origin'], undefined)
})

it('axe finds no serious fault', async (t) => {
  const path = join(scratch(t), 'app.log')
  writeLog(path, 200)
  const { url } = await startView(t, [path])
  const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8')
  for (const colorScheme of /** @type {const} */ (['light', 'dark'])) {
    const { page } = await openPage(t, browser, url, { colorScheme })
    await page.locator('.record', { hasText: 'request 7 done' }).click()
    await page.locator('.detail .around li').first().waitFor()
    const { violations } = await page.evaluate(`${axe}; axe.run()`)
    const bad = violations.filter((/** @type {any} */ each) =>
      ['serious', 'critical'].includes(each.impact),
    )
    const shown = bad.map(
      (/** @type {any} */ { id, nodes }) =>
        `${id}: ${nodes.map((/** @type {any} */ each) => `${each.html} ${each.failureSummary}`)}`,
    )
    assert.deepEqual(shown, [], colorScheme)
  }
})

it('the page is small', () => {
  const folder = join(ROOT, 'dist/view/page')
  const sizes = ['index.html', 'main.js', 'main.css'].map(
    (name) => gzipSync(readFileSync(join(folder, name))).length,
  )
  assert.ok(sizes.reduce((sum, size) => sum + size, 0) < 150_000)
  const licences = readFileSync(join(ROOT, 'dist/vendor/LICENSES'), 'utf8')
  assert.match(licences, /^preact \d/m)
})
