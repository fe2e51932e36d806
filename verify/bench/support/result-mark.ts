/** Begins the line with what a process measured; the libraries write lines of their own. */
export const RESULT_MARK = 'measured ';
