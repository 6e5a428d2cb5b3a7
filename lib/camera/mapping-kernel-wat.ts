/**
 * The inner loops of the mapping as WebAssembly text with SIMD. Sixteen lanes (one channel of one image each) go through
 * the sparse matrix together, so that index and weight of an entry are read once for all of them.
 */
export const mappingKernelWat: string = `
(module
  (import "cherenkit" "memory" (memory 0 65536 shared))

  ;; count floats from one stride to another, in bytes
  (func (export "copyFloats")
    (param $from i32) (param $fromStride i32) (param $to i32) (param $toStride i32) (param $count i32)
    (block $done
      (loop $next
        (br_if $done (i32.eqz (local.get $count)))
        (f32.store (local.get $to) (f32.load (local.get $from)))
        (local.set $from (i32.add (local.get $from) (local.get $fromStride)))
        (local.set $to (i32.add (local.get $to) (local.get $toStride)))
        (local.set $count (i32.sub (local.get $count) (i32.const 1)))
        (br $next))))

  ;; count pairs of floats from one stride to another, in bytes
  (func (export "copyPairs")
    (param $from i32) (param $fromStride i32) (param $to i32) (param $toStride i32) (param $count i32)
    (block $done
      (loop $next
        (br_if $done (i32.eqz (local.get $count)))
        (i64.store (local.get $to) (i64.load (local.get $from)))
        (local.set $from (i32.add (local.get $from) (local.get $fromStride)))
        (local.set $to (i32.add (local.get $to) (local.get $toStride)))
        (local.set $count (i32.sub (local.get $count) (i32.const 1)))
        (br $next))))

  ;; cells of the image from lanes of pixels: offsets[cell] and offsets[cell + 1] enclose a cell's entries, an entry is
  ;; the byte offset of a pixel's lanes (u32) and its weight (f32); outStride bytes lie between the lanes of two cells
  (func (export "multiply")
    (param $offsets i32) (param $entries i32) (param $pixels i32) (param $out i32) (param $outStride i32) (param $cells i32)
    (local $entry i32) (local $end i32) (local $pixel i32) (local $weight v128)
    (local $a v128) (local $b v128) (local $c v128) (local $d v128)
    (block $done
      (loop $nextCell
        (br_if $done (i32.eqz (local.get $cells)))
        (local.set $entry (i32.add (local.get $entries) (i32.shl (i32.load (local.get $offsets)) (i32.const 3))))
        (local.set $end (i32.add (local.get $entries) (i32.shl (i32.load offset=4 (local.get $offsets)) (i32.const 3))))
        (local.set $a (v128.const i32x4 0 0 0 0))
        (local.set $b (v128.const i32x4 0 0 0 0))
        (local.set $c (v128.const i32x4 0 0 0 0))
        (local.set $d (v128.const i32x4 0 0 0 0))
        (block $cellDone
          (loop $nextEntry
            (br_if $cellDone (i32.ge_u (local.get $entry) (local.get $end)))
            (local.set $pixel (i32.add (local.get $pixels) (i32.load (local.get $entry))))
            (local.set $weight (v128.load32_splat offset=4 (local.get $entry)))
            (local.set $a (f32x4.add (local.get $a) (f32x4.mul (local.get $weight) (v128.load (local.get $pixel)))))
            (local.set $b (f32x4.add (local.get $b) (f32x4.mul (local.get $weight) (v128.load offset=16 (local.get $pixel)))))
            (local.set $c (f32x4.add (local.get $c) (f32x4.mul (local.get $weight) (v128.load offset=32 (local.get $pixel)))))
            (local.set $d (f32x4.add (local.get $d) (f32x4.mul (local.get $weight) (v128.load offset=48 (local.get $pixel)))))
            (local.set $entry (i32.add (local.get $entry) (i32.const 8)))
            (br $nextEntry)))
        (v128.store (local.get $out) (local.get $a))
        (v128.store offset=16 (local.get $out) (local.get $b))
        (v128.store offset=32 (local.get $out) (local.get $c))
        (v128.store offset=48 (local.get $out) (local.get $d))
        (local.set $out (i32.add (local.get $out) (local.get $outStride)))
        (local.set $offsets (i32.add (local.get $offsets) (i32.const 4)))
        (local.set $cells (i32.sub (local.get $cells) (i32.const 1)))
        (br $nextCell)))))
`;
