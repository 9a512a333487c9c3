/**
 * Which machine a binary runs on, as its own header says.
 *
 * @module
 */
import { TARGETS } from "./targets.ts";

/** First bytes of Linux' format. */
const ELF = 0x7f454c46;
/** First bytes of macOS' format, of 64 bits and little-endian. */
const MACH_O = 0xcffaedfe;

/** By `e_machine`, two bytes at 18. */
const ELF_TARGETS: Readonly<Record<number, string>> = {
  62: TARGETS["linux-x64"],
  183: TARGETS["linux-arm64"],
};

/** By `cputype`, four bytes at 4. */
const MACH_O_TARGETS: Readonly<Record<number, string>> = {
  0x01000007: TARGETS["macos-x64"],
  0x0100000c: TARGETS["macos-arm64"],
};

/** The target whose machine a binary is for; null for any other. Of Linux' C library it says nothing. */
export function binaryTarget(binary: Uint8Array): string | null {
  if (binary.byteLength < 20) return null;
  const header = new DataView(binary.buffer, binary.byteOffset, binary.byteLength);
  switch (header.getUint32(0)) {
    case ELF:
      return ELF_TARGETS[header.getUint16(18, true)] ?? null;
    case MACH_O:
      return MACH_O_TARGETS[header.getUint32(4, true)] ?? null;
    default:
      return null;
  }
}
