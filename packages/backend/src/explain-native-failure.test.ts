import { describe, expect, it } from 'vitest';
import { explainNativeFailure, type NativeFailureContext } from './explain-native-failure.ts';

const linux: NativeFailureContext = {
  packageName: '@tensorflow/tfjs-node',
  nodeVersion: 'v24.21.0',
  platform: 'linux',
  architecture: 'x64',
};
const gpu: NativeFailureContext = { ...linux, packageName: '@tensorflow/tfjs-node-gpu' };
const windows: NativeFailureContext = { ...linux, platform: 'win32' };

// What tfjs-node 4.22 throws where its binding is missing.
const noBinding =
  'The Node.js native addon module (tfjs_binding.node) can not be found at path: /app/node_modules/@tensorflow/tfjs-node/lib/napi-v8/tfjs_binding.node. \n' +
  "Please run command 'npm rebuild @tensorflow/tfjs-node --build-addon-from-source' to rebuild the native addon module. \n" +
  'If you have problem with building the addon module, please check https://github.com/tensorflow/tfjs/blob/master/tfjs-node/WINDOWS_TROUBLESHOOTING.md or file an issue.';

describe('explainNativeFailure', () => {
  // The texts are those of Node, of the dynamic linkers and of tfjs-node, as users reported them to tensorflow/tfjs.
  it.each<[string, string, NativeFailureContext, string, RegExp]>([
    [
      'Node 23 (tfjs issue 8609)',
      '(0 , util_1.isNullOrUndefined) is not a function',
      linux,
      'Node v24.21.0 no longer has util.isNullOrUndefined',
      /selectBackend, which puts the function back/,
    ],
    [
      'Node 23, older build (tfjs pull request 8425)',
      'util_1.isNullOrUndefined is not a function',
      linux,
      'Node v24.21.0 no longer has util.isNullOrUndefined',
      /Node 22/,
    ],
    [
      'CUDA runtime (tensorflow issue 74459)',
      "Could not load dynamic library 'libcudart.so.11.0'; dlerror: libcudart.so.11.0: cannot open shared object file: No such file or directory",
      gpu,
      'the CUDA library libcudart.so.11.0 was not found',
      /CUDA 11\.2 and cuDNN 8\.1/,
    ],
    [
      'cuDNN (tfjs issue 8269)',
      "Could not load dynamic library 'libcudnn.so.8'; dlerror: libcudnn.so.8: cannot open shared object file: No such file or directory",
      gpu,
      'the CUDA library libcudnn.so.8 was not found',
      /CUDA 11\.2 and cuDNN 8\.1/,
    ],
    [
      'CUDA on Windows',
      "Could not load dynamic library 'cudart64_110.dll'; dlerror: cudart64_110.dll not found",
      { ...gpu, platform: 'win32' },
      'the CUDA library cudart64_110.dll was not found',
      /CUDA 11\.2/,
    ],
    [
      'an old cuDNN',
      'Loaded runtime CuDNN library: 7.6.5 but source was compiled with: 8.1.0. CuDNN library needs to have matching major version and equal or higher minor version.',
      gpu,
      'cuDNN 7.6.5 is installed and 8.1.0 is needed',
      /cuDNN 8\.1/,
    ],
    [
      'no NVIDIA driver',
      "Could not load dynamic library 'libcuda.so.1'; dlerror: libcuda.so.1: cannot open shared object file: No such file or directory",
      gpu,
      "the NVIDIA driver's libcuda.so.1 was not found",
      /--gpus all/,
    ],
    [
      'a download that failed',
      noBinding,
      { ...linux, installScriptRan: true },
      'the download of its native part failed',
      /storage\.googleapis\.com.*npm rebuild @tensorflow\/tfjs-node --build-addon-from-source/,
    ],
    [
      'a blocked install script',
      noBinding,
      { ...linux, installScriptRan: false },
      'its install script was not allowed to run, so its native part is missing',
      /--ignore-scripts.*npm rebuild @tensorflow\/tfjs-node/,
    ],
    [
      'a missing binding (tfjs issue 2678)',
      "Cannot find module '/app/node_modules/@tensorflow/tfjs-node/lib/napi-v5/tfjs_binding.node'",
      linux,
      'the download of its native part failed',
      /npm rebuild/,
    ],
    [
      'another Node ABI',
      "The module '/app/node_modules/@tensorflow/tfjs-node/lib/napi-v8/tfjs_binding.node'\nwas compiled against a different Node.js version using\nNODE_MODULE_VERSION 93. This version of Node.js requires\nNODE_MODULE_VERSION 137. Please try re-compiling or re-installing\nthe module (for instance, using `npm rebuild` or `npm install`).",
      linux,
      'its native part was built for another Node than v24.21.0',
      /npm rebuild/,
    ],
    [
      'a Mac binding on Linux',
      '/app/node_modules/@tensorflow/tfjs-node/lib/napi-v8/tfjs_binding.node: invalid ELF header',
      linux,
      'its native part was built for another system than linux x64',
      /remove node_modules\/@tensorflow\/tfjs-node/,
    ],
    [
      'an Intel binding on an Apple chip',
      "dlopen(/app/node_modules/@tensorflow/tfjs-node/lib/napi-v8/tfjs_binding.node, 0x0001): tried: '/app/…/tfjs_binding.node' (mach-o file, but is an incompatible architecture (have 'x86_64', need 'arm64'))",
      { ...linux, platform: 'darwin', architecture: 'arm64' },
      'its native part was built for another system than darwin arm64',
      /npm install @tensorflow\/tfjs-node/,
    ],
    [
      'an Electron or 32-bit Windows',
      '\\\\?\\C:\\app\\node_modules\\@tensorflow\\tfjs-node\\lib\\napi-v8\\tfjs_binding.node is not a valid Win32 application.',
      windows,
      'its native part was built for another system than win32 x64',
      /npm install/,
    ],
    [
      'tensorflow.dll (tfjs issue 8354)',
      'The specified module could not be found.\n\\\\?\\C:\\app\\node_modules\\@tensorflow\\tfjs-node\\lib\\napi-v8\\tfjs_binding.node',
      windows,
      'Windows does not find tensorflow.dll',
      /deps\\lib to lib\\napi-v8/,
    ],
    [
      'libtensorflow',
      'libtensorflow.so.2: cannot open shared object file: No such file or directory',
      linux,
      'the TensorFlow library was not found beside its native part',
      /npm install/,
    ],
    [
      'an old system',
      "/lib/x86_64-linux-gnu/libstdc++.so.6: version `GLIBCXX_3.4.29' not found (required by /app/node_modules/@tensorflow/tfjs-node/deps/lib/libtensorflow.so.2)",
      linux,
      "the system's C library is older than GLIBCXX_3.4.29",
      /newer system/,
    ],
    [
      'Alpine',
      'Error loading shared library ld-linux-x86-64.so.2: No such file or directory (needed by /app/node_modules/@tensorflow/tfjs-node/lib/napi-v8/../../deps/lib/libtensorflow.so.2)',
      linux,
      'the system has no glibc (Alpine Linux)',
      /-slim/,
    ],
    [
      'another system library',
      'libgomp.so.1: cannot open shared object file: No such file or directory',
      linux,
      'the system library libgomp.so.1 is missing',
      /libgomp\.so\.1/,
    ],
    ['anything else', 'Something new\nat somewhere', linux, 'failed to load: Something new', /npm install/],
  ])('%s', (_, message, context, reason, remedy) => {
    const explanation = explainNativeFailure(message, context);
    expect(explanation.reason).toBe(reason);
    expect(explanation.remedy).toMatch(remedy);
  });
});
