import type { Rejection } from './backend-row.ts';

/** Where a native package failed to load. */
export interface NativeFailureContext {
  /** The package: `@tensorflow/tfjs-node`. */
  readonly packageName: string;
  /** `process.version`. */
  readonly nodeVersion: string;
  /** `process.platform`. */
  readonly platform: string;
  /** `process.arch`. */
  readonly architecture: string;
  /** Whether the package's install script left traces. Unknown when left out. */
  readonly installScriptRan?: boolean | undefined;
}

interface KnownFailure {
  readonly pattern: RegExp;
  explain(context: NativeFailureContext, match: RegExpMatchArray): Rejection;
}

const rebuild = ({ packageName }: NativeFailureContext): string =>
  `npm rebuild ${packageName} --build-addon-from-source`;
const reinstall = ({ packageName }: NativeFailureContext): string =>
  `remove node_modules/${packageName} and run npm install ${packageName} on this machine`;

/** What CUDA is needed, in one place: the prebuilt libtensorflow of tfjs-node-gpu 4.22 is TensorFlow 2.9.1. */
export const cudaRequirement =
  'tfjs-node-gpu 4.22 is built for CUDA 11.2 and cuDNN 8.1: put libcudart.so.11.0, libcublas.so.11, libcudnn.so.8 and ' +
  'their like on LD_LIBRARY_PATH beside the NVIDIA driver; other versions are not found';

const cudaLibrary = String.raw`(?:cudart|cublas|cublasLt|cufft|curand|cusolver|cusparse|cudnn)`;

// The first that matches wins, so the particular come before the general.
const knownFailures: readonly KnownFailure[] = [
  {
    pattern: /(?:util\S*\.|\b)(is(?:NullOrUndefined|Array|Undefined|Null|String|Function|Object))\)? is not a function/,
    explain: ({ nodeVersion }, match) => ({
      reason: `Node ${nodeVersion} no longer has util.${match[1]}`,
      remedy:
        'load the package through selectBackend, which puts the function back, before anything else loads it, or use Node 22',
    }),
  },
  {
    pattern: new RegExp(String.raw`\b(lib${cudaLibrary}\.so[.\d]*|${cudaLibrary}64_\d+\.dll|nvcuda\.dll)`, 'i'),
    explain: (_, match) => ({ reason: `the CUDA library ${match[1]} was not found`, remedy: cudaRequirement }),
  },
  {
    pattern: /libcuda\.so[.\d]*/,
    explain: (_, match) => ({
      reason: `the NVIDIA driver's ${match[0]} was not found`,
      remedy: 'install the NVIDIA driver; in a container, start it with the GPUs (docker run --gpus all)',
    }),
  },
  {
    pattern: /Loaded runtime CuDNN library: ([\d.]*\d) but source was compiled with: ([\d.]*\d)/,
    explain: (_, match) => ({
      reason: `cuDNN ${match[1]} is installed and ${match[2]} is needed`,
      remedy: cudaRequirement,
    }),
  },
  {
    pattern: /native addon module \(tfjs_binding\.node\) can not be found|Cannot find module .*tfjs_binding(?:\.node)?/,
    explain: (context) =>
      context.installScriptRan === false
        ? {
            reason: 'its install script was not allowed to run, so its native part is missing',
            remedy: `allow the script (npm: drop --ignore-scripts, or approve ${context.packageName} with npm install-scripts; pnpm: pnpm approve-builds), then ${rebuild(context)}`,
          }
        : {
            reason: 'the download of its native part failed',
            remedy: `let npm reach storage.googleapis.com (or set TFJS_NODE_CDN_STORAGE to a mirror), then ${rebuild(context)}`,
          },
  },
  {
    pattern: /NODE_MODULE_VERSION (\d+)[^]*NODE_MODULE_VERSION (\d+)/,
    explain: (context) => ({
      reason: `its native part was built for another Node than ${context.nodeVersion}`,
      remedy: rebuild(context),
    }),
  },
  {
    pattern:
      /invalid ELF header|wrong ELF class|incompatible architecture|not a mach-o file|is not a valid Win32 application/i,
    explain: (context) => ({
      reason: `its native part was built for another system than ${context.platform} ${context.architecture}`,
      remedy: reinstall(context),
    }),
  },
  {
    pattern: /(GLIBC(?:XX)?_[\d.]*\d)['`’]? not found/,
    explain: (_, match) => ({
      reason: `the system's C library is older than ${match[1]}`,
      remedy: 'use a newer system (or container image)',
    }),
  },
  {
    pattern: /ld-linux[-\w]*\.so|Error relocating/,
    explain: () => ({
      reason: 'the system has no glibc (Alpine Linux)',
      remedy: 'use an image with glibc, such as Debian or the -slim images of Node',
    }),
  },
  {
    pattern: /lib(tensorflow(?:_framework)?)\.[\w.]*(?:so|dylib)[\d.]*|Library not loaded:.*libtensorflow/,
    explain: (context) => ({
      reason: 'the TensorFlow library was not found beside its native part',
      remedy: reinstall(context),
    }),
  },
  {
    pattern: /The specified module could not be found[^]*tfjs_binding\.node/,
    explain: ({ packageName }) => ({
      reason: 'Windows does not find tensorflow.dll',
      remedy: `copy tensorflow.dll from node_modules\\${packageName.replace('/', '\\')}\\deps\\lib to lib\\napi-v8 beside tfjs_binding.node`,
    }),
  },
  {
    pattern: /(lib[\w+-]+\.so[.\d]*): cannot open shared object file/,
    explain: (_, match) => ({
      reason: `the system library ${match[1]} is missing`,
      remedy: `install the package of your system that has ${match[1]}`,
    }),
  },
];

/**
 * Says in words why a native package did not load, and what to do. Pure: it knows the failure by the text of the error.
 *
 * @param message the error's message, all lines
 */
export function explainNativeFailure(message: string, context: NativeFailureContext): Rejection {
  for (const { pattern, explain } of knownFailures) {
    const match = pattern.exec(message);
    if (match !== null) return explain(context, match);
  }
  const firstLine = message.split('\n', 1)[0] ?? '';
  return { reason: `failed to load: ${firstLine}`, remedy: reinstall(context) };
}
