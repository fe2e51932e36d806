/** What fits the unsigned 16-bit fields of the protocols and of the addon. */
export const MAX_UINT16 = 65_535;

/** The addon reads sizes as signed 32-bit numbers. */
export const MAX_INT32 = 2_147_483_647;

/** The addon reads SCTP settings and thresholds as unsigned 32-bit numbers. */
export const MAX_UINT32 = 4_294_967_295;

/**
 * Longest URL that is given to the library, in characters. It matches URLs with a regular expression that
 * recurses for every character and overflows the thread's stack: a segmentation fault at about 3 000
 * characters for each megabyte of stack. Windows gives a thread 1 MB, Node's workers have 4 MB, main threads
 * elsewhere 8 MB.
 */
export const MAX_URL_LENGTH = process.platform === 'win32' ? 2048 : 8192;
