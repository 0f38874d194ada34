'use strict'
/// <reference lib="dom" />
// The page in a real browser: what it shows, zoom, filters, a record, keys, schemes and narrow windows.

const assert = require('node:assert/strict')
const { appendFileSync } = require('node:fs')
const { join } = require('node:path')
const { after, before, it } = require('node:test')
const { scratch } = require('../helpers/run')
const { line, writeEnds, writeLog } = require('./logs')
const { openPage, rangeOf, startBrowser, startView } = require('./page')

/** @type {import('playwright-core').Browser} */
let browser
before(async () => {
  browser = await startBrowser()
})
after(() => browser.close())

/**
 * @param {import('node:test').TestContext} t @param {import('playwright-core').BrowserContextOptions} [options]
 */
async function open(t, options) {
  const path = join(scratch(t), 'app.log')
  writeLog(path, 1000)
  const cause = {
    type: 'TypeError',
    message: 'of this',
    stack: 'TypeError: of this\n    at b (b.js:2:2)',
  }
  const err = {
    type: 'Error',
    message: 'broken',
    code: 'E_X',
    stack: 'Error\n    at a (a.js:1:1)',
    cause,
  }
  const own = { level: 50, source: 'worker#1', name: 'app', msg: 'it failed' }
  appendFileSync(path, line(1000, { traceId: 'abc123', err }, own))
  writeEnds(path, 1001)
  const { url } = await startView(t, [path])
  return openPage(t, browser, url, options)
}

