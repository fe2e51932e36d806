const TOLD = ['RTC_CLOSED', 'RTC_CLOSING', 'RTC_NATIVE', 'RTC_INVALID_STATE', 'RTC_SCOPE_DISPOSED'];

/** Runs `act`, which may throw where another call would have told the program beforehand. */
export function telling(act: () => void): void {
  try {
    act();
  } catch (error) {
    if (!TOLD.includes((error as { code?: string }).code ?? '')) throw error;
  }
}
