'use strict'
// `logshare merge` as a user runs it, on logs written by the libraries themselves.

const { test } = require('node:test')
const assert = require('node:assert/strict')
const { execFileSync, spawn } = require('node:child_process')
const { once } = require('node:events')
const {
  appendFileSync,
  closeSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} = require('node:fs')
const { join } = require('node:path')
const { gzipSync } = require('node:zlib')
const { QueueHandler } = require('../../dist/queue/handler.js')
const { run, scratch, cleanEnv, readLines, FIXTURES, ROOT } = require('../helpers/run.js')

const CLI = join(ROOT, 'dist/cli/main.js')
const START = Date.UTC(2026, 10, 22)
const LIBRARIES = ['pino', 'pino-iso', 'bunyan', 'winston', 'log4js']

/** @param {string[]} args @param {{ input?: string, cwd?: string, env?: Record<string, string> }} [options] */
function merge(args, options = {}) {
  return run(CLI, { way: 'none', args: ['merge', ...args], ...options })
}

/** A line of logshare. @param {number} after @param {object} [more] */
function line(after, more = {}) {
  const own = { pid: 7, tid: 0, source: 'root', seq: after + 1, name: 'app', msg: `at ${after}` }
  return `${JSON.stringify({ level: 30, time: START + after, ...own, ...more })}\n`
}

/** @param {string} text */
function numbers(text) {
  return [...text.matchAll(/no\. (\d+)/g)].map(([, number]) => Number(number))
}

test('merges logs of pino, bunyan, winston and log4js, lines unchanged', async (t) => {
  const directory = scratch(t)
  const count = 200
  const written = await run('logs/libraries.js', { way: 'none', args: [directory, String(count)] })
  assert.equal(written.code, 0, written.stderr)
  const paths = LIBRARIES.map((name) => join(directory, `${name}.log`))

  const raw = await merge(paths)
  assert.deepEqual([raw.code, raw.stderr], [0, ''])
  const all = Array.from({ length: count }, (_, i) => i)
  assert.deepEqual(numbers(raw.stdout), all)
  const lines = paths.map((path) => readFileSync(path, 'utf8')).join('')
  assert.deepEqual(raw.stdout.split('\n').sort(), lines.split('\n').sort())

  const json = await merge([...paths, '--format', 'json'])
  const records = readLines(json.stdout)
  assert.equal(records.length, count)
  const { level, name, msg, file, time } = records[4]
  assert.deepEqual([level, name, file], [50, 'cat.a', paths[4]])
  assert.match(msg, /^no\. 4 Error: of its own\n {4}at /)
  assert.equal(typeof time, 'number')

  const pretty = await merge([...paths, '--format', 'pretty'])
  assert.deepEqual(numbers(pretty.stdout), all)
  assert.match(pretty.stdout, /^[\d:.]{12} INFO {2}p \(pino\.log\) no\. 0 {2}/)
  assert.match(pretty.stdout, /^[\d:.]{12} WARN {2}w \(winston\.log\) no\. 3$/m)
  assert.match(pretty.stdout, /^[\d:.]{12} ERROR cat\.a \(log4js\.log\) no\. 4 Error: of its own$/m)

  const severe = await merge([
    ...paths,
    '--level',
    'error',
    '--name',
    'cat',
    '--source',
    '!*winston*',
  ])
  assert.deepEqual(
    numbers(severe.stdout),
    all.filter((i) => i % 5 === 4),
  )
  const stats = JSON.parse((await merge([...paths, '--stats', '--json'])).stdout)
  assert.deepEqual(
    stats.producers.map(({ producer, records, disorder }) => [producer, records, disorder]),
    paths.map((path) => [path, count / 5, 0]),
  )
})

