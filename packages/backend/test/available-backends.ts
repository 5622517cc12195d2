import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import type { BackendName } from '../src/backend.ts';
import { hasPackage } from '../src/node-package.ts';
import { canLoadLibrary, machineVulkanFacts, vulkanProblem } from '../src/vulkan.ts';

/** A backend that tests run on, or skip with a reason. */
export interface TestBackend {
  readonly name: BackendName;
  /** What this machine lacks for it, as `webgpu: tools/install-webgpu.sh`; `undefined` where it has it. */
  readonly missing: string | undefined;
}

const cache = join(import.meta.dirname, '../../../.cache');
const swiftShader = '/usr/lib/chromium/vk_swiftshader_icd.json';

/**
 * Prepares this process for the optional backends that the scripts in `tools` install beside the workspace, and says
 * which backends there are. To be called before the first `selectBackend`.
 *
 * It puts `.cache/webgpu` and `.cache/tfjs-node` on `GPTLOOM_PACKAGES`. Where the machine has no Vulkan driver of its
 * own it names SwiftShader's in `VK_ICD_FILENAMES`, and loads the Vulkan loader that lies beside it, which Dawn then
 * finds by its name.
 */
export function prepareTestBackends(): readonly TestBackend[] {
  const listed = (process.env['GPTLOOM_PACKAGES'] ?? '').split(delimiter);
  const installed = ['webgpu', 'tfjs-node'].map((name) => join(cache, name)).filter((path) => existsSync(path));
  process.env['GPTLOOM_PACKAGES'] = [...new Set([...listed, ...installed])]
    .filter((path) => path !== '')
    .join(delimiter);

  if (vulkanProblem(machineVulkanFacts()) !== undefined && existsSync(swiftShader)) {
    process.env['VK_ICD_FILENAMES'] = swiftShader;
    if (!canLoadLibrary('libvulkan.so.1')) keepLibrary(join(dirname(swiftShader), 'libvulkan.so.1'));
  }
  return [
    { name: 'tfjs-cpu', missing: undefined },
    { name: 'simd', missing: undefined },
    {
      name: 'wasm',
      missing: hasPackage('@tensorflow/tfjs-backend-wasm') ? undefined : '@tensorflow/tfjs-backend-wasm: npm install',
    },
    { name: 'webgpu', missing: missingWebGpu() },
    {
      name: 'node',
      missing: hasPackage('@tensorflow/tfjs-node') ? undefined : '@tensorflow/tfjs-node: tools/install-tfjs-node.sh',
    },
  ];
}

// Node closes a library that is no addon of its own; RTLD_NODELETE (0x1000 in Linux's dlfcn.h) lets it stay.
function keepLibrary(file: string): void {
  try {
    process.dlopen({ exports: {} }, file, constants.dlopen.RTLD_NOW | 0x1000);
  } catch {
    // It never registers itself as an addon. Whether it is there is asked afterwards.
  }
}

function missingWebGpu(): string | undefined {
  if (!hasPackage('webgpu')) return 'the webgpu package: tools/install-webgpu.sh';
  return vulkanProblem(machineVulkanFacts()) === undefined ? undefined : 'a Vulkan driver: tools/install-chromium.sh';
}
