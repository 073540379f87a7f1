INSERT INTO to_delivery SELECT order_id, store, total FROM orders WHERE total >= 50;
