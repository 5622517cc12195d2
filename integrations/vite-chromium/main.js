// Trains a model in the page on the backend that its address names, and reports to open-pages.js.
import * as tf from '@tensorflow/tfjs';
import { BackendError } from 'gptloom';
import wasm from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url';
import wasmSimd from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url';
import wasmThreads from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-threaded-simd.wasm?url';
import { train } from './train.js';

const wasmPaths = {
  'tfjs-backend-wasm.wasm': wasm,
  'tfjs-backend-wasm-simd.wasm': wasmSimd,
  'tfjs-backend-wasm-threaded-simd.wasm': wasmThreads,
};

// A kernel that traps on whichever thread takes the item: an error, and the engine goes on.
function trapInKernel() {
  const { engine } = tf.backend();
  for (let item = 0; item < 20; item++) {
    try {
      engine.run('trap', [item], 20, 1);
      engine.finish();
      return 'no error';
    } catch (error) {
      if (!BackendError.isInstance(error)) return String(error);
    }
  }
  engine.run('trap', [20], 20, 1);
  engine.finish();
  return 'typed errors';
}

train(new URLSearchParams(location.search).get('backend'), { wasmPaths })
  .then((report) => (report.name === 'simd' ? { ...report, trap: trapInKernel() } : report))
  .catch((error) => ({ error: String(error?.stack ?? error) }))
  .then((report) => {
    document.querySelector('#report').textContent = JSON.stringify(report, null, 2);
    window.gptloomReport = report;
  });
