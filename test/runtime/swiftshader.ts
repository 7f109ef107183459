/** @file Finds Chromium's software adapter for Vulkan: it computes WebGPU where there is no graphics card. */
import { existsSync } from 'node:fs';

/** Where packages of Chromium and Chrome put the description of their driver. */
const USUAL_PLACES = [
  '/usr/lib/chromium/vk_swiftshader_icd.json',
  '/usr/lib/chromium-browser/vk_swiftshader_icd.json',
  '/opt/google/chrome/vk_swiftshader_icd.json',
];

/** SWIFTSHADER_ICD, else the first of the usual places that exists. */
export function findSwiftShader(): string | undefined {
  return process.env.SWIFTSHADER_ICD ?? USUAL_PLACES.find((path) => existsSync(path));
}
