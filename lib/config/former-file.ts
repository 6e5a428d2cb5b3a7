import type { ConfigFile } from "./schema.js";

/**
 * True for a file that was written for CTLearn or the former scripts: it has keys that only these knew. What such a file
 * leaves out is as it was there, where our default is another.
 */
export function isFormerFile(file: ConfigFile): boolean {
  const tool = file.training_model.TrainCTLearnModel;
  return [
    file.prepare_model?.num_classes,
    file.prepare_model?.temp_dir,
    tool.dl1dh_reader_type,
    tool.overwrite,
    tool.quiet,
    tool.log_level,
    tool.save_onnx,
    tool.DLImageReader?.force_dl1_lookup,
  ].some((value) => value !== undefined);
}
