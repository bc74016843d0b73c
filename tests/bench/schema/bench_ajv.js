// The same as bench_schema.c with ajv, compiled before: node bench_ajv.js SCHEMA.json BODIES.ndjson [ROUNDS]
// ajv is looked for where NODE_PATH says.
const fs = require('fs');
const Ajv = require('ajv');

const [, , schemaFile, bodiesFile, roundsText] = process.argv;
const validate = new Ajv({strict: false, validateFormats: false}).compile(JSON.parse(fs.readFileSync(schemaFile)));
const bodies = fs.readFileSync(bodiesFile, 'utf8').split('\n').filter(Boolean);
const bytes = bodies.reduce((sum, body) => sum + Buffer.byteLength(body), 0);

function run(rounds, isChecked) {
  let best = 0;
  for (let round = 0; round < rounds; round++) {
    const from = process.hrtime.bigint();
    for (const body of bodies) {
      const value = JSON.parse(body);
      if (isChecked && !validate(value)) throw new Error(JSON.stringify(validate.errors));
    }
    best = Math.max(best, bytes / Number(process.hrtime.bigint() - from) * 1e3);
  }
  return best;
}

const rounds = Number(roundsText || 200);
run(rounds / 4, true);
const took = bodies.map(body => {
  const value = JSON.parse(body), from = process.hrtime.bigint();
  for (let round = 0; round < 200; round++)
    if (!validate(value)) throw new Error(JSON.stringify(validate.errors));
  return Number(process.hrtime.bigint() - from) / 200e3;
});
took.sort((a, b) => a - b);
console.log('ajv     ', run(rounds, false).toFixed(0).padStart(10), run(rounds, true).toFixed(0).padStart(10),
    took[took.length >> 1].toFixed(2).padStart(10));