test('merges logs of logshare: filters, statistics, compressed parts', async (t) => {
  const directory = scratch(t)
  const paths = ['a', 'b'].map((name) => join(directory, `${name}.log`))
  for (const path of paths) {
    const config = { handlers: [{ type: 'file', path }] }
    const { code, stderr } = await run('logs/tree.js', { config })
    assert.equal(code, 0, stderr)
  }
  writeFileSync(`${paths[0]}.gz`, gzipSync(readFileSync(paths[0])))
  const given = [paths[1], `${paths[0]}.gz`]
  const whole = await merge(given)
  assert.equal(whole.stdout, readFileSync(paths[0], 'utf8') + readFileSync(paths[1], 'utf8'))

  const picked = await merge([
    ...given,
    '--source',
    'worker',
    '--source',
    'worker#*',
    '--level',
    '40',
  ])
  const records = readLines(picked.stdout)
  assert.equal(records.length, 12)
  assert.ok(records.every(({ source, level }) => source === 'worker#1' && level >= 40))
  const named = await merge([...given, '--name', 'app', '--name', '!app.child'])
  assert.equal(readLines(named.stdout).length, 100)

  const first = readLines(whole.stdout)[9].time
  const since = await merge([...given, '--since', String(Math.floor(first)), '--until', '1d'])
  assert.equal(since.stdout, '')
  const later = await merge([...given, '--since', new Date(first).toISOString()])
  assert.ok(whole.stdout.endsWith(later.stdout) && later.stdout !== '')

  const stats = JSON.parse((await merge([...given, '--stats', '--json'])).stdout)
  assert.deepEqual(stats.total, {
    producers: 6,
    records: 302,
    missing: 0,
    announced: 0,
    doubles: 0,
    disorder: 0,
  })
})

