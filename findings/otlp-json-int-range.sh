#!/bin/sh
# The same log record has other values in OTLP over JSON than in OTLP over protobuf. @opentelemetry/otlp-transformer calls every
# number without a fraction "intValue" in JSON, also those that do not fit the 64 bits of that field, and writes NaN and Infinity as
# null, where the format wants a number or one of "NaN", "Infinity" and "-Infinity". In protobuf all of them are proper doubles.
#
# Seen with @opentelemetry/otlp-transformer 0.223.1 and Node 20.20.2, JSON:
#   1e21  {"intValue":1e+21}     NaN  {"doubleValue":null}     1.5  {"doubleValue":1.5}
# and protobuf: the double field (tag 0x21) for all three.
set -eu

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --no-audit --no-fund --loglevel=error \
  @opentelemetry/otlp-transformer@0.223.1 @opentelemetry/sdk-logs@0.223.1 @opentelemetry/api-logs@0.223.1 >/dev/null

cat >log.js <<'END'
const { LoggerProvider, SimpleLogRecordProcessor } = require('@opentelemetry/sdk-logs')
const { JsonLogsSerializer, ProtobufLogsSerializer } = require('@opentelemetry/otlp-transformer')
const exporter = {
  export(records, done) {
    const json = JSON.parse(Buffer.from(JsonLogsSerializer.serializeRequest(records)))
    const bytes = Buffer.from(ProtobufLogsSerializer.serializeRequest(records))
    const tag = bytes[bytes.indexOf('the-key') + 'the-key'.length + 2]
    console.log(JSON.stringify(json.resourceLogs[0].scopeLogs[0].logRecords[0].attributes[0].value), '0x' + tag.toString(16))
    done({ code: 0 })
  },
  forceFlush: async () => {},
  shutdown: async () => {},
}
const logger = new LoggerProvider({ processors: [new SimpleLogRecordProcessor({ exporter })] }).getLogger('app')
for (const value of [1e21, NaN, 1.5]) logger.emit({ body: 'text', attributes: { 'the-key': value } })
END

seen=$(node log.js | paste -sd ' ' -)
echo "@opentelemetry/otlp-transformer 0.223.1, node $(node --version): $seen"
test "$seen" = '{"intValue":1e+21} 0x21 {"doubleValue":null} 0x21 {"doubleValue":1.5} 0x21'
