// Runs the ONNX models of a folder with ONNX Runtime: node onnxruntime.js FOLDER [NAME ...]
// Reads FOLDER/NAME.x, all inputs one behind the other as little-endian floats, and writes FOLDER/NAME.ort, all
// outputs the same way. The package onnxruntime-node is looked for in $ORT_NODE_DIR/node_modules.
'use strict';
const fs = require('fs');
const path = require('path');
const { createRequire } = require('module');

const ort = createRequire(path.join(path.resolve(process.env.ORT_NODE_DIR || '.'), 'any.js'))('onnxruntime-node');

async function run(base) {
  // Nothing is rewritten: what is looked at is the file as it is.
  const options = { intraOpNumThreads: 2, logSeverityLevel: 3, graphOptimizationLevel: 'disabled' };
  const session = await ort.InferenceSession.create(base + '.onnx', options);
  const bytes = fs.readFileSync(base + '.x');
  let numbers = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
  const feeds = {};
  for (const { name, shape } of session.inputMetadata) {
    const count = shape.reduce((a, b) => a * b, 1);
    feeds[name] = new ort.Tensor('float32', numbers.slice(0, count), shape);
    numbers = numbers.slice(count);
  }
  if (numbers.length > 0) throw new Error('inputs are left over');
  const results = await session.run(feeds);
  const parts = session.outputNames.map((name) => {
    const { data } = results[name];
    return Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  });
  fs.writeFileSync(base + '.ort', Buffer.concat(parts));
}

async function main([folder, ...names]) {
  if (names.length === 0) {
    names = fs.readdirSync(folder).filter((f) => f.endsWith('.onnx')).map((f) => f.slice(0, -5));
  }
  let failed = 0;
  for (const name of names) {
    try {
      await run(path.join(folder, name));
    } catch (error) {
      console.error(`${name}: ${error.message}`);
      failed = 1;
    }
  }
  process.exit(failed);
}

main(process.argv.slice(2));
