import type { Order, ProductItem } from '../../protocol/shapes';
import styles from './MessageParts.module.css';

/** A cart: what, how many, at what price, and what it makes together. */
export function OrderCard({ order }: { order: Order }) {
  const total = totalOf(order.items);
  return (
    <div className={styles.sheet}>
      <b>An order of {order.items.length === 1 ? '1 product' : `${order.items.length} products`}</b>
      <ul className={styles.items}>
        {order.items.map((item, index) => (
          // oxlint-disable-next-line react/no-array-index-key -- the lines of an order never change places
          <li key={index}>
            <span>
              {item.quantity} × <bdi>{item.product || 'a product'}</bdi>
            </span>
            <span className={styles.price}>{money(item.price, item.currency)}</span>
          </li>
        ))}
      </ul>
      {total === null ? null : (
        <span className={styles.total}>
          <span>Together</span>
          <span className={styles.price}>{money(total.sum, total.currency)}</span>
        </span>
      )}
    </div>
  );
}

/** Null without prices, or in several currencies. Reckoned in hundredths: sums of decimals are not exact. */
export function totalOf(items: readonly ProductItem[]): { sum: string; currency: string } | null {
  const [first] = items;
  if (first === undefined) return null;
  const isOneCurrency = items.every(({ currency }) => currency === first.currency);
  if (!isOneCurrency || items.some(({ price }) => price === '')) return null;
  const hundredths = items.reduce(
    (sum, { price, quantity }) => sum + Math.round(Number(price) * 100) * quantity,
    0,
  );
  return { sum: (hundredths / 100).toFixed(2), currency: first.currency };
}

/** An amount in the reader's way of writing it; with a currency nobody knows, as it came. */
export function money(amount: string, currency: string): string {
  if (amount === '') return '';
  try {
    return new Intl.NumberFormat(undefined, { style: 'currency', currency }).format(Number(amount));
  } catch {
    return `${amount} ${currency}`.trim();
  }
}
