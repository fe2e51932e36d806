/** Three significant digits, no exponent, thin groups of thousands. */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return '–';
  if (value === 0) return '0';
  const digits = Math.floor(Math.log10(Math.abs(value)));
  const decimals = Math.min(3, Math.max(0, 2 - digits));

  const step = 10 ** (digits - 2);
  const rounded = (Math.round(value / step) * step).toFixed(decimals);
  const [whole = '', rest] = rounded.split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+(?!\d))/g, ' ');
  return rest === undefined ? grouped : `${grouped}.${rest}`;
}
