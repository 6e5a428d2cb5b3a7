const words = ["a", "b", "c", "d"];

/** Keeps sums below 2^32: bits above the sixteenth are added to those below (end-around carry). */
const fold = words
  .map(
    (sum) => `
        (local.set $${sum} (i32x4.add
          (v128.and (local.get $${sum}) (v128.const i32x4 65535 65535 65535 65535))
          (i32x4.shr_u (local.get $${sum}) (i32.const 16))))`,
  )
  .join("");

const firstBytes = "0 16 1 17 2 18 3 19 4 20 5 21 6 22 7 23";
const lastBytes = "8 24 9 25 10 26 11 27 12 28 13 29 14 30 15 31";
const firstPairs = "0 1 16 17 2 3 18 19 4 5 20 21 6 7 22 23";
const lastPairs = "8 9 24 25 10 11 26 27 12 13 28 29 14 15 30 31";

const store = ["c", "d", "a", "b"]
  .flatMap((name) =>
    [0, 1, 2, 3].map(
      (lane) => `
        (v128.store32_lane align=1 ${lane} (local.get $to) (local.get $${name}))
        (local.set $to (i32.add (local.get $to) (local.get $stride)))`,
    ),
  )
  .join("");

/** Bits of a float32's exponent; all are set where it is infinite or no number. */
const exponent = "0x7f800000";

const storeFloats = [0, 1, 2, 3]
  .map(
    (lane) => `
        (v128.store32_lane align=1 ${lane} (local.get $to) (local.get $v))
        (local.set $to (i32.add (local.get $to) (local.get $stride)))`,
  )
  .join("");

/**
 * Inner loops of reading chunks as WebAssembly text with SIMD. `chunk-kernel.ts` holds the assembled bytes, so that threads
 * need no assembler; a test holds the two together.
 */
