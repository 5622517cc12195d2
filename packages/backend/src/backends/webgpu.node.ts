import { hasPackage, importPackage } from '../node-package.ts';
import { machineVulkanFacts, vulkanProblem } from '../vulkan.ts';
import { webGpuRow, type WebGpuPackage } from './webgpu.ts';

/** The part of the `webgpu` package (Dawn for Node) that is used. */
interface DawnPackage {
  create(flags: readonly string[]): GPU;
  readonly globals: Readonly<Record<string, unknown>>;
}

const backendPackage = '@tensorflow/tfjs-backend-webgpu';

// Kept for the life of the process: Dawn crashes once its instance is collected while a device or an adapter lives.
// Seen with webgpu 0.6.2: this alone does not keep Node from exiting.
let instance: GPU | undefined;

/** WebGPU in Node, through Dawn. */
export const webgpu = webGpuRow({
  adapterRemedy: 'install the driver of a GPU that Vulkan, Metal or Direct3D 12 can use',

  async probe() {
    const missing = ['webgpu', backendPackage].filter((name) => !hasPackage(name));
    if (missing.length > 0) return { reason: 'not installed', remedy: `npm install ${missing.join(' ')}` };
    return vulkanProblem(machineVulkanFacts());
  },

  async openGpu() {
    if (instance !== undefined) return instance;
    const { create, globals } = (await importPackage('webgpu')) as DawnPackage;
    // GPUBuffer, GPUMapMode and their like, which the backend expects as globals. Those that exist are left alone.
    for (const [name, value] of Object.entries(globals)) {
      if (!(name in globalThis)) Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
    }
    instance = create([]);
    return instance;
  },

  importBackend: async () => (await importPackage(backendPackage)) as WebGpuPackage,

  withNavigator(gpu, construct) {
    // Only for the constructor: other code may take a lasting navigator for a browser, and Node 20 has none.
    const before = Object.getOwnPropertyDescriptor(globalThis, 'navigator');
    Object.defineProperty(globalThis, 'navigator', { value: { gpu }, configurable: true, writable: true });
    try {
      return construct();
    } finally {
      if (before === undefined) Reflect.deleteProperty(globalThis, 'navigator');
      else Object.defineProperty(globalThis, 'navigator', before);
    }
  },
});
