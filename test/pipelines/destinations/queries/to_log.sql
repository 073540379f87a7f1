INSERT INTO to_log SELECT order_id, store, total FROM orders WHERE total >= 50;
