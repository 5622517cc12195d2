import { sigmoid } from './exponential';
import { multiplyAdd } from './multiply-add';

/*
 * SwiGLU: `y = gate sigmoid(gate) up`, and its gradient. Items are numbers.
 */

/** `y = silu(gate) up`. */
export function swiglu(gate: usize, up: usize, y: usize, from: u32, to: u32): void {
  let at = <usize>from << 2;
  const end = <usize>to << 2;
  for (; at + 32 <= end; at += 32) {
    const g = v128.load(gate + at);
    const h = v128.load(gate + at, 16);
    const a = f32x4.mul(f32x4.mul(g, sigmoid(g)), v128.load(up + at));
    const b = f32x4.mul(f32x4.mul(h, sigmoid(h)), v128.load(up + at, 16));
    v128.store(y + at, a);
    v128.store(y + at, b, 16);
  }
  for (; at < end; at += 4) {
    const g = v128.load32_zero(gate + at);
    v128.store32_lane(y + at, f32x4.mul(f32x4.mul(g, sigmoid(g)), v128.load32_zero(up + at)), 0);
  }
}

/** With s = sigmoid(gate): `dGate = dy up (s + silu (1 - s))` and `dUp = dy silu`. */
export function swigluGradient(dy: usize, gate: usize, up: usize, dGate: usize, dUp: usize, from: u32, to: u32): void {
  let at = <usize>from << 2;
  const end = <usize>to << 2;
  const one = f32x4.splat(1);
  for (; at + 32 <= end; at += 32) {
    const g = v128.load(gate + at);
    const h = v128.load(gate + at, 16);
    const d = v128.load(dy + at);
    const e = v128.load(dy + at, 16);
    const s = sigmoid(g);
    const t = sigmoid(h);
    const silu = f32x4.mul(g, s);
    const silt = f32x4.mul(h, t);
    const a = f32x4.mul(f32x4.mul(d, v128.load(up + at)), multiplyAdd(silu, f32x4.sub(one, s), s));
    const b = f32x4.mul(f32x4.mul(e, v128.load(up + at, 16)), multiplyAdd(silt, f32x4.sub(one, t), t));
    v128.store(dGate + at, a);
    v128.store(dGate + at, b, 16);
    v128.store(dUp + at, f32x4.mul(d, silu));
    v128.store(dUp + at, f32x4.mul(e, silt), 16);
  }
  for (; at < end; at += 4) {
    const g = v128.load32_zero(gate + at);
    const d = v128.load32_zero(dy + at);
    const s = sigmoid(g);
    const silu = f32x4.mul(g, s);
    const a = f32x4.mul(f32x4.mul(d, v128.load32_zero(up + at)), multiplyAdd(silu, f32x4.sub(one, s), s));
    v128.store32_lane(dGate + at, a, 0);
    v128.store32_lane(dUp + at, f32x4.mul(d, silu), 0);
  }
}