export const chunkKernelWat: string = `
(module
  (import "env" "memory" (memory 0))

  (func (export "memcpy") (param $to i32) (param $from i32) (param $count i32) (result i32)
    (memory.copy (local.get $to) (local.get $from) (local.get $count))
    (local.get $to))

  (func (export "memset") (param $to i32) (param $value i32) (param $count i32) (result i32)
    (memory.fill (local.get $to) (local.get $value) (local.get $count))
    (local.get $to))

  ;; for steps of eight big-endian words, in u32 lanes: sums of the words (out 0 to 7), and sums of these sums (out 8 to 15),
  ;; both but for multiples of 65535
  (func (export "sumWords") (param $at i32) (param $steps i32) (param $out i32)
    (local $v v128) (local $a v128) (local $b v128) (local $c v128) (local $d v128) (local $count i32)
    (block $done
      (loop $part
        (br_if $done (i32.eqz (local.get $steps)))
        (local.set $count (select (i32.const 256) (local.get $steps) (i32.gt_u (local.get $steps) (i32.const 256))))
        (local.set $steps (i32.sub (local.get $steps) (local.get $count)))
        (loop $step
          (local.set $v (v128.load align=1 (local.get $at)))
          (local.set $v (i8x16.shuffle 1 0 3 2 5 4 7 6 9 8 11 10 13 12 15 14 (local.get $v) (local.get $v)))
          (local.set $a (i32x4.add (local.get $a) (i32x4.extend_low_i16x8_u (local.get $v))))
          (local.set $b (i32x4.add (local.get $b) (i32x4.extend_high_i16x8_u (local.get $v))))
          (local.set $c (i32x4.add (local.get $c) (local.get $a)))
          (local.set $d (i32x4.add (local.get $d) (local.get $b)))
          (local.set $at (i32.add (local.get $at) (i32.const 16)))
          (br_if $step (local.tee $count (i32.sub (local.get $count) (i32.const 1)))))
        ${fold}
        (br $part)))
    (v128.store (local.get $out) (local.get $a))
    (v128.store offset=16 (local.get $out) (local.get $b))
    (v128.store offset=32 (local.get $out) (local.get $c))
    (v128.store offset=48 (local.get $out) (local.get $d)))

  ;; four planes of bytes, plane bytes apart, become four neighbouring bytes of rows, stride bytes apart; 16 rows a step
  (func (export "joinFourPlanes")
    (param $from i32) (param $plane i32) (param $to i32) (param $stride i32) (param $steps i32)
    (local $a v128) (local $b v128) (local $c v128) (local $d v128) (local $e v128) (local $f v128)
    (block $done
      (loop $next
        (br_if $done (i32.eqz (local.get $steps)))
        (local.set $a (v128.load align=1 (local.get $from)))
        (local.set $b (v128.load align=1 (i32.add (local.get $from) (local.get $plane))))
        (local.set $c (v128.load align=1 (i32.add (local.get $from) (i32.shl (local.get $plane) (i32.const 1)))))
        (local.set $d (v128.load align=1 (i32.add (local.get $from) (i32.mul (local.get $plane) (i32.const 3)))))
        (local.set $e (i8x16.shuffle ${firstBytes} (local.get $a) (local.get $b)))
        (local.set $f (i8x16.shuffle ${lastBytes} (local.get $a) (local.get $b)))
        (local.set $a (i8x16.shuffle ${firstBytes} (local.get $c) (local.get $d)))
        (local.set $b (i8x16.shuffle ${lastBytes} (local.get $c) (local.get $d)))
        (local.set $c (i8x16.shuffle ${firstPairs} (local.get $e) (local.get $a)))
        (local.set $d (i8x16.shuffle ${lastPairs} (local.get $e) (local.get $a)))
        (local.set $a (i8x16.shuffle ${firstPairs} (local.get $f) (local.get $b)))
        (local.set $b (i8x16.shuffle ${lastPairs} (local.get $f) (local.get $b)))
        ${store}
        (local.set $from (i32.add (local.get $from) (i32.const 16)))
        (local.set $steps (i32.sub (local.get $steps) (i32.const 1)))
        (br $next))))

  ;; count floats that follow each other to places stride bytes apart; what is not finite becomes 0
  (func (export "spreadFloats") (param $from i32) (param $to i32) (param $stride i32) (param $count i32)
    (local $v v128) (local $bits i32)
    (block $few
      (loop $next
        (br_if $few (i32.lt_u (local.get $count) (i32.const 4)))
        (local.set $v (v128.load align=1 (local.get $from)))
        (local.set $v (v128.and (local.get $v)
          (i32x4.ne (v128.and (local.get $v) (v128.const i32x4 ${exponent} ${exponent} ${exponent} ${exponent}))
            (v128.const i32x4 ${exponent} ${exponent} ${exponent} ${exponent}))))${storeFloats}
        (local.set $from (i32.add (local.get $from) (i32.const 16)))
        (local.set $count (i32.sub (local.get $count) (i32.const 4)))
        (br $next)))
    (block $done
      (loop $next
        (br_if $done (i32.eqz (local.get $count)))
        (local.set $bits (i32.load align=1 (local.get $from)))
        (i32.store align=1 (local.get $to)
          (select (i32.const 0) (local.get $bits)
            (i32.eq (i32.and (local.get $bits) (i32.const ${exponent})) (i32.const ${exponent}))))
        (local.set $from (i32.add (local.get $from) (i32.const 4)))
        (local.set $to (i32.add (local.get $to) (local.get $stride)))
        (local.set $count (i32.sub (local.get $count) (i32.const 1)))
        (br $next))))

  ;; one plane of bytes becomes a byte of each row
  (func (export "joinPlane") (param $from i32) (param $to i32) (param $stride i32) (param $count i32)
    (block $done
      (loop $next
        (br_if $done (i32.eqz (local.get $count)))
        (i32.store8 (local.get $to) (i32.load8_u (local.get $from)))
        (local.set $from (i32.add (local.get $from) (i32.const 1)))
        (local.set $to (i32.add (local.get $to) (local.get $stride)))
        (local.set $count (i32.sub (local.get $count) (i32.const 1)))
        (br $next)))))
`;
