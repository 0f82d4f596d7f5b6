// Reads what latchkey-bench wrote with HdrHistogram's own tool and prints it as JSON: the counts that
// were encoded, and the table of percentiles that it makes from them.
//   node hdr_check.js REPORT.json
const fs = require('fs');
const hdr = require('hdr-histogram-js');

const report = JSON.parse(fs.readFileSync(process.argv[2], 'utf8'));
const told = {};
for (const name of ['latency', 'service']) {
  const of = hdr.decodeFromCompressedBase64(report[name].hdr);
  told[name] = {
    count: of.totalCount,
    p50: of.getValueAtPercentile(50),
    p99: of.getValueAtPercentile(99),
    max: of.maxValue,
    digits: of.numberOfSignificantValueDigits,
    table: of.outputPercentileDistribution(5, 1e6),
  };
}
console.log(JSON.stringify(told));
