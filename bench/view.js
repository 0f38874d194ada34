'use strict'
// View: how soon `logshare view` shows a log of 1 GB in a browser, how much memory it takes, how fast it answers then, and whether
// the page scrolls without dropping a frame. Needs Debian's chromium. Exits with 1 if the memory is more than its goal.
//
//   node bench/view.js [records]

const { spawn } = require('node:child_process')
const {
  closeSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeSync,
} = require('node:fs')
const { once } = require('node:events')
const { tmpdir } = require('node:os')
const { join } = require('node:path')
const { performance } = require('node:perf_hooks')
const { createInterface } = require('node:readline')
const { setTimeout: sleep } = require('node:timers/promises')
const { openPage, startBrowser } = require('../test/view/page.js')

/** Frames of which is measured how long they take, and the time (ms) from which one was dropped: 1.5 of 60 a second. */
const FRAMES = 240
const DROPPED = 25
const PLAIN_ROWS = 20_000
/** Most memory (MB) that the server may take. */
const MEMORY = 300
const COUNT = Number(process.argv[2] ?? 8_000_000)
const START = 1_790_000_000_000
const SOURCES = [
  'root',
  'worker#1',
  'fork#1',
  'fork#1/worker#1',
  'cluster#1',
  'cluster#2',
  'cluster#3',
]
const NAMES = ['app', 'db', 'db.pool', 'http']

main()

async function main() {
  const folder = mkdtempSync(join(tmpdir(), 'logshare-bench-view-'))
  try {
    const path = join(folder, 'app.log')
    write(path)
    console.log(`${COUNT} records, ${(statSync(path).size / 1e9).toFixed(2)} GB`)
    await measure(path)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** @param {string} path */
function write(path) {
  const file = openSync(path, 'w')
  let lines = ''
  for (let nth = 0; nth < COUNT; nth++) {
    const level = nth % 1000 === 7 ? 50 : nth % 100 === 3 ? 40 : nth % 3 === 0 ? 20 : 30
    const at = nth % SOURCES.length
    const time = (START + nth * 0.4).toFixed(3)
    lines +=
      `{"level":${level},"time":${time},"pid":${4000 + at},"tid":${at},"source":"${SOURCES[at]}",` +
      `"seq":${nth + 1},"name":"${NAMES[nth % 4]}","msg":"request ${nth} done","ms":${nth % 97}}\n`
    if (lines.length < 2 ** 20) continue
    writeSync(file, lines)
    lines = ''
  }
  writeSync(file, lines)
  closeSync(file)
}

/** @param {string} path */
async function measure(path) {
  const browser = await startBrowser()
  const began = performance.now()
  const command = [join(__dirname, '../dist/cli/main.js'), 'view', path]
  const child = spawn(process.execPath, command, { stdio: ['ignore', 'pipe', 'inherit'] })
  const [url] = await once(createInterface(child.stdout), 'line')
  const took = () => `${((performance.now() - began) / 1000).toFixed(2)} s`
  console.log(`address after ${took()}`)
  const { page, faults } = await openPage({ after: () => {} }, browser, url)
  console.log(`first picture in the browser after ${took()}`)
  const get = async (/** @type {string} */ name) => (await fetch(`${url}api/${name}`)).json()
  let isShown = false
  for (;;) {
    const { count, done, size, end, isComplete } = await get('summary')
    if (count > 0 && !isShown) {
      isShown = true
      await get(`density?from=${START}&to=${end}&width=1200`)
      console.log(`first picture after ${took()}: ${((100 * done) / size).toFixed(0)} % read`)
    }
    if (isComplete && count === COUNT) break
    await sleep(100)
  }
  console.log(`complete after ${took()}, at most ${memoryOf(child.pid).toFixed(0)} MB resident`)
  const end = START + COUNT * 0.4
  await time('density of all', () =>
    get(`density?from=${START}&to=${end}&width=1200&lanes=0,1,2,3,4,5,6,7`),
  )
  await time('100 records', () => get(`records?from=${COUNT / 2}&n=100`))
  await time('errors', () => search(get, 'level=50'))
  await time('text', () => search(get, 'text=request%207654321%20'))
  await time('text of all records', () => search(get, 'text=done'))
  await time('field', () => search(get, 'field=ms%3D12'))
  printFrames('the list scrolls', await scroll(page, '.list'))
  printFrames('a page of plain text scrolls', await scroll(await openPlain(browser), 'div'))
  const most = memoryOf(child.pid)
  console.log(`at most ${most.toFixed(0)} MB resident`)
  if (most > MEMORY) process.exitCode = 1
  if (faults.length > 0) console.log(faults)
  await browser.close()
  child.kill()
  await once(child, 'exit')
}

/** A page without a script, which drops what this machine drops. @param {import('playwright-core').Browser} browser */
async function openPlain(browser) {
  const page = await browser.newPage({ viewport: { width: 1200, height: 760 } })
  const rows = Array.from({ length: PLAIN_ROWS }, (_, nth) => `request ${nth} done<br>`)
  await page.setContent(`<div style="height: 500px; overflow: auto">${rows.join('')}</div>`)
  return page
}

/** @param {string} what @param {number[]} times */
function printFrames(what, times) {
  const dropped = times.filter((each) => each > DROPPED).length
  const longest = Math.max(...times).toFixed(0)
  console.log(`${times.length} frames while ${what}: ${dropped} dropped, the longest ${longest} ms`)
}

/**
 * Turns the wheel over an element, and returns the milliseconds of each frame.
 * @param {import('playwright-core').Page} page @param {string} selector
 */
async function scroll(page, selector) {
  await page.bringToFront()
  const list = await page.locator(selector).first().boundingBox()
  if (!list) throw new Error(`there is no ${selector}`)
  await page.mouse.move(list.x + list.width / 2, list.y + list.height / 2)
  const code = `new Promise((done) => {
    const times = []
    let last
    const step = (now) => {
      if (last !== undefined) times.push(now - last)
      last = now
      if (times.length < ${FRAMES}) requestAnimationFrame(step)
      else done(times)
    }
    requestAnimationFrame(step)
  })`
  let isScrolling = true
  const frames = /** @type {Promise<number[]>} */ (page.evaluate(code)).finally(() => {
    isScrolling = false
  })
  while (isScrolling) await page.mouse.wheel(0, 240)
  return frames
}

/** @param {(name: string) => Promise<any>} get @param {string} filter */
async function search(get, filter) {
  for (;;) {
    const { scanned, total, found } = await get(`search?${filter}`)
    if (scanned === total) return found
  }
}

/** @param {string} what @param {() => Promise<unknown>} act */
async function time(what, act) {
  const began = performance.now()
  const result = await act()
  const found = typeof result === 'number' ? ` (${result})` : ''
  console.log(`${what}${found}: ${(performance.now() - began).toFixed(0)} ms`)
}

/** The most resident memory (MB) that a process had. @param {number | undefined} pid */
function memoryOf(pid) {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1]) / 1024
}
