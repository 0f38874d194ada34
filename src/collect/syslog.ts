// Syslog: the input for syslog messages over UDP, TCP or a Unix socket.

import type { SyslogInputOptions } from '../config/inputs.js'
import { FACILITIES } from '../config/remote.js'
import { wallNow } from '../core/originals.js'
import type { Input, InputContext } from './input.js'
import { makeLine } from './line.js'
import { parseSyslog } from './message.js'
import { listenForDatagrams, listenOnStream } from './server.js'
import { levelOfSeverity } from './severity.js'
import { splitNothing, splitSyslog } from './split.js'

/** Resolves when the socket listens. Rejects with `LOGSHARE_ERR_HANDLER` if it cannot. */
export function openSyslogInput(
  { address, open = false }: SyslogInputOptions,
  { append: appendLines, last }: InputContext,
): Promise<Input> {
  const label = `syslog ${address}`
  const append = (messages: readonly string[]): void => {
    const before = last()
    appendLines(messages.map((message, index) => lineOf(message, before + index + 1)))
  }
  if (address.startsWith('udp:')) {
    return listenForDatagrams({ label, address, open, split: splitNothing, append })
  }
  return listenOnStream({ label, address, open, split: splitSyslog, append })
}

function lineOf(text: string, seq: number): string {
  const {
    facility,
    severity,
    time = wallNow(),
    host,
    app,
    procid,
    msgid,
    data,
    msg,
  } = parseSyslog(text)
  const name = app ?? 'syslog'
  const pid = procid !== undefined && /^\d{1,10}$/.test(procid) ? Number(procid) : 0
  const source = name.replaceAll('/', '-')
  const head = { level: levelOfSeverity(severity), time, pid, tid: 0, source, seq, name, msg }
  return makeLine(head, { facility: FACILITIES[facility], host, msgid, ...data })
}
