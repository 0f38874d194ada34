// The syslog input: what `logger`, daemons and loggers of other languages send, as records.

import type { SyslogInputOptions } from '../config/inputs.js'
import { FACILITIES } from '../config/remote.js'
import type { Input, InputPlace } from './input.js'
import { makeLine } from './line.js'
import { parseSyslog } from './message.js'
import { listenForDatagrams, listenOnStream } from './server.js'
import { levelOfSeverity } from './severity.js'
import { splitNot, splitSyslog } from './split.js'

/** Resolves when it listens. Rejects with `LOGSHARE_ERR_HANDLER`. */
export function openSyslogInput(
  { address, open = false }: SyslogInputOptions,
  { give: giveLines, last }: InputPlace,
): Promise<Input> {
  const label = `syslog ${address}`
  const give = (messages: readonly string[]): void => {
    const before = last()
    giveLines(messages.map((message, index) => lineOf(message, before + index + 1)))
  }
  if (address.startsWith('udp:')) {
    return listenForDatagrams({ label, address, open, split: splitNot, give })
  }
  return listenOnStream({ label, address, open, split: splitSyslog, give })
}

function lineOf(text: string, seq: number): string {
  const {
    facility,
    severity,
    time = Date.now(),
    host,
    app,
    procid,
    msgid,
    data,
    msg,
  } = parseSyslog(text)
  const name = app ?? 'syslog'
  const pid = procid !== undefined && /^\d{1,10}$/.test(procid) ? Number(procid) : 0
  const source = `syslog/${name.replaceAll('/', '-')}`
  const head = { level: levelOfSeverity(severity), time, pid, tid: 0, source, seq, name, msg }
  return makeLine(head, { facility: FACILITIES[facility], host, msgid, ...data })
}
