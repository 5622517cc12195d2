import * as tf from '@tensorflow/tfjs';
import type { BackendRow, Rejection } from '../backend-row.ts';
import { describeAdapter, isSoftwareAdapter } from '../software-adapter.ts';

/** What WebGL says about its renderer, or `undefined` where there is no WebGL 2. */
function renderer(): string | undefined {
  const canvas = typeof OffscreenCanvas === 'undefined' ? document.createElement('canvas') : new OffscreenCanvas(1, 1);
  const context = canvas.getContext('webgl2') as WebGL2RenderingContext | null;
  if (context === null) return undefined;
  const extension = context.getExtension('WEBGL_debug_renderer_info');
  const name: unknown = context.getParameter(extension?.UNMASKED_RENDERER_WEBGL ?? context.RENDERER);
  // Browsers allow few live contexts; this one only answered a question.
  context.getExtension('WEBGL_lose_context')?.loseContext();
  return String(name);
}

const noWebGl: Rejection = {
  reason: 'the browser has no WebGL 2',
  remedy: 'turn on hardware acceleration in the browser',
};

/** A GPU through WebGL 2, part of TensorFlow.js. */
export const webgl: BackendRow = {
  name: 'webgl',
  device: 'gpu',
  probe: async () => (renderer() === undefined ? noWebGl : undefined),

  async load({ allowSoftware }) {
    const description = renderer();
    if (description === undefined) return noWebGl;
    const name = describeAdapter({ description });
    const software = isSoftwareAdapter({ description });
    if (software && !allowSoftware) {
      return {
        reason: `only a software adapter, ${name}`,
        remedy: "selectBackend('webgl'), or { allowSoftware: true }, runs on it all the same, slowly",
      };
    }
    if (!(await tf.setBackend('webgl'))) throw new Error('TensorFlow.js could not start its webgl backend');
    if (tf.env().getBool('WEBGL_RENDER_FLOAT32_ENABLED') !== true) {
      return { reason: 'only 16-bit floats', remedy: 'training needs a GPU that renders to 32-bit float textures' };
    }
    return {
      tensorflowName: 'webgl',
      description: software ? `GPU emulated in software, ${name}` : `GPU, ${name}`,
      deterministic: false,
      software,
    };
  },
};
