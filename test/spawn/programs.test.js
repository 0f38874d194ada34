'use strict'
// The option `programs`: programs other than node that inherit stdout or stderr are read line by line, print the same bytes in
// the same place, and see and show the same as without it.

const assert = require('node:assert/strict')
const { spawn } = require('node:child_process')
const { once } = require('node:events')
const {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  utimesSync,
  writeFileSync,
} = require('node:fs')
const { join } = require('node:path')
const { describe, it } = require('node:test')
const { startCollector } = require('../helpers/collector.js')
const { until } = require('../helpers/orphans.js')
const {
  cleanEnv,
  collect,
  FIXTURES,
  readLines,
  readLog,
  REGISTER,
  run,
  scratch,
} = require('../helpers/run.js')

const STARTER = join(FIXTURES, 'programs/spawn.js')
const SH = ['-c']
/** What the root prints when its program has ended. */
const END = 'root: [null,null,[null,null,null]]\nroot: exit 0 null\nroot: close 0 null\n'

/** A runtime directory of the test's own, to see what is left in it. */
function place(t) {
  const directory = scratch(t)
  const runtime = join(directory, 'run')
  mkdirSync(runtime, { mode: 0o700 })
  const log = join(directory, 'app.log')
  return {
    directory,
    log,
    file: join(directory, 'out.txt'),
    env: { XDG_RUNTIME_DIR: runtime },
    config: { programs: true, handlers: [{ type: 'file', path: log }] },
    left: () =>
      readdirSync(runtime, { recursive: true })
        .map(String)
        .filter((name) => /\d+-\w{8}/.test(name)),
    records: (source = /#\d+$/) =>
      readLog(log).filter((record) => source.test(record.source) && record.source !== 'root'),
  }
}

/** @param {unknown[]} command file, args, options */
const args = (...command) => [JSON.stringify(command)]
const messages = (records) => records.map(({ msg }) => msg)
/** The lines of an output that are not the root's own. */
const printed = (text) => text.replace(/^root: .*\n/gm, '')

/** Starts the fixture; its streams are pipes of this process. */
function start({ env, config }, command, extra = {}) {
  return spawn(process.execPath, ['-r', REGISTER, STARTER, ...args(...command)], {
    env: cleanEnv({ ...env, ...extra, LOGSHARE_CONFIG: JSON.stringify(config) }),
    stdio: ['pipe', 'pipe', 'pipe'],
  })
}

/** What a program prints, as it comes. Its stdin stays open. */
function watch(program) {
  const got = { stdout: '', stderr: '' }
  const waiting = new Set()
  // What it has started may hold its streams, too.
  const timer = setTimeout(() => {
    program.kill('SIGKILL')
    program.stdout.destroy()
    program.stderr.destroy()
  }, 60_000)
  program.once('close', () => clearTimeout(timer))
  for (const name of /** @type {const} */ (['stdout', 'stderr'])) {
    program[name].setEncoding('utf8').on('data', (text) => {
      got[name] += text
      for (const check of waiting) check()
    })
  }
  return {
    /** Resolves when stdout contains `text`. */
    until: (text) =>
      new Promise((done) => {
        const check = () => {
          if (got.stdout.includes(text)) done(waiting.delete(check))
        }
        waiting.add(check)
        check()
      }),
    /** Resolves when all processes that had its streams have ended. */
    ended: once(program, 'close').then(() => got),
  }
}

/** @param {import('node:child_process').ChildProcess} child */
const ended = (child) => collect(child, { limit: 60_000 })

const PYTHON = `
import sys
print("plain", flush=True)
print("[ERROR] marked", flush=True)
print('{"level":"warn","logger":"db.pool","msg":"slow","ms":7}', flush=True)
print("to stderr", file=sys.stderr)
sys.stdout.write("no end of line")
`

describe('records', () => {
  it('have level, name, source, pid and library, and the lines are printed as they were', async (t) => {
    const p = place(t)
    const bare = await run(STARTER, { way: 'none', args: args('python3', ['-c', PYTHON]) })
    const { stdout, stderr, code } = await run(STARTER, {
      ...p,
      args: args('python3', ['-c', PYTHON]),
    })
    assert.deepEqual([stdout, stderr, code], [bare.stdout, bare.stderr, 0])
    const records = p.records()
    const out = records.filter(({ lib }) => lib === 'stdout')
    assert.deepEqual(
      out.map(({ level, name, msg, ms }) => [level, name, msg, ms]),
      [
        [30, 'python3', 'plain', undefined],
        [50, 'python3', '[ERROR] marked', undefined],
        [40, 'db.pool', 'slow', 7],
        [30, 'python3', 'no end of line', undefined],
      ],
    )
    assert.deepEqual(
      records.filter(({ lib }) => lib === 'stderr').map(({ level, msg }) => [level, msg]),
      [[40, 'to stderr']],
    )
    const [{ pid }] = records
    assert.deepEqual(
      records.map((record) => [record.source, record.pid, record.tid, record.seq]),
      records.map((_, at) => ['python3#1', pid, 0, at + 1]),
    )
    assert.ok(
      pid > 0 && !readLog(p.log).some((record) => record.source === 'root' && record.pid === pid),
    )
    assert.deepEqual(p.left(), [])
  })

  for (const way of /** @type {const} */ (['NODE_OPTIONS', 'install'])) {
    it(`with ${way}, numbered by name, below forks too`, async (t) => {
      const p = place(t)
      const program = join(p.directory, 'main.js')
      const start = `require('node:child_process').spawn('sh', ['-c', 'echo ' + process.pid + '; echo $$'], { stdio: 'inherit' })`
      writeFileSync(
        program,
        `if (process.env.TEST_INSTALL) require(${JSON.stringify(join(REGISTER, '..'))}).install()
        delete process.env.TEST_INSTALL
        if (process.argv[2]) ${start}
        else {
          for (let i = 0; i < 2; i++) ${start}
          require('node:child_process').fork(__filename, ['child'])
        }`,
      )
      await run(program, { ...p, way })
      const records = p.records()
      assert.deepEqual([...new Set(records.map(({ source }) => source))].sort(), [
        'fork#1/sh#1',
        'sh#1',
        'sh#2',
      ])
      assert.equal(records.length, 6)
      for (const record of records.filter(({ seq }) => seq === 2))
        assert.equal(record.msg, String(record.pid))
      assert.deepEqual(p.left(), [])
    })
  }

  it('have the context in which the program was started', async (t) => {
    const p = place(t)
    const program = join(p.directory, 'main.js')
    writeFileSync(
      program,
      `const { withContext } = require(${JSON.stringify(join(REGISTER, '..'))})
      const { spawn } = require('node:child_process')
      withContext({ request: 7 }, () => spawn('echo', ['within'], { stdio: 'inherit' }))
      spawn('echo', ['without'], { stdio: 'inherit' })`,
    )
    await run(program, p)
    const found = Object.fromEntries(p.records().map(({ msg, request }) => [msg, request]))
    assert.deepEqual(found, { within: 7, without: undefined })
  })

  it('have the levels of the option `streams`, and `silent` makes no records', async (t) => {
    const p = place(t)
    const root = start(
      { ...p, config: { ...p.config, streams: { stdout: 'error', stderr: 'silent' } } },
      ['sh', [...SH, 'echo out; echo err >&2; echo "[WARN] told" >&2']],
    )
    const { stdout, stderr } = await watch(root).ended
    assert.deepEqual([printed(stdout), stderr], ['out\n', 'err\n[WARN] told\n'])
    assert.deepEqual(
      p
        .records()
        .map(({ level, msg }) => [level, msg])
        .toSorted(),
      [
        [40, '[WARN] told'],
        [50, 'out'],
      ],
    )
  })

  it('follow levels, redaction and filters', async (t) => {
    const p = place(t)
    const text = `echo '{"level":"info","msg":"a","password":"x"}'; echo '{"level":"debug","name":"db","msg":"b"}'`
    await run(STARTER, {
      ...p,
      config: { ...p.config, levels: { db: 'info' }, redact: ['password'] },
      args: args('sh', [...SH, text]),
    })
    assert.deepEqual(
      p.records().map(({ msg, password }) => [msg, password]),
      [['a', '[REDACTED]']],
    )
  })
})

describe('bytes', () => {
  // Alternates between the streams: their order shows where both lead to the same file.
  const MIXED = 'for i in 1 2 3 4 5 6 7 8; do echo out $i; echo err $i >&2; done; printf end'
  for (const [name, redirect] of Object.entries({
    file: '>',
    'file, appended': '>>',
    pipe: '| cat >',
  })) {
    it(`of both streams into one ${name} keep their order`, async (t) => {
      const p = place(t)
      const outputs = []
      for (const flags of ['', `-r ${REGISTER}`]) {
        const out = `${p.file}${outputs.length}`
        const command = `"$0" ${flags} "$@" 2>&1 ${redirect} ${out}`
        const env = cleanEnv({ ...p.env, LOGSHARE_CONFIG: JSON.stringify(p.config) })
        const shell = spawn(
          'sh',
          ['-c', command, process.execPath, STARTER, ...args('sh', [...SH, MIXED])],
          { env },
        )
        await ended(shell)
        outputs.push(readFileSync(out, 'latin1'))
      }
      assert.equal(outputs[1], outputs[0])
      assert.deepEqual(messages(p.records()).length, 17)
    })
  }

  it('that are no text are copied as they are', async (t) => {
    const p = place(t)
    const code = 'import sys; sys.stdout.buffer.write(bytes(range(256)) * 1000 + b"\\xc3")'
    await run(STARTER, { ...p, stdout: p.file, args: args('python3', ['-c', code]) })
    const bytes = readFileSync(p.file)
    const start = bytes.indexOf('\0')
    const found = bytes.subarray(start, start + 256_001)
    assert.deepEqual(
      found,
      Buffer.concat([
        ...Array(1000).fill(Buffer.from([...Array(256).keys()])),
        Buffer.from([0xc3]),
      ]),
    )
    assert.equal(bytes.subarray(start + 256_001).toString(), END)
  })

  for (const to of /** @type {const} */ (['file', 'socket', 'pipe'])) {
    it(`of 100,000 lines into a ${to}: none lost or doubled, printed and recorded`, async (t) => {
      const p = place(t)
      const command = args('seq', ['1', '100000'])
      let text
      if (to === 'pipe') {
        const env = cleanEnv({ ...p.env, LOGSHARE_CONFIG: JSON.stringify(p.config) })
        const line = `"$0" -r ${REGISTER} "$@" | cat`
        text = (
          await ended(spawn('sh', ['-c', line, process.execPath, STARTER, ...command], { env }))
        ).stdout
      } else {
        const { stdout } = await run(STARTER, {
          ...p,
          args: command,
          ...(to === 'file' && { stdout: p.file }),
        })
        text = to === 'file' ? readFileSync(p.file, 'utf8') : stdout
      }
      const expected = Array.from({ length: 100_000 }, (_, at) => String(at + 1))
      const start = text.indexOf('1\n')
      assert.equal(text.slice(start), `${expected.join('\n')}\n${END}`)
      const records = p.records()
      assert.deepEqual(messages(records), expected)
      assert.ok(records.every(({ seq }, at) => seq === at + 1))
    })
  }

  it('are copied at once', async (t) => {
    const p = place(t)
    const root = start(p, ['sh', [...SH, 'printf "your name? "; read name; echo hello $name']])
    const { until, ended } = watch(root)
    await until('your name? ') // without an end of line
    root.stdin.write('Ada\n')
    assert.ok((await ended).stdout.includes('your name? hello Ada\nroot: '))
    assert.deepEqual(messages(p.records()), ['your name? hello Ada'])
  })

  it('do not wait for a busy parent', async (t) => {
    const p = place(t)
    const seen = join(p.directory, 'seen')
    const env = { ...p.env, BLOCK: '3000', SEEN: seen }
    const text = `seq 1 50000; echo > ${seen}`
    const { stdout } = await run(STARTER, { ...p, env, args: args('sh', [...SH, text]) })
    assert.match(stdout, /^root: true$/m)
    assert.equal(p.records().length, 50_000)
  })

  it('wait for a slow reader, and with them the program', async (t) => {
    const p = place(t)
    const count = join(p.directory, 'count')
    const code = `
import os, select
os.set_blocking(1, False)
n = 0
while True:
    try:
        n += os.write(1, b"x" * 999 + b"\\n")
    except BlockingIOError:
        if not select.select([], [1], [], 1.5)[1]: break
open("${count}", "w").write(str(n))
`
    const root = start(p, ['python3', ['-c', code]])
    while (!existsSync(count) || readFileSync(count, 'utf8') === '')
      await new Promise((done) => setTimeout(done, 50))
    const written = Number(readFileSync(count, 'utf8'))
    assert.ok(written < 2 ** 20, `${written} bytes are not held back`)
    const { stdout } = await ended(root)
    assert.equal(printed(stdout).length, written)
    assert.equal(p.records().length, Math.ceil(written / 1000))
  })
})

describe('the program', () => {
  it('has a pipe that it can open by its path', async (t) => {
    const p = place(t)
    const text =
      'echo by path > /dev/stdout; echo by path > /dev/stderr; test -p /dev/stdout && echo a pipe'
    const { stdout, stderr } = await run(STARTER, { ...p, args: args('sh', [...SH, text]) })
    assert.equal(printed(stdout), 'by path\na pipe\n')
    assert.equal(stderr, 'by path\n')
  })

  for (const [name, command] of Object.entries({
    code: ['sh', ['-c', 'echo x; exit 7']],
    signal: ['sh', ['-c', 'echo x; kill -9 $$']],
    missing: ['there-is-no-such-program', []],
    'only stderr': ['sh', ['-c', 'echo x >&2'], { stdio: ['ignore', 'ignore', 'inherit'] }],
    'by number': ['sh', ['-c', 'echo x; echo y >&2'], { stdio: [0, 2, 1] }],
    'a shell': ['echo x; exit 3', [], { shell: true }],
  })) {
    it(`looks to its parent as without logshare: ${name}`, async (t) => {
      const p = place(t)
      const bare = await run(STARTER, { way: 'none', args: args(...command) })
      const { stdout, stderr } = await run(STARTER, { ...p, args: args(...command) })
      assert.deepEqual([stdout, stderr], [bare.stdout, bare.stderr])
      assert.equal(
        existsSync(p.log) ? p.records().length : 0,
        name === 'missing' ? 0 : name === 'by number' ? 2 : 1,
      )
      assert.deepEqual(p.left(), [])
    })
  }

  it('emits exit in the context in which it was started', async (t) => {
    const p = place(t)
    const program = join(p.directory, 'main.js')
    writeFileSync(
      program,
      `const { AsyncLocalStorage } = require('node:async_hooks')
      const { spawn } = require('node:child_process')
      const storage = new AsyncLocalStorage()
      for (const id of [1, 2]) storage.run(id, () => {
        spawn('echo', ['x'], { stdio: 'inherit' }).on('exit', () => console.log(id === storage.getStore()))
      })`,
    )
    const { stdout } = await run(program, p)
    assert.equal(printed(stdout).replaceAll('x\n', ''), 'true\ntrue\n')
  })

  it('killed with SIGKILL: what it had printed is there before its exit', async (t) => {
    const p = place(t)
    const { stdout } = await run(STARTER, {
      ...p,
      args: args('sh', [...SH, 'seq 1 5000; printf rest; kill -9 $$']),
    })
    assert.match(
      stdout,
      /\n5000\nrestroot: .*\nroot: exit null SIGKILL\nroot: close null SIGKILL\n$/,
    )
    assert.equal(messages(p.records()).at(-1), 'rest')
    assert.equal(p.records().length, 5001)
  })

  for (const [name, end] of Object.entries({
    'process.exit()': '',
    SIGTERM: 'SIGTERM',
    SIGKILL: 'SIGKILL',
  })) {
    it(`outlives its parent: ${name}`, async (t) => {
      const p = place(t)
      const done = join(p.directory, 'done')
      // The shell's stdin is not the root's. It goes on when the root has ended.
      const text = `echo first; while kill -0 $PPID 2> /dev/null; do sleep 0.02; done; seq 1 20000; echo > ${done}; printf last`
      const root = start(p, ['sh', [...SH, text], { stdio: ['ignore', 'inherit', 'inherit'] }], {
        LEAVE: '1',
      })
      const { until, ended } = watch(root)
      await until('first\n')
      if (end) root.kill(/** @type {NodeJS.Signals} */ (end))
      else root.stdin.write('leave\n')
      const { stdout, stderr } = await ended // all that have its stdout have ended
      const expected = [
        'first',
        ...Array.from({ length: 20_000 }, (_, at) => String(at + 1)),
        'last',
      ]
      assert.equal(printed(stdout), expected.join('\n'))
      assert.equal(stderr, '')
      assert.ok(existsSync(done), 'it was not killed')
      assert.deepEqual(messages(p.records()), expected)
      assert.deepEqual(p.left(), [])
    })
  }

  it('outlives a parent that exits at once', async (t) => {
    const p = place(t)
    const program = join(p.directory, 'main.js')
    writeFileSync(
      program,
      `const text = 'while kill -0 $PPID 2> /dev/null; do :; done; seq 1 5000'
      require('node:child_process').spawn('sh', ['-c', text], { stdio: 'inherit' })
      process.exit(0)`,
    )
    const { stdout } = await run(program, p)
    const expected = Array.from({ length: 5000 }, (_, at) => String(at + 1))
    assert.equal(stdout, `${expected.join('\n')}\n`)
    assert.deepEqual(messages(p.records()), expected)
    assert.deepEqual(p.left(), [])
  })

  it('does not keep a parent that has unreferenced it', async (t) => {
    const p = place(t)
    const program = join(p.directory, 'main.js')
    writeFileSync(
      program,
      `require('node:child_process').spawn('sh', ['-c', 'while kill -0 $PPID 2> /dev/null; do sleep 0.02; done; echo after'], { stdio: 'inherit' }).unref()`,
    )
    const { stdout } = await run(program, p)
    assert.equal(stdout, 'after\n')
    assert.deepEqual(messages(p.records()), ['after'])
  })

  it("ends by SIGPIPE, as without logshare, when nobody reads the root's stdout any more", async (t) => {
    const p = place(t)
    const program = join(p.directory, 'main.js')
    writeFileSync(
      program,
      `require('node:child_process').spawn('yes', [], { stdio: 'inherit' })
        .on('exit', (code, signal) => process.stderr.write('exit ' + code + ' ' + signal))`,
    )
    for (const flags of [[], ['-r', REGISTER]]) {
      const env = cleanEnv({ ...p.env, LOGSHARE_CONFIG: JSON.stringify(p.config) })
      // A pipe of the shell: one of `spawn` is a socket, which may be reset instead.
      const words = [process.execPath, ...flags, program].map((word) => `'${word}'`).join(' ')
      const root = spawn('sh', ['-c', `${words} | head -n 1 >/dev/null`], { env })
      let stderr = ''
      root.stderr.on('data', (text) => (stderr += text))
      await once(root, 'close')
      assert.equal(stderr, 'exit null SIGPIPE')
    }
    const records = p.records()
    assert.ok(records.length > 0 && records.every(({ msg }) => msg === 'y'))
  })

  it("prints a line when the reader of the root's stdout has gone: it is recorded", async (t) => {
    const p = place(t)
    const program = join(p.directory, 'main.js')
    const text = 'echo first; read x; echo second; while echo third; do :; done'
    writeFileSync(
      program,
      `require('node:child_process').spawn('sh', ['-c', '${text}'], { stdio: 'inherit' })
        .on('exit', (code, signal) => process.stderr.write('exit ' + code + ' ' + signal))`,
    )
    for (const flags of [[], ['-r', REGISTER]]) {
      const env = cleanEnv({ ...p.env, LOGSHARE_CONFIG: JSON.stringify(p.config) })
      const words = [process.execPath, ...flags, program].map((word) => `'${word}'`).join(' ')
      const command = `${words} | { head -n 1 >/dev/null; exec <&-; echo gone >&2; }`
      const root = spawn('sh', ['-c', command], { env, stdio: ['pipe', 'ignore', 'pipe'] })
      let stderr = ''
      root.stderr.on('data', (text) => {
        stderr += text
        if (stderr === 'gone\n') root.stdin.end('x\n')
      })
      await once(root, 'close')
      assert.equal(stderr, 'gone\nexit null SIGPIPE')
    }
    const [first, second, ...rest] = messages(p.records())
    assert.deepEqual([first, second], ['first', 'second'])
    assert.ok(rest.every((msg) => msg === 'third'))
    assert.deepEqual(p.left(), [])
  })

  it('has ended before its parent exits: the parent waits for what it has printed', async (t) => {
    const p = place(t)
    const program = join(p.directory, 'main.js')
    const marker = join(p.directory, 'ended')
    writeFileSync(
      program,
      `const { existsSync } = require('node:fs')
      const text = 'echo first; read x; seq 1 8000; echo > ${marker}'
      require('node:child_process').spawn('sh', ['-c', text], { stdio: ['pipe', 'inherit', 'ignore'] })
        .stdin.end('x')
      process.stdin.once('data', () => {
        while (!existsSync('${marker}')) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5)
        process.stderr.write('leaving')
        process.exit(0)
      })`,
    )
    const out = openSync(p.file, 'w')
    const env = cleanEnv({ ...p.env, LOGSHARE_CONFIG: JSON.stringify(p.config) })
    const words = ['-r', REGISTER, program]
    const root = spawn(process.execPath, words, { env, stdio: ['pipe', out, 'pipe'] })
    closeSync(out)
    const exited = once(root, 'exit').then(() => readFileSync(p.file, 'utf8'))
    const helper = await helperOf(root)
    process.kill(helper, 'SIGSTOP')
    root.stdin?.write('go')
    await once(/** @type {import("node:stream").Readable} */ (root.stderr), 'data')
    process.kill(helper, 'SIGCONT')
    const lines = ['first', ...Array.from({ length: 8000 }, (_, at) => String(at + 1))]
    assert.equal(await exited, `${lines.join('\n')}\n`)
    assert.deepEqual(messages(p.records()), lines)
    assert.deepEqual(p.left(), [])
  })

  it('goes on when the helper is killed, and is read by another', async (t) => {
    const p = place(t)
    const root = start(p, ['sh', [...SH, 'echo before; read x; echo after; exit 5']])
    const { ended } = watch(root)
    // The helper passes on a line before it records it.
    await until(() => existsSync(p.log) && readFileSync(p.log, 'utf8').includes('before'), 'record')
    const [helper] = childrenOf(root.pid).filter(({ command }) => command.includes('reader.js'))
    process.kill(helper.pid, 'SIGKILL')
    root.stdin.write('x\n')
    assert.match((await ended).stdout, /before\nafter\nroot: .*\nroot: exit 5 null/)
    assert.deepEqual(messages(p.records()), ['before', 'after'])
  })
})

/** The helper process, once it is there. @param {import('node:child_process').ChildProcess} root */
function helperOf({ pid }) {
  const find = () => childrenOf(pid).find(({ command }) => command.includes('reader.js'))?.pid
  return until(find, 'helper')
}

/** @param {number | undefined} parent */
function childrenOf(parent) {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
        const [, ppid] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
        if (Number(ppid) !== parent) return []
        return [{ pid: Number(pid), command: readFileSync(`/proc/${pid}/cmdline`, 'latin1') }]
      } catch {
        return []
      }
    })
}

