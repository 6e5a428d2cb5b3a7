import { CherenkitError } from "../../errors.js";

/** A layer or an activation that ONNX has no counterpart for. */
export class NotInOnnxError extends CherenkitError {
  override readonly name: string = "NotInOnnxError";
}