test('statistics: gaps, announced drops, doubles, disorder', async (t) => {
  const directory = scratch(t)
  /** @type {string[]} */
  const written = []
  let isFull = false
  const queue = {
    write: (_head, text) => {
      if (!isFull) written.push(`${text}\n`)
      return !isFull
    },
    close: () => {},
  }
  const handler = new QueueHandler({ pid: 9, tid: 1, source: 'worker#1' }, Object(queue))
  for (let i = 0; i < 30; i++) {
    isFull = i >= 10 && i < 17
    handler.handle(30, '"app"', ',"msg":"x"')
  }
  const worker = join(directory, 'worker.log')
  writeFileSync(worker, written.join(''))
  const root = join(directory, 'root.log')
  const rows = [0, 1, 2, 5, 6, 6, 9, 8, 20].map((after) => line(after))
  const report = { dropped: { 'worker#1': { info: 2 } }, name: 'logshare', source: 'root/listener' }
  writeFileSync(root, `${rows.join('')}${line(30, { ...report, seq: 1 })}`)
  const older = join(directory, 'root.log.1')
  writeFileSync(older, line(12) + line(13) + line(13))

  const { code, stdout } = await merge(['--stats', '--json', root, worker, older])
  assert.equal(code, 0)
  const { producers, total } = JSON.parse(stdout)
  const [ofRoot, ofListener, ofWorker] = producers
  assert.deepEqual(
    [ofRoot.producer, ofRoot.records, ofRoot.seq, ofRoot.missing, ofRoot.doubles, ofRoot.disorder],
    ['root', 12, [1, 21], 11, 2, 1],
  )
  assert.deepEqual(ofRoot.gaps, [
    [4, 5],
    [8, 8],
    [11, 12],
    [15, 20],
  ])
  assert.deepEqual([ofRoot.first, ofRoot.last], [START, START + 20])
  assert.equal(ofListener.producer, 'root/listener')
  assert.deepEqual(
    [ofWorker.pid, ofWorker.tid, ofWorker.missing, ofWorker.gaps, ofWorker.announced],
    [9, 1, 7, [[11, 17]], 9],
  )
  assert.deepEqual([total.missing, total.announced, total.doubles], [18, 9, 2])

  const table = await merge(['--stats', root, worker, older])
  assert.match(table.stdout, /^producer +pid\/tid +records/)
  assert.match(table.stdout, /^root +7\/0 +12 .* 1-21 +11 +0 +2 +1$/m)
  assert.match(table.stdout, /^missing of worker#1 9\/1: 11-17$/m)
})

test('names files that cannot be read, merges the others and exits with code 1', async (t) => {
  const directory = scratch(t)
  const good = join(directory, 'good.log')
  writeFileSync(good, line(0) + line(1))
  const gone = join(directory, 'gone.log')
  const { code, stdout, stderr } = await merge([gone, good, directory])
  assert.deepEqual([code, stdout], [1, line(0) + line(1)])
  assert.equal(stderr, `logshare: ${gone}: no such file\nlogshare: ${directory}: is a directory\n`)

  const text = Array.from({ length: 20_000 }, (_, i) => line(2 + i)).join('')
  const packed = gzipSync(text)
  const cut = join(directory, 'cut.log.gz')
  writeFileSync(cut, packed.subarray(0, packed.length - 20_000))
  const damaged = await merge([cut, good])
  assert.equal(damaged.code, 1)
  assert.match(
    damaged.stderr,
    /^logshare: .*cut\.log\.gz: damaged gzip \(.*\); merged up to the damage\n$/,
  )
  assert.ok(damaged.stdout.length > text.length / 2)
  assert.ok((line(0) + line(1) + text).startsWith(damaged.stdout.trimEnd()))
})

test('refuses wrong options by name', async () => {
  for (const [args, message] of [
    [['--since', 'yesterday'], /--since: expected a time such as/],
    [['--level', 'loud'], /--level: expected trace, debug/],
    [['--window', 'x'], /--window: expected a duration/],
    [['--json'], /--json requires --stats/],
    [['--stats', '--follow'], /--stats cannot be combined with --follow/],
    [['--stats', '--name', 'x'], /cannot be combined with --level or --name/],
    [['--replace'], /--replace requires --to/],
    [['--to', 'x.db', '--follow'], /--to cannot be combined with --stats, --follow or --format/],
    [['--to', 'none/x.db'], /needs SQLite.*npm install better-sqlite3@12, or use Node 22\.13/],
    [['--format', 'xml'], /Allowed choices are raw, json, pretty/],
  ]) {
    const { code, stdout, stderr } = await merge([.../** @type {string[]} */ (args), 'x.log'])
    assert.deepEqual([code, stdout], [1, ''])
    assert.match(stderr, /** @type {RegExp} */ (message))
  }
})

test('merges standard input, compressed or not, with files', async (t) => {
  const directory = scratch(t)
  writeFileSync(join(directory, 'odd.log'), line(1) + line(3))
  const { code, stdout } = await merge(['-', 'odd.log'], {
    cwd: directory,
    input: line(0) + line(2) + line(4),
  })
  assert.deepEqual([code, stdout], [0, [0, 1, 2, 3, 4].map((after) => line(after)).join('')])
  writeFileSync(join(directory, 'even.gz'), gzipSync(line(0) + line(2)))
  const shell = `cat even.gz | "$NODE" "$CLI" merge odd.log -`
  const env = { ...cleanEnv(), NODE: process.execPath, CLI }
  const text = execFileSync('sh', ['-c', shell], { cwd: directory, env, encoding: 'utf8' })
  assert.equal(text, [0, 1, 2, 3].map((after) => line(after)).join(''))
})

test('exits with code 0 and no message when the reading end of the pipe closes', async (t) => {
  const directory = scratch(t)
  const path = join(directory, 'a.log')
  writeFileSync(path, Array.from({ length: 100_000 }, (_, i) => line(i)).join(''))
  const shell = '{ "$NODE" "$CLI" merge a.log; echo $? > code; } | head -n 1'
  const env = { ...cleanEnv(), NODE: process.execPath, CLI }
  const child = spawn('sh', ['-c', shell], { cwd: directory, env, stdio: 'pipe' })
  let stderr = ''
  child.stderr.on('data', (text) => (stderr += text))
  child.stdout.resume()
  await once(child, 'close')
  assert.equal(stderr, '')
  assert.equal(readFileSync(join(directory, 'code'), 'utf8'), '0\n')
})

test('memory does not grow with the logs, even with a window larger than the logs', async (t) => {
  const directory = scratch(t)
  const text = 'x'.repeat(100)
  const paths = [0, 1, 2, 3].map((file) => {
    const path = join(directory, `${file}.log`)
    for (let block = 0; block < 40; block++) {
      const lines = Array.from({ length: 4000 }, (_, i) =>
        line((block * 4000 + i) * 4 + file, { msg: text }),
      )
      appendFileSync(path, lines.join(''))
    }
    return path
  })
  const preload = join(FIXTURES, 'logs/print-peak.js')
  const child = spawn(process.execPath, ['-r', preload, CLI, 'merge', '--window', '1d', ...paths], {
    env: cleanEnv(),
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  t.after(() => child.kill('SIGKILL'))
  let stderr = ''
  child.stderr?.setEncoding('utf8').on('data', (piece) => (stderr += piece))
  await once(child, 'close')
  const peak = Number(stderr.match(/^peak (\d+)$/m)?.[1])
  assert.ok(peak < 250, stderr)
})

/** Starts `merge --follow`. @param {{ after(fn: () => void): void }} t @param {string[]} args @param {string} cwd */
function follow(t, args, cwd) {
  const child = spawn(process.execPath, [CLI, 'merge', '--follow', ...args], {
    cwd,
    env: cleanEnv(),
    stdio: 'pipe',
  })
  t.after(() => child.kill('SIGKILL'))
  const seen = { stdout: '', stderr: '' }
  const closed = once(child, 'close')
  /** Resolves when the text was written. @param {string} text @param {'stdout' | 'stderr'} stream */
  const until = async (text, stream = 'stdout') => {
    while (!seen[stream].includes(text)) {
      const ended = await Promise.race([once(child[stream], 'data'), closed.then(() => true)])
      if (ended === true) throw new Error(`ended: ${seen.stderr}${seen.stdout.slice(-1000)}`)
    }
  }
  for (const stream of /** @type {const} */ (['stdout', 'stderr']))
    child[stream].setEncoding('utf8').on('data', (text) => (seen[stream] += text))
  return { child, seen, until, closed }
}

test('--follow reads growing, renamed and truncated logs; SIGINT ends it with code 0', {
  timeout: 60_000,
}, async (t) => {
  const directory = scratch(t)
  const [a, b] = [join(directory, 'a.log'), join(directory, 'b.log')]
  let after = 0
  /** @type {string[]} */
  const all = []
  /** Writes lines to both logs in turn, with ascending times. @param {number} count */
  const write = (count) => {
    for (let i = 0; i < count; i++) {
      const text = line(after++)
      all.push(text)
      appendFileSync(i % 2 === 0 ? a : b, text)
    }
    return all.at(-1) ?? ''
  }
  const last = write(100)
  const { child, seen, until, closed } = follow(t, ['a.log', 'b.log', '--window', '1s'], directory)
  await until(last)
  for (let round = 0; round < 3; round++) {
    const before = write(40)
    renameSync(a, `${a}.${round}`)
    // A process that has the file open may still write to it after the rename.
    const text = line(after++)
    all.push(text)
    appendFileSync(`${a}.${round}`, text)
    if (round % 2 === 0) writeFileSync(a, '')
    await until(before)
    await until(write(41))
    assert.equal(seen.stdout, all.join(''))
  }
  truncateSync(b)
  // The truncation is noticed because the file is shorter than before.
  await until(write(6))
  assert.equal(seen.stdout, all.join(''))
  child.kill('SIGINT')
  const [code, signal] = await closed
  assert.deepEqual([code, signal, seen.stderr], [0, null, ''])
})

test('a half line at the end of a cut gzip stays in its place', async (t) => {
  const directory = scratch(t)
  const packed = gzipSync(line(0) + line(1), { level: 0 })
  // Behind a header of 15 bytes, the text is as it was.
  writeFileSync(join(directory, 'cut.gz'), packed.subarray(0, 15 + line(0).length + 30))
  writeFileSync(join(directory, 'b.log'), line(0, { msg: 'same' }) + line(5))
  const { code, stdout } = await merge(['cut.gz', 'b.log'], { cwd: directory })
  const half = `${line(1).slice(0, 30)}\n`
  assert.deepEqual([code, stdout], [1, line(0) + half + line(0, { msg: 'same' }) + line(5)])
})

test('--follow goes on with a log that vanishes and comes back', { timeout: 60_000 }, async (t) => {
  const directory = scratch(t)
  const path = join(directory, 'a.log')
  writeFileSync(path, line(0))
  const { child, seen, until, closed } = follow(t, ['a.log'], directory)
  await until(line(0))
  const fd = openSync(path, 'a')
  unlinkSync(path)
  writeSync(fd, line(1))
  await until(line(1))
  writeSync(fd, line(2))
  closeSync(fd)
  writeFileSync(path, line(3))
  await until(line(3))
  unlinkSync(path)
  writeFileSync(path, line(4))
  await until(line(4))
  child.kill('SIGINT')
  assert.deepEqual(await closed, [0, null])
  assert.deepEqual(seen, { stdout: [0, 1, 2, 3, 4].map((i) => line(i)).join(''), stderr: '' })
})

test('--follow waits for a log that does not exist yet, and reads compressed logs once', {
  timeout: 60_000,
}, async (t) => {
  const directory = scratch(t)
  mkdirSync(join(directory, 'folder'))
  writeFileSync(join(directory, 'old.gz'), gzipSync(line(0) + line(2)))
  writeFileSync(join(directory, 'now.log'), line(1) + line(3).slice(0, 30))
  const { child, seen, until, closed } = follow(
    t,
    ['late.log', 'old.gz', 'now.log', 'folder'],
    directory,
  )
  await until('late.log: no such file; waiting for it\n', 'stderr')
  await until(line(2))
  appendFileSync(join(directory, 'late.log'), line(4))
  await until(line(4))
  child.kill('SIGTERM')
  assert.deepEqual(await closed, [1, null])
  assert.match(seen.stderr, /folder: is a directory\n/)
  assert.equal(seen.stdout, `${[0, 1, 2, 4].map((i) => line(i)).join('')}${line(3).slice(0, 30)}\n`)
})

test('the pretty format and the statistics show no control character or direction of a log', async (t) => {
  const evil = '\u001b[31m\u009b1A\u202e\u2066\u200f\u2028'
  const path = join(scratch(t), 'evil.log')
  const lines = [
    `before any time ${evil}`,
    line(1, {
      msg: evil,
      name: evil,
      source: evil,
      [evil]: evil,
      err: { type: evil, message: evil },
    }),
    `2026-11-22T00:00:01Z info: ${evil}`,
    `{"msg":"${evil.replace('\u001b', '')}"}`,
  ]
  writeFileSync(path, `${lines.map((each) => each.trimEnd()).join('\n')}\n`)
  for (const flags of [['--format', 'pretty'], ['--stats']]) {
    const { code, stdout } = await merge([...flags, path])
    assert.equal(code, 0)
    assert.doesNotMatch(stdout, /(?!\n)[\p{Cc}\p{Bidi_C}\u2028\u2029]/u)
    assert.match(stdout, /\\u202e/)
  }
  const { stdout } = await merge(['--format', 'json', path])
  assert.doesNotMatch(stdout.split('\n')[2] ?? '', /[\p{Cc}\p{Bidi_C}\u2028\u2029]/u)
})
