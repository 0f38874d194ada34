// The demo: runs an application with many processes and threads under logshare, then checks its log record by record.

const { spawn } = require('node:child_process')
const { mkdtempSync, readFileSync } = require('node:fs')
const { tmpdir } = require('node:os')
const { join } = require('node:path')
const { text } = require('node:stream/consumers')

const ROOT = join(__dirname, '..')
const WIDTH = 100
/** Longest time (ms) the application may run. */
const LIMIT = 100_000

/** Two ways to install logshare: arguments of node, and environment variables. */
const WAYS = {
  run: (log) => ({
    args: [join(ROOT, 'dist/cli/main.js'), 'run', '--file', log, '--level', 'debug'],
    env: {},
  }),
  register: (log) => ({
    args: ['-r', join(ROOT, 'register.js')],
    env: {
      LOGSHARE_CONFIG: JSON.stringify({ level: 'debug', handlers: [{ type: 'file', path: log }] }),
    },
  }),
}
const WAY = WAYS.run

/** Every thread of the application that logs. The output of spawn#1 is read by the application and is not a log. */
const SOURCES = [
  'root',
  ...['fork#1', 'fork#2'].flatMap((fork) => [fork, `${fork}/worker#1`, `${fork}/worker#2`]),
  ...['cluster#1', 'cluster#2', 'spawn#2', 'spawn#2/worker#1'],
]

async function main() {
  const start = performance.now()
  const directory = mkdtempSync(join(tmpdir(), 'logshare-demo-'))
  const log = join(directory, 'app.log')
  const { code, stdout, stderr } = await runApplication(log, directory)
  const ran = performance.now()
  // The application's own output, among the text that its loggers print.
  const result = /^index of .*\n(?: {2}.*\n)+/m.exec(stdout)?.[0] ?? ''
  if (code !== 0) throw new Error(`the application ended with ${code}\n${stderr.slice(-2000)}`)

  const { records, unreadable } = readLog(log)
  const producers = audit(records)
  const tallies = compare(result, records)
  console.log(result)
  printSamples(records)
  printProducers(producers)
  printTallies(tallies)
  const failures = findFailures(producers, tallies)
  if (unreadable > 0) failures.push(`${unreadable} lines of the log are not records`)
  for (const failure of failures) console.log(`FAILED: ${failure}`)
  const [run, checked] = [ran - start, performance.now() - ran].map((ms) => (ms / 1000).toFixed(1))
  console.log(`\n${run} s run, ${checked} s checked: ${log}`)
  process.exitCode = failures.length > 0 ? 1 : 0
}

/** Runs the application to its end. Its log goes to the file `log`, the files it creates go to `directory`. */
async function runApplication(log, directory) {
  const { args, env } = WAY(log)
  const script = join(__dirname, 'index-modules/main.js')
  const application = spawn(
    process.execPath,
    [...args, script, join(ROOT, 'node_modules'), directory],
    {
      env: { ...process.env, ...env, DEBUG: 'index:*' },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: LIMIT,
    },
  )
  const ended = new Promise((done, fail) => application.on('error', fail).on('close', done))
  const outputs = [text(application.stdout), text(application.stderr)]
  const [stdout, stderr, code] = await Promise.all([...outputs, ended])
  return { code, stdout, stderr }
}

function readLog(path) {
  const lines = readFileSync(path, 'utf8').split('\n').filter(Boolean)
  const records = lines.flatMap((line) => {
    try {
      return [{ ...JSON.parse(line), line }]
    } catch {
      return []
    }
  })
  return { records, unreadable: lines.length - records.length }
}