describe('a console handler', () => {
  it('shows the lines once, in the order of the log', async (t) => {
    const p = place(t)
    const config = { programs: true, handlers: [{ type: 'console', format: 'json' }] }
    const { stdout, stderr } = await run(STARTER, {
      ...p,
      config,
      args: args('sh', [...SH, 'echo a; echo b >&2; printf c']),
    })
    assert.equal(stderr, '')
    const records = readLines(stdout)
    assert.deepEqual(
      records.map(({ source, msg }) => `${source} ${msg}`).filter((line) => !line.endsWith(' b')),
      [
        'root root: start',
        'sh#1 a',
        'sh#1 c',
        'root root: [null,null,[null,null,null]]',
        'root root: exit 0 null',
        'root root: close 0 null',
      ],
    )
    assert.deepEqual(
      records
        .filter(({ lib, source }) => lib === 'stderr' && source === 'sh#1')
        .map(({ msg }) => msg),
      ['b'],
    )
  })
})

describe('left alone', () => {
  const LINK = ['sh', [...SH, 'readlink /proc/self/fd/1']]
  const left = {
    'without the option': { config: (p) => ({ ...p.config, programs: false }) },
    'without a handler': { config: () => ({ programs: true }) },
    'a detached program': { options: { detached: true } },
    'a node child': { command: [process.execPath, ['-p', 'fs.readlinkSync("/proc/self/fd/1")']] },
    'a script of node': { script: true },
  }
  for (const [name, { config, options = {}, command = LINK, script }] of Object.entries(left)) {
    it(`${name}: it has the stream of the root`, async (t) => {
      const p = place(t)
      const path = join(p.directory, 'tool')
      writeFileSync(
        path,
        '#!/usr/bin/env node\nconsole.log(require("fs").readlinkSync("/proc/self/fd/1"))\n',
        { mode: 0o755 },
      )
      const program = script ? [path, []] : command
      await run(STARTER, {
        ...p,
        config: config?.(p) ?? p.config,
        stdout: p.file,
        args: args(...program, options),
      })
      assert.equal(printed(readFileSync(p.file, 'utf8')), `${p.file}\n`)
      assert.deepEqual(p.left(), [])
    })
  }

  it("a program whose stream is not the root's: it is data", async (t) => {
    const p = place(t)
    const program = join(p.directory, 'main.js')
    writeFileSync(
      program,
      `const { execFileSync, fork } = require('node:child_process')
      if (process.argv[2]) require('node:child_process').spawn('echo', ['data'], { stdio: 'inherit' })
      else fork(__filename, ['child'], { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] }).stdout.on('data', (text) => console.log('got ' + text))`,
    )
    const { stdout } = await run(program, p)
    assert.equal(stdout, 'got data\n\n')
    assert.deepEqual(messages(p.records()), [])
  })

  it('a terminal: the program keeps it', async (t) => {
    const p = place(t)
    const code = 'import pty, sys; sys.exit(pty.spawn(sys.argv[1:]) >> 8)'
    const command = [
      process.execPath,
      '-r',
      REGISTER,
      STARTER,
      ...args('sh', [...SH, 'test -t 1 && echo a terminal']),
    ]
    const env = cleanEnv({ ...p.env, LOGSHARE_CONFIG: JSON.stringify(p.config) })
    const { stdout } = await ended(spawn('python3', ['-c', code, ...command], { env }))
    assert.match(stdout, /^a terminal\r$/m)
    assert.deepEqual(p.records(), [])
  })

  it('what is started by a call that blocks', async (t) => {
    const p = place(t)
    const program = join(p.directory, 'main.js')
    writeFileSync(
      program,
      `require('node:child_process').execFileSync('sh', ['-c', 'readlink /proc/self/fd/1'], { stdio: 'inherit' })`,
    )
    await run(program, { ...p, stdout: p.file })
    assert.equal(readFileSync(p.file, 'utf8'), `${p.file}\n`)
  })
})