it('shows a lane for each thread and process in its place in the tree, and the records in order', async (t) => {
  const { page, faults } = await open(t)
  const labels = await page.locator('.labels bdi').allTextContents()
  assert.deepEqual(labels, ['root', 'cluster#2', 'fork#1', 'worker#1', 'worker#1'])
  const titles = await page
    .locator('.labels button')
    .evaluateAll((all) => all.map((each) => each.getAttribute('title')))
  assert.match(titles[1] ?? '', /^cluster#2: 201 records, .*, code 0$/)
  assert.match(titles[2] ?? '', /^fork#1: 201 records, .*, killed by SIGKILL$/)
  assert.match(titles[3] ?? '', /^fork#1\/worker#1: 200 records/)
  const messages = await page.locator('.record .msg').allTextContents()
  assert.deepEqual(messages.slice(0, 3), ['request 0 done', 'request 1 done', 'request 2 done'])
  assert.equal(await page.locator('.status').textContent(), '1,003 records')
  assert.ok(await isDrawn(page))
  assert.deepEqual(faults, [])
})

it('zooms by wheel, keys and buttons of the minimap, and moves by dragging', async (t) => {
  const { page, faults } = await open(t)
  const all = await rangeOf(page)
  await page.mouse.move(700, 200)
  await page.mouse.wheel(0, -400)
  const near = await changed(page, all)
  assert.ok(near.span < all.span * 0.7)
  await page.mouse.down()
  await page.mouse.move(500, 200, { steps: 5 })
  await page.mouse.up()
  const moved = await changed(page, near)
  assert.ok(moved.from > near.from && Math.abs(moved.span - near.span) < 1)
  assert.equal(await page.locator('.detail').count(), 0)
  await page.mouse.click(30, 60)
  const first = await changed(page, moved)
  assert.ok(first.from < moved.from)
  await page.locator('.scroller').press('0')
  assert.deepEqual(await changed(page, first), all)
  assert.deepEqual(faults, [])
})

it('filters by level, name, source, text and field, and takes filters back', async (t) => {
  const { page, faults } = await open(t)
  const status = page.locator('.status')
  const shows = (/** @type {string} */ text) =>
    page.waitForFunction(
      (wanted) => document.querySelector('.status')?.textContent === wanted,
      text,
    )
  await page.selectOption('#level', '50')
  await shows('21 of 1,003 records')
  await page.fill('#name', '!logshare')
  await page.fill('#source', 'worker#1')
  await shows('1 of 1,003 records')
  await page.click('text=Clear')
  await shows('1,003 records')
  await page.fill('#field', 'user.id=7')
  await shows('100 of 1,003 records')
  await page.fill('#field', '')
  await page.locator('#text').pressSequentially('REQUEST 99', { delay: 5 })
  await shows('11 of 1,003 records')
  const first = page.locator('.record .msg').first()
  assert.equal(await first.textContent(), 'request 99 done')
  await page.fill('#text', '')
  await page.click('.labels button >> text=cluster#2')
  assert.equal(await page.inputValue('#source'), 'cluster#2')
  await shows('201 of 1,003 records')
  assert.equal(await status.count(), 1)
  assert.deepEqual(faults, [])
})

it('shows fields, the error with its causes, the trace, and what happened at the same time', async (t) => {
  const { page, faults } = await open(t)
  await page.fill('#text', 'it failed')
  await page.click('.record:has-text("it failed")')
  const detail = page.locator('.detail')
  await detail.locator('.around li').first().waitFor()
  const text = (await detail.innerText()).replace(/\s+/g, ' ')
  assert.match(text, /it failed/)
  assert.match(
    text,
    /Error: broken code: E_X at a \(a.js:1:1\) caused by TypeError: of this at b \(b.js:2:2\)/,
  )
  assert.match(text, /traceId abc123/)
  // 5 before at 10 ms, the record, and two ends; in three lanes and more.
  assert.match(text, /8 records within 50 ms, in 5 lanes/)
  await detail.locator('.around button', { hasText: 'request 998 done' }).click()
  await page.waitForFunction(
    () => document.querySelector('.detail h2')?.textContent === 'request 998 done',
  )
  assert.equal(await page.inputValue('#text'), '')
  await page.waitForSelector('.record[aria-selected=true]:has-text("request 998 done")')
  await detail.locator('button[aria-label="Show only records with this ms"]').click()
  assert.equal(await page.inputValue('#field'), `ms=${998 % 97}`)
  assert.deepEqual(faults, [])
})

it('a click into a lane opens the nearest record of this lane', async (t) => {
  const { page, faults } = await open(t)
  const box = await page.locator('.labels li').nth(3).boundingBox()
  await page.mouse.click(800, (box?.y ?? 0) + 10)
  await page.locator('.detail h2').waitFor()
  await page.waitForSelector('.record[aria-selected=true]')
  const selected = page.locator('.record[aria-selected=true] .lane')
  assert.equal(await selected.textContent(), 'fork#1/worker#1')
  assert.deepEqual(faults, [])
})

it('is used by keys alone', async (t) => {
  const { page, faults } = await open(t)
  const focused = () =>
    page.evaluate(() => document.activeElement?.id || document.activeElement?.className)
  /** @type {(string | undefined)[]} */
  const seen = []
  for (let nth = 0; nth < 20; nth++) {
    await page.keyboard.press('Tab')
    seen.push(await focused())
    if (seen.at(-1) === 'list') break
  }
  assert.deepEqual(seen.slice(0, 7), [
    'text',
    'level',
    'name',
    'source',
    'field',
    'follow',
    'scroller',
  ])
  assert.equal(seen.at(-1), 'list')
  await page.keyboard.press('End')
  await page.waitForSelector('.record[aria-selected=true]:has-text("cluster#2 ended")')
  await page.keyboard.press('ArrowUp')
  await page.keyboard.press('ArrowUp')
  await page.keyboard.press('Enter')
  await page.waitForFunction(
    () => document.querySelector('.detail h2')?.textContent === 'it failed',
  )
  assert.equal(await focused(), 'detail')
  await page.keyboard.press('Escape')
  await page.locator('.detail').waitFor({ state: 'detached' })
  assert.equal(await focused(), 'list')
  const all = await rangeOf(page)
  await page.locator('.scroller').focus()
  await page.keyboard.press('+')
  const near = await changed(page, all)
  await page.keyboard.press('ArrowRight')
  assert.ok((await changed(page, near)).from > near.from)
  assert.deepEqual(faults, [])
})

it('follows the colour scheme of the system, and a level is told by more than its colour', async (t) => {
  const { page } = await open(t, { colorScheme: 'light' })
  const back = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor)
  assert.equal(await back(), 'rgb(255, 255, 255)')
  await page.emulateMedia({ colorScheme: 'dark' })
  assert.equal(await back(), 'rgb(20, 23, 27)')
  assert.ok(await isDrawn(page))
  assert.deepEqual(
    await page
      .locator('.record .level')
      .allTextContents()
      .then((all) => all.slice(0, 4)),
    ['debug', 'info', 'info', 'warn'],
  )
})

it('fits a narrow window', async (t) => {
  const { page, faults } = await open(t, { viewport: { width: 360, height: 640 } })
  const overflow = () => page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
  assert.ok((await overflow()) <= 0)
  await page.locator('.record').nth(2).click()
  await page.locator('.detail .around li').first().waitFor()
  assert.ok((await overflow()) <= 0)
  await page.click('.detail .close')
  await page.locator('.record').first().waitFor()
  assert.ok(await isDrawn(page))
  assert.deepEqual(faults, [])
})

/** Whether there is anything in the picture of the lanes. @param {import('playwright-core').Page} page */
function isDrawn(page) {
  return page.evaluate(() => {
    const canvas = /** @type {any} */ (document.querySelector('.picture canvas'))
    const { data } = canvas.getContext('2d').getImageData(0, 30, canvas.width, canvas.height - 30)
    const colors = new Set()
    for (let at = 0; at < data.length; at += 4)
      colors.add(`${data[at]} ${data[at + 1]} ${data[at + 2]}`)
    return colors.size > 5
  })
}

/** @param {import('playwright-core').Page} page @param {{ from: number, to: number }} before */
async function changed(page, { from, to }) {
  await page.waitForFunction(
    ([a, b]) => {
      const canvas = document.querySelector('.picture canvas')
      return canvas?.getAttribute('data-from') !== a || canvas?.getAttribute('data-to') !== b
    },
    [String(from), String(to)],
  )
  return rangeOf(page)
}