/** Counts the records of each producer. A producer is a thread; it numbers its records from 1. */
function audit(records) {
  const producers = new Map()
  for (const record of records) {
    const key = `${record.source} ${record.pid}/${record.tid}`
    const own = producers.get(key)
    if (own) own.push(record)
    else producers.set(key, [record])
  }
  const place = ([{ source }]) => SOURCES.indexOf(source)
  const sorted = [...producers.values()].sort((a, b) => place(a) - place(b))
  return sorted.map((own) => {
    const { source, pid, tid } = own[0]
    const seqs = own.map((record) => record.seq)
    const distinct = new Set(seqs).size
    return {
      source,
      pid,
      tid,
      records: own.length,
      lost: seqs.reduce((a, b) => Math.max(a, b)) - distinct,
      doubled: own.length - distinct,
      disordered: seqs.filter((seq, i) => i > 0 && seq < seqs[i - 1]).length,
      first: own[0].name,
      last: own.at(-1).name,
    }
  })
}

/** Compares the numbers in the application's output with the records in its log. */
function compare(result, records) {
  const printed = (key) => Number(new RegExp(`^ +${key} +(\\d+)`, 'm').exec(result)?.[1])
  const count = (name, msg) =>
    records.filter((record) => record.name === name && record.msg.startsWith(msg)).length
  const left = records.map(({ msg }) => Number(/^leaving after (\d+) files$/.exec(msg)?.[1] ?? 0))
  const lookUps = count('index:lookup', 'answered ') + count('console', 'answered ')
  return [
    [
      'files indexed, in the threads of two pools',
      printed('files'),
      count('index.reader', 'indexed'),
    ],
    ['files of the two processes, last record before process.exit()', printed('files'), sum(left)],
    ['look-ups answered, in two cluster workers', printed('look-ups'), lookUps],
    [
      'compressions, in a worker that was terminated',
      count('index:pack', 'level '),
      count('index:compress', 'tried '),
    ],
  ]
}

function findFailures(producers, tallies) {
  const failures = []
  for (const source of SOURCES) {
    if (!producers.some((each) => each.source === source)) failures.push(`no record of ${source}`)
  }
  for (const { source, lost, doubled, disordered } of producers) {
    if (lost + doubled + disordered > 0) failures.push(`records of ${source} are not complete`)
  }
  for (const [what, expected, logged] of tallies) {
    if (expected !== logged) failures.push(`${what}: ${expected}, in the log ${logged}`)
  }
  return failures
}

// Prints one line per kind of source, an error if there is one. The line is broken before the logger's name.
function printSamples(records) {
  const kinds = new Map()
  for (const record of records) {
    const kind = record.source.replace(/\d/g, '')
    const sample = kinds.get(kind)
    if (!sample || sample.level < Math.min(record.level, 50)) kinds.set(kind, record)
  }
  for (const { line } of kinds.values()) {
    const end = line.indexOf('"name":')
    console.log(`${shorten(line.slice(0, end))}\n  ${shorten(line.slice(end), WIDTH - 2)}`)
  }
  console.log()
}

function printProducers(producers) {
  const total = { source: `${producers.length} producers`, pid: '', tid: '', first: '', last: '' }
  for (const key of ['records', 'lost', 'doubled', 'disordered']) {
    total[key] = sum(producers.map((producer) => producer[key]))
  }
  const header = Object.fromEntries(Object.keys(producers[0]).map((key) => [key, key]))
  for (const row of [header, ...producers, total]) {
    const { source, first, last, ...numbers } = row
    const columns = Object.entries(numbers).map(([key, value]) =>
      String(value).padStart(Math.max(key.length, 7)),
    )
    console.log(`${source.padEnd(16)}${columns.join(' ')}  ${first.padEnd(14)} ${last}`.trimEnd())
  }
  console.log()
}

function printTallies(tallies) {
  for (const [what, expected, logged] of [['', 'done', 'logged'], ...tallies]) {
    console.log(`${what.padEnd(64)} ${String(expected).padStart(6)} ${String(logged).padStart(7)}`)
  }
}

function sum(numbers) {
  return numbers.reduce((total, number) => total + number, 0)
}

function shorten(line, width = WIDTH) {
  return line.length > width ? `${line.slice(0, width - 1)}…` : line
}

main().catch((error) => {
  console.error(`FAILED: ${error.message}`)
  process.exitCode = 1
})
