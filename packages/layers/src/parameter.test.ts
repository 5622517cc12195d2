import * as tf from '@tensorflow/tfjs';
import { ConfigError, DisposedError, ShapeError } from '@gptloom/core';
import { beforeAll, describe, expect, test } from 'vitest';
import { zeros } from './initializer.ts';
import { Parameter } from './parameter.ts';

const make = (): Parameter => new Parameter({ shape: [2, 2], role: 'matrix', initializer: zeros });

beforeAll(async () => {
  await tf.setBackend('cpu');
});

describe('Parameter', () => {
  test('copies the values that it is given, so neither side changes the other', () => {
    const parameter = make();
    const values = tf.tensor2d([1, -2, -0, 4], [2, 2]);
    parameter.assign(values);
    const snapshot = tf.clone(parameter.value);
    expect(parameter.value.dataId).not.toBe(values.dataId);
    values.dispose();
    expect([...parameter.value.dataSync()]).toEqual([1, -2, -0, 4]);
    // An assignment makes new bytes and leaves a clone of the old ones alone.
    parameter.assign(tf.ones([2, 2]));
    expect([...snapshot.dataSync()]).toEqual([1, -2, -0, 4]);
    expect([...parameter.value.dataSync()]).toEqual([1, 1, 1, 1]);
  });

  test('holds one tensor however often it is assigned, and none after dispose', () => {
    const before = tf.memory();
    const parameter = make();
    const values = tf.ones([2, 2]);
    for (let i = 0; i < 3; i++) parameter.assign(values);
    expect(tf.memory().numTensors).toBe(before.numTensors + 2);
    values.dispose();
    expect([...parameter.value.dataSync()]).toEqual([1, 1, 1, 1]);
    parameter.dispose();
    parameter.dispose();
    expect(tf.memory().numTensors).toBe(before.numTensors);
    expect(tf.memory().numDataBuffers).toBe(before.numDataBuffers);
  });

  test('stays the same object, and lives through a tidy', () => {
    const parameter = make();
    tf.tidy(() => parameter.assign(tf.zeros([2, 2])));
    const { value } = parameter;
    tf.tidy(() => parameter.assign(tf.ones([2, 2])));
    expect(parameter.value).toBe(value);
    expect([...value.dataSync()]).toEqual([1, 1, 1, 1]);
    parameter.dispose();
  });

  test('tells the optimizers of TensorFlow.js what is frozen', () => {
    const parameter = make();
    parameter.trainable = false;
    parameter.assign(tf.ones([2, 2]));
    expect(parameter.value.trainable).toBe(false);
    parameter.trainable = true;
    expect(parameter.value.trainable).toBe(true);
    parameter.dispose();
  });

  test('says what is wrong', () => {
    expect(() => new Parameter({ shape: [0], role: 'bias', initializer: zeros })).toThrow(ConfigError);
    const parameter = make();
    expect(() => parameter.value).toThrow(/no values yet.*call initialize/);
    expect(() => parameter.assign(tf.ones([2, 3]))).toThrow(ShapeError);
    expect(() => parameter.assign(tf.ones([2, 2], 'int32'))).toThrow(/float32 of shape \[2, 2\]/);
    parameter.dispose();
    expect(() => parameter.value).toThrow(DisposedError);
    expect(() => parameter.assign(tf.ones([2, 2]))).toThrow(DisposedError);
  });

  test('is recognised by its brand', () => {
    expect(Parameter.isInstance(make())).toBe(true);
    expect(Parameter.isInstance({ shape: [] })).toBe(false);
  });
});
