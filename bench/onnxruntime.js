#!/usr/bin/env node
// ONNX Runtime as a contestant of bench/networks: node onnxruntime.js DIR THREADS
//
// Reads a command a line and answers each with a line, "ok NUMBERS" or what is wrong:
//   version          the parts of ONNX Runtime's version
//   load NAME        loads DIR/NAME.onnx, runs it on DIR/NAME.input.f32 and leaves DIR/NAME.output.f32:
//                    microseconds of this first run, elements of the output
//   run NAME COUNT   microseconds of COUNT runs, behind one or two that are not timed
// onnxruntime-node comes from $ORT_NODE_DIR/node_modules.
'use strict';
const fs = require('fs');
const path = require('path');
const readline = require('readline');
const { createRequire } = require('module');

const [folder, threads] = process.argv.slice(2);
const ort = createRequire(path.resolve(process.env.ORT_NODE_DIR || '.', 'x.js'))('onnxruntime-node');
const sessionOptions = {
  executionProviders: ['cpu'],
  executionMode: 'sequential',
  graphOptimizationLevel: 'all',
  intraOpNumThreads: Number(threads),
  interOpNumThreads: 1,
  logSeverityLevel: 3,
};
const contestants = {};

function readFloats(file) {
  const bytes = fs.readFileSync(file);
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
}

async function timed(run) {
  const start = process.hrtime.bigint();
  const result = await run();
  return [Number(process.hrtime.bigint() - start) / 1e3, result];
}

const commands = {
  version: () => ort.env.versions.node.split('.').map(Number),

  async load(name) {
    const session = await ort.InferenceSession.create(path.join(folder, `${name}.onnx`), sessionOptions);
    const { name: input, shape } = session.inputMetadata[0];
    const feeds = { [input]: new ort.Tensor('float32', readFloats(path.join(folder, `${name}.input.f32`)), shape) };
    const run = () => session.run(feeds);
    const [first, outputs] = await timed(run);
    const { data } = outputs[session.outputNames[0]];
    fs.writeFileSync(path.join(folder, `${name}.output.f32`), Buffer.from(data.buffer, data.byteOffset, data.byteLength));
    // Until the just-in-time compiler has done its work.
    for (const end = Date.now() + 100; Date.now() < end; ) await run();
    contestants[name] = run;
    return [first, data.length];
  },

  async run(name, count) {
    const run = contestants[name];
    const times = [];
    const [first] = await timed(run);
    if (first < 1000) await run();
    for (let i = 0; i < Number(count); ++i) times.push((await timed(run))[0].toFixed(3));
    return times;
  },
};

async function main() {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const [command, ...rest] = line.split(' ');
    try {
      console.log(['ok', ...(await commands[command](...rest))].join(' '));
    } catch (error) {
      console.log(String(error.message).split('\n')[0]);
    }
  }
}
main();
