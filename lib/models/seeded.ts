import { tf } from "../engine/tensorflow.js";

/** A seed of its own for each name, so that layers differ while one seed gives the whole network. */
export function seedOf(seed: number, name: string): number {
  // FNV-1a
  let hash = (2_166_136_261 ^ seed) >>> 0;
  for (const character of name) hash = Math.imul(hash ^ character.charCodeAt(0), 16_777_619) >>> 0;
  return hash;
}

/** Glorot's uniform initialiser, Keras' default, drawn from `seed` and the layer's name. */
export function glorotUniform(seed: number, name: string): ReturnType<typeof tf.initializers.glorotUniform> {
  return tf.initializers.glorotUniform({ seed: seedOf(seed, name) });
}
