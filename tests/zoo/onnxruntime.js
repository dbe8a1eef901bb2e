// Runs one ONNX model with ONNX Runtime: node onnxruntime.js MODEL INPUT OUTPUT
// INPUT and OUTPUT hold little-endian floats. The package onnxruntime-node is looked for in $ORT_NODE_DIR/node_modules.
'use strict';
const fs = require('fs');
const path = require('path');
const { createRequire } = require('module');

async function main([model, input, output]) {
  const folder = path.join(path.resolve(process.env.ORT_NODE_DIR || '.'), 'any.js');
  const ort = createRequire(folder)('onnxruntime-node');
  const session = await ort.InferenceSession.create(model, { intraOpNumThreads: 1, logSeverityLevel: 3 });
  const bytes = fs.readFileSync(input);
  const numbers = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
  const result = await session.run({ input: new ort.Tensor('float32', numbers, session.inputMetadata[0].shape) });
  const { data } = result.output;
  fs.writeFileSync(output, Buffer.from(data.buffer, data.byteOffset, data.byteLength));
  console.log(ort.env.versions.node);
}

main(process.argv.slice(2)).catch((error) => {
  console.error(error.message);
  process.exit(1);
});