describe("a collector's directory", () => {
  for (const way of ['SIGKILL', 'process.exit()']) {
    it(`keeps no pipe of an application that ends by ${way}`, async (t) => {
      const p = place(t)
      const directory = join(p.directory, 'collect')
      const [space] = /\d+/.exec(readlinkSync('/proc/self/ns/pid')) ?? []
      const stale = join(directory, `2147483646.${space}-aa-0.pipe`) // no process has this id
      const elsewhere = join(directory, '2147483646.1-aa-0.pipe') // a process of another namespace may have it
      mkdirSync(directory, { mode: 0o700 })
      for (const path of [stale, elsewhere]) {
        writeFileSync(path, '')
        utimesSync(path, 0, 0)
      }
      const collector = await startCollector(t, { directory, config: p.config })
      assert.deepEqual([existsSync(stale), existsSync(elsewhere)], [false, true])
      rmSync(elsewhere)
      const env = { LOGSHARE_DIR: directory, LEAVE: '1' }
      const text = 'echo first; while kill -0 $PPID 2> /dev/null; do sleep 0.02; done; echo last'
      const stdio = ['ignore', 'inherit', 'inherit']
      const root = start({ env, config: {} }, ['sh', [...SH, text], { stdio }])
      const { until: untilPrinted, ended } = watch(root)
      await untilPrinted('first\n')
      const pipes = () => readdirSync(directory).filter((name) => name.endsWith('.pipe'))
      assert.ok(pipes().length > 0)
      if (way === 'SIGKILL') root.kill('SIGKILL')
      else root.stdin.write('leave\n')
      assert.equal(printed((await ended).stdout), 'first\nlast\n') // the helper has ended, too
      assert.deepEqual(pipes(), [])
      assert.equal(await collector.end(), 0)
      assert.deepEqual(messages(p.records(/sh#1$/)), ['first', 'last'])
    })
  }
})

describe('node below a program', () => {
  for (const handlers of ['file', 'console']) {
    it(`is recorded once, with a ${handlers} handler`, async (t) => {
      const p = place(t)
      const config =
        handlers === 'file'
          ? p.config
          : { programs: true, handlers: [{ type: 'console', format: 'json' }] }
      const text = `echo shell; "${process.execPath}" -e 'console.log("node"); process.stderr.write("err\\n")'; echo shell again`
      const { stdout, stderr } = await run(STARTER, {
        ...p,
        config,
        args: args('sh', [...SH, text]),
      })
      const records =
        handlers === 'file'
          ? p.records()
          : readLines(stdout).filter(({ source }) => source !== 'root')
      assert.deepEqual(messages(records.filter(({ lib }) => lib !== 'stderr')), [
        'shell',
        'node',
        'shell again',
      ])
      assert.deepEqual(messages(records.filter(({ lib }) => lib === 'stderr')), ['err'])
      if (handlers === 'console') return
      assert.equal(printed(stdout), 'shell\nnode\nshell again\n')
      assert.equal(stderr, 'err\n')
    })
  }

  it('an npm script: printed as without logshare, each line recorded once', async (t) => {
    const p = place(t)
    writeFileSync(
      join(p.directory, 'package.json'),
      JSON.stringify({
        scripts: { x: `echo shell && "${process.execPath}" -e "console.log('node')" && exit 4` },
      }),
    )
    const command = args('npm', ['run', '--silent', 'x'])
    const env = {
      ...p.env,
      npm_config_update_notifier: 'false',
      npm_config_cache: join(p.directory, 'cache'),
    }
    const bare = await run(STARTER, {
      ...p,
      config: undefined,
      way: 'none',
      env,
      cwd: p.directory,
      args: command,
    })
    const { stdout } = await run(STARTER, { ...p, env, cwd: p.directory, args: command })
    assert.equal(stdout, bare.stdout)
    assert.match(stdout, /^root: exit 4 null$/m)
    const records = p.records()
    assert.deepEqual(
      ['shell', 'node'].map((text) => messages(records).filter((msg) => msg === text).length),
      [1, 1],
    )
  })
})
