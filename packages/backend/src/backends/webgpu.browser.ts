import { webGpuRow, type WebGpuPackage } from './webgpu.ts';

const importWebGpu = async (): Promise<WebGpuPackage | undefined> => {
  // A literal inside a try: bundlers split it off, and go on where the package is not installed.
  try {
    return await import('@tensorflow/tfjs-backend-webgpu');
  } catch {
    return undefined;
  }
};

/** WebGPU in browsers and their workers. */
export const webgpu = webGpuRow({
  adapterRemedy: 'turn on hardware acceleration in the browser, and update it and the driver of the GPU',

  async probe() {
    if ((navigator as { gpu?: GPU }).gpu === undefined) {
      return { reason: 'the browser has no WebGPU', remedy: 'use a browser with WebGPU, over https or on localhost' };
    }
    if ((await importWebGpu()) === undefined) {
      return { reason: 'not installed', remedy: 'npm install @tensorflow/tfjs-backend-webgpu, and bundle again' };
    }
    return undefined;
  },

  openGpu: async () => navigator.gpu,

  async importBackend() {
    const found = await importWebGpu();
    if (found === undefined) throw new Error("Cannot find package '@tensorflow/tfjs-backend-webgpu'");
    return found;
  },

  withNavigator: (_, construct) => construct(),
});
