import type { OptimizerOptions } from "./optimizers.js";
import { tf } from "./tensorflow.js";

/** Numbers that an optimizer keeps for each weight, by name. */
export type Slots = Map<string, tf.Variable>;

/** Reads and writes the slots of one weight. */
interface Slot {
  get(name: string): tf.Tensor;
  set(name: string, value: tf.Tensor): void;
}

type Update = (weight: tf.Tensor, gradient: tf.Tensor, rate: number, step: number, slot: Slot) => tf.Tensor;

const blend = (old: tf.Tensor, now: tf.Tensor, share: number): tf.Tensor =>
  tf.add(tf.mul(old, share), tf.mul(now, 1 - share));

function adam(options: OptimizerOptions): Update {
  return (weight, gradient, rate, step, slot) => {
    const m = blend(slot.get("m"), gradient, 0.9);
    const v = blend(slot.get("v"), tf.square(gradient), 0.999);
    slot.set("m", m);
    slot.set("v", v);
    const corrected = (rate * Math.sqrt(1 - 0.999 ** step)) / (1 - 0.9 ** step);
    return tf.sub(weight, tf.div(tf.mul(m, corrected), tf.add(tf.sqrt(v), options.epsilon ?? 1e-7)));
  };
}

const updates: Readonly<Record<OptimizerOptions["name"], (options: OptimizerOptions) => Update>> = {
  Adam: adam,
  AdamW: (options) => (weight, gradient, rate, step, slot) => {
    const smaller = tf.mul(weight, 1 - rate * (options.weightDecay ?? 0.004));
    return adam(options)(smaller, gradient, rate, step, slot);
  },
  SGD:
    ({ momentum = 0, nesterov = false }) =>
    (weight, gradient, rate, _step, slot) => {
      const step = tf.mul(gradient, -rate);
      if (momentum === 0) return tf.add(weight, step);
      const velocity = tf.add(tf.mul(slot.get("momentum"), momentum), step);
      slot.set("momentum", velocity);
      return tf.add(weight, nesterov ? tf.add(tf.mul(velocity, momentum), step) : velocity);
    },
  RMSProp:
    ({ momentum = 0, rho = 0.9, epsilon = 1e-7 }) =>
    (weight, gradient, rate, _step, slot) => {
      const squares = blend(slot.get("rms"), tf.square(gradient), rho);
      slot.set("rms", squares);
      const step = tf.mul(tf.mul(gradient, rate), tf.rsqrt(tf.add(squares, epsilon)));
      if (momentum === 0) return tf.sub(weight, step);
      const velocity = tf.add(tf.mul(slot.get("momentum"), momentum), step);
      slot.set("momentum", velocity);
      return tf.sub(weight, velocity);
    },
  Adadelta:
    ({ rho = 0.95, epsilon = 1e-7 }) =>
    (weight, gradient, rate, _step, slot) => {
      const squares = blend(slot.get("accumulated"), tf.square(gradient), rho);
      slot.set("accumulated", squares);
      const former = slot.get("updates");
      const change = tf.mul(gradient, tf.sqrt(tf.div(tf.add(former, epsilon), tf.add(squares, epsilon))));
      slot.set("updates", blend(former, tf.square(change), rho));
      return tf.sub(weight, tf.mul(change, rate));
    },
};

/**
 * The optimizers of `optimizers.ts` in plain tfjs.
 * @param step number of this update, from 1
 * @returns the new value of a weight; `slots` change in place
 */
export function eagerUpdate(
  options: OptimizerOptions,
  name: string,
  weight: tf.Tensor,
  gradient: tf.Tensor,
  rate: number,
  step: number,
  slots: Slots,
): tf.Tensor {
  const slot: Slot = {
    get: (kind) => slots.get(`${name}/${kind}`) ?? tf.zerosLike(weight),
    set: (kind, value) => setSlot(slots, `${name}/${kind}`, value),
  };
  return updates[options.name](options)(weight, gradient, rate, step, slot);
}

/** Gives a slot its value, making it when it is not there. */
export function setSlot(slots: Slots, key: string, value: tf.Tensor): void {
  const known = slots.get(key);
  if (known) known.assign(value);
  else slots.set(key, tf.variable(value, false));
}
