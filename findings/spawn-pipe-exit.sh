#!/bin/sh
# Standard output of a child process that Node started with stdio 'pipe' is a Unix socket, not a pipe. Its buffer is full after
# a few hundred short writes, whatever their bytes, for the kernel counts a fixed cost for each. From then on writes are
# asynchronous, and process.exit() discards them. Through a pipe of the shell, the same program loses nothing.
#
# Seen on Linux 6.18: 278 of 1000 lines (10 kB) arrive with Node 20.20.2, 171 with 22.23.3, 24.21.0 and 26.10.0, if the parent does
# not read meanwhile, and more if it does. Through a pipe of the shell all arrive. Node's documentation says that pipes and
# sockets are synchronous on Linux.
set -eu

program='for (let i = 0; i < 1000; i++) process.stdout.write(`line ${i}\n`); process.exit(0)'
export program

through_spawn=$(node -e '
  const { spawn } = require("node:child_process")
  const child = spawn(process.execPath, ["-e", process.env.program])
  // A parent that is busy: it reads when the child has ended.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1500)
  let text = ""
  child.stdout.on("data", (chunk) => (text += chunk))
  child.on("close", () => console.log(text.split("\n").length - 1))
')
through_pipe=$(node -e "$program" | { sleep 1.5; wc -l; })

echo "node $(node --version), $(uname -s) $(uname -r): spawn $through_spawn of 1000 lines, shell pipe $through_pipe of 1000"
test "$through_pipe" -eq 1000
test "$through_spawn" -gt 0
test "$through_spawn" -lt 1000
