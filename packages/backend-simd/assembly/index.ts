/*
 * The kernels of the engine. Rules that every exported kernel keeps:
 * - Pointers are byte offsets into the one shared memory, aligned to 64 bytes where they are a tensor's first; sizes count elements.
 * - The last two parameters are a range [from, to) of work items. Threads take runs of items of any length, in any order, so an item
 *   writes nothing that another reads or writes. Which items there are depends on the shapes only. What is summed over items is
 *   written in parts, one for each item, and added up in a fixed order by a second kernel.
 * - Nothing is read or written outside the tensors and the thread's scratch.
 * - All parameters are numbers that a float64 holds; nothing is returned.
 */
export { setThreadScratch } from './thread-scratch';
export { closeJob, itemsEnd, openJob, takeItems } from './job';
export { trap } from './trap';
export { matmul, matmulGelu } from './matmul';
export { columnSums } from './column-sums';
export { rowProducts, rowProductsGelu } from './row-products';
export { geluExact, geluExactGradient, geluTanh, geluTanhGradient } from './gelu';
export { swiglu, swigluGradient } from './swiglu';
export { layerNorm, layerNormGradient, rmsNorm, rmsNormGradient } from './layer-norm';
export { addParts, addRowParts } from './parts';
export { fill, gatherRows, scatterAddRows } from './embedding';
export { dropout } from './dropout';
export { attention, attentionOfHeads, attentionPack } from './attention';
export { attentionDecode } from './attention-decode';
export { attentionGradient } from './attention-gradient';
export { addition, division, maximum, minimum, multiplication, squaredDifferences, subtraction } from './binary';
export {
  absoluteOf,
  exponentialOf,
  logarithmOf,
  negativeOf,
  reciprocalOf,
  reciprocalRootOf,
  rectifierOf,
  sigmoidOf,
  squareOf,
  squareRootOf,
  stepOf,
  tanhOf,
} from './unary';
export { rowMaxima, rowSums } from './reductions';
export { different, equal, greater, greaterOrEqual } from './comparisons';
export { choice, integersToFloats, negationOf, truthsToFloats, truthsToIntegers } from './conversions';
export { softmax } from './softmax';
export { copyBlocks, transposeMatrices } from './copy-blocks';
export { crossEntropyGradient, crossEntropyLosses, crossEntropyParts } from './linear-cross-entropy';
export { adamW, squareSums, sumOfParts } from './optimizer';
