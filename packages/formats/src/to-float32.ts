import { FormatError } from '@gptloom/core';
import type { TensorData } from './tensor-data.ts';

const word = new Uint32Array(1);
const float = new Float32Array(word.buffer);

/** The bits of a binary16 as the bits of the binary32 of equal value. */
function halfToFloatBits(half: number): number {
  const sign = (half & 0x8000) << 16;
  const exponent = (half >>> 10) & 31;
  const fraction = half & 0x3ff;
  if (exponent === 31) return sign | 0x7f800000 | (fraction << 13);
  if (exponent !== 0) return sign | ((exponent + 112) << 23) | (fraction << 13);
  if (fraction === 0) return sign;
  // A subnormal half is a normal float: shift the fraction up until its leading one becomes the implicit one.
  const shift = Math.clz32(fraction) - 21;
  return sign | ((113 - shift) << 23) | (((fraction << shift) & 0x3ff) << 13);
}

/**
 * The elements of a tensor as float32, row-major. `F32` data is returned as it is, without a copy; `F16` and `BF16` are
 * widened exactly; `F64` is rounded to the nearest float32; integers of up to 32 bits and `BOOL` become numbers.
 *
 * @throws FormatError for `I64` and `U64`, which hold indices, not weights
 */
export function toFloat32(tensor: TensorData): Float32Array {
  switch (tensor.dtype) {
    case 'F32':
      return tensor.data;
    case 'BF16':
    case 'F16': {
      const values = new Float32Array(tensor.data.length);
      const bits = new Uint32Array(values.buffer);
      if (tensor.dtype === 'BF16') for (let i = 0; i < bits.length; i++) bits[i] = tensor.data[i]! << 16;
      else for (let i = 0; i < bits.length; i++) bits[i] = halfToFloatBits(tensor.data[i]!);
      return values;
    }
    case 'I64':
    case 'U64':
      throw new FormatError({
        who: 'toFloat32',
        rule: '64-bit integers can not be weights',
        received: `a tensor of dtype ${tensor.dtype}`,
        suggestion: 'read it with read(name)',
      });
    default:
      return Float32Array.from(tensor.data);
  }
}

/** A float32 rounded to the nearest bfloat16, ties to even, as bit pattern; NaN stays NaN. */
function toBfloat16Bits(value: number): number {
  float[0] = value;
  const bits = word[0]!;
  if (Number.isNaN(value)) return (bits >>> 16) | 0x40;
  return (bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16;
}

/**
 * Float32 values rounded to bfloat16 (nearest, ties to even, as PyTorch does), as the bit patterns that dtype `BF16`
 * carries.
 */
export function toBfloat16(values: Float32Array): Uint16Array {
  return Uint16Array.from(values, toBfloat16Bits);
}

function toFloat16Bits(value: number): number {
  float[0] = value;
  const bits = word[0]!;
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = bits & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00;
  // 65520 is halfway between the largest half and the next power: from there on all round to infinity.
  if (magnitude >= 0x477ff000) return sign | 0x7c00;
  if (magnitude >= 0x38800000) {
    return sign | ((magnitude - 0x38000000 + 0xfff + ((magnitude >>> 13) & 1)) >>> 13);
  }
  // Subnormal halves are multiples of 2^-24; the product is exact, so only this rounding counts.
  const scaled = Math.abs(value) * 2 ** 24;
  const floor = Math.floor(scaled);
  const rest = scaled - floor;
  return sign | (floor + (rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? 1 : 0));
}

/**
 * Float32 values rounded to IEEE 754 binary16 (nearest, ties to even), as the bit patterns that dtype `F16` carries.
 * Magnitudes of 65520 and more become infinity.
 */
export function toFloat16(values: Float32Array): Uint16Array {
  return Uint16Array.from(values, toFloat16Bits);
}
