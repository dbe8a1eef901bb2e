#!/usr/bin/env node
// Times ONNX Runtime, one thread: one round of bench/against_onnxruntime.sh.
//
//   node against_onnxruntime.js DIR SECONDS NAME...
//
// Runs DIR/NAME.onnx on DIR/NAME.input.f32, compares with DIR/NAME.output.f32, and prints JSON. The models take
// turns with an empty one, in blocks of 2 ms whose first two runs are not timed, as in sampler.cpp; each has SECONDS.
// onnxruntime-node comes from $ORT_NODE_DIR/node_modules.
'use strict';
const fs = require('fs');
const path = require('path');
const { createRequire } = require('module');

const ort = createRequire(path.resolve(process.env.ORT_NODE_DIR || '.', 'x.js'))('onnxruntime-node');

const blockMs = 2;
const untimed = 2;
const tolerance = 1e-5; // of the largest output
const sessionOptions = {
  executionProviders: ['cpu'],
  executionMode: 'sequential',
  graphOptimizationLevel: 'all',
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
};

function readFloats(file) {
  const bytes = fs.readFileSync(file);
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
}

// The largest difference, as a part of the largest magnitude.
function difference(got, expected) {
  let largest = 0;
  let apart = 0;
  expected.forEach((value, i) => {
    largest = Math.max(largest, Math.abs(value));
    apart = Math.max(apart, Math.abs(value - got[i]));
  });
  return got.length === expected.length ? apart / largest : NaN;
}

async function load(folder, name) {
  const session = await ort.InferenceSession.create(path.join(folder, `${name}.onnx`), sessionOptions);
  const { name: input, shape } = session.inputMetadata[0];
  const empty = name === 'empty';
  const values = empty ? new Float32Array(1) : readFloats(path.join(folder, `${name}.input.f32`));
  const feeds = { [input]: new ort.Tensor('float32', values, shape) };
  const contestant = { name, run: () => session.run(feeds), times: [] };
  if (!empty) {
    const output = (await contestant.run())[session.outputNames[0]].data;
    contestant.difference = difference(output, readFloats(path.join(folder, `${name}.output.f32`)));
    if (!(contestant.difference <= tolerance)) {
      throw new Error(`${name}: outputs differ by ${contestant.difference} of the largest`);
    }
  }
  return contestant;
}

function milliseconds() {
  return Number(process.hrtime.bigint()) / 1e6;
}

async function takeTurns(contestants, seconds) {
  const rounds = Math.max(1, Math.ceil((seconds * 1000) / blockMs));
  for (let round = 0; round < rounds; ++round) {
    for (const c of contestants) {
      for (let i = 0; i < untimed; ++i) await c.run();
      const blockStart = milliseconds();
      do {
        const start = process.hrtime.bigint();
        await c.run();
        c.times.push(Number(process.hrtime.bigint() - start) / 1e3);
      } while (milliseconds() - blockStart < blockMs);
    }
  }
}

function summary({ name, times, difference: apart }) {
  times.sort((a, b) => a - b);
  const rank = (part) => times[Math.floor(times.length * part)];
  return { name, runs: times.length, median_us: rank(0.5), p99_us: rank(0.99), min_us: times[0], difference: apart };
}

async function main([folder, seconds, ...names]) {
  const contestants = [];
  for (const name of ['empty', ...names]) contestants.push(await load(folder, name));
  await takeTurns(contestants, 0.25); // until the just-in-time compiler has done its work
  for (const c of contestants) c.times = [];
  await takeTurns(contestants, Number(seconds));
  console.log(JSON.stringify({ version: ort.env.versions.node, networks: contestants.map(summary) }));
}

main(process.argv.slice(2)).catch((error) => {
  console.error(`error: ${error.message}`);
  process.exit(1);
});
