import { wholeToken, type Decoder, type DecoderStage, type Emit } from './decoder.ts';

/** Stages one after another, as one. */
export function chainStages(decoders: readonly Decoder[], fusedBefore = false): DecoderStage {
  let fused = fusedBefore;
  const stages = decoders.map((decoder) => {
    const stage = !fused ? decoder.start() : (decoder.startFused?.() ?? wholeToken(decoder.start()));
    fused ||= decoder.fuses;
    return stage;
  });
  const emitFrom = (i: number, last: Emit): Emit =>
    i === stages.length ? last : (text) => stages[i]!.push(text, emitFrom(i + 1, last));
  return {
    push: (token, emit) => emitFrom(0, emit)(token),
    flush(emit) {
      stages.forEach((stage, i) => stage.flush(emitFrom(i + 1, emit)));
    },
  };
}
