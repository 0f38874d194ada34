#!/bin/sh
# OpenTelemetry's logs SDK copies the attributes of a record when it is emitted, but keeps an object body as it is. With the usual
# BatchLogRecordProcessor the record is exported later, and its body is what the object has become by then, while attributes with
# the same content are still right. An application that reuses or goes on with the object it logged exports its later state.
#
# Seen with @opentelemetry/sdk-logs 0.223.1 and Node 20.20.2, state "started" when emitted and "done" afterwards: the exported
# record has body "done", attribute "started".
set -eu

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --no-audit --no-fund --loglevel=error @opentelemetry/sdk-logs@0.223.1 @opentelemetry/api-logs@0.223.1 >/dev/null

cat >log.js <<'END'
const { BatchLogRecordProcessor, InMemoryLogRecordExporter, LoggerProvider } = require('@opentelemetry/sdk-logs')
const exporter = new InMemoryLogRecordExporter()
const provider = new LoggerProvider({ processors: [new BatchLogRecordProcessor({ exporter })] })
const job = { state: 'started' }
provider.getLogger('app').emit({ body: job, attributes: job })
job.state = 'done'
provider.forceFlush().then(() => {
  const [{ body, attributes }] = exporter.getFinishedLogRecords()
  console.log(`body ${body.state}, attribute ${attributes.state}`)
})
END

seen=$(node log.js)
echo "@opentelemetry/sdk-logs 0.223.1, node $(node --version): $seen"
test "$seen" = 'body done, attribute started'
